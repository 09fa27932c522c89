#!/usr/bin/env bash
# The ONNX project's own backend tests, run against Incept; see tools/conformance/README.md. Makes a virtual environment
# in .venv/conformance. Options: run.sh --help.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=.venv/conformance/bin/python
wanted='onnx==1.23.*'
[ -x "$python" ] || python3 -m venv .venv/conformance
if [ "$(cat .venv/conformance/installed 2>/dev/null)" != "$wanted" ]; then
  echo "==> Installing into .venv/conformance: $wanted" >&2
  "$python" -m pip install --quiet "$wanted" numpy
  echo "$wanted" >.venv/conformance/installed
fi
echo "==> Building the runner" >&2
${SWIFT:-swift} build -c release --product conformance-runner >&2
exec "$python" tools/conformance/conformance.py "$@"
