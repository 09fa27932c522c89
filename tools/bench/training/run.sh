#!/usr/bin/env bash
# An epoch of `incept train` beside PyTorch's; see bench.py. Makes a virtual environment for PyTorch in .venv/bench-training.
set -euo pipefail
cd "$(dirname "$0")/../../.."
fixtures=${INCEPT_FIXTURES:-../shared/fixtures}
if [ ! -d "$fixtures" ]; then
  echo "bench: needs the fixtures at $fixtures (or \$INCEPT_FIXTURES)" >&2
  exit 66
fi
python=.venv/bench-training/bin/python
if [ ! -f .venv/bench-training/installed ]; then
  echo "==> Installing PyTorch into .venv/bench-training" >&2
  python3 -m venv .venv/bench-training
  "$python" -m pip install --quiet 'torch==2.13.*' numpy --extra-index-url https://download.pytorch.org/whl/cpu --retries 0
  touch .venv/bench-training/installed
fi
exec "$python" tools/bench/training/bench.py --fixtures "$fixtures" "$@"
