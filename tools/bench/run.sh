#!/usr/bin/env bash
# Incept beside OpenVINO and ONNX Runtime (and, with --with torch,mnn, PyTorch and MNN), which take turns on the same image and
# weights; see tools/bench/README.md. Makes a virtual environment for the peers in .venv/bench. Options: run.sh --help.
set -euo pipefail
cd "$(dirname "$0")/../.."
fixtures=${INCEPT_FIXTURES:-../shared/fixtures}
if [ ! -d "$fixtures" ]; then
  echo "bench: needs the fixtures at $fixtures (or \$INCEPT_FIXTURES)" >&2
  exit 66
fi
python=.venv/bench/bin/python

# install NAME PIP-ARGUMENT...: once per environment, and again when what is asked for changes.
install() {
  local mark=.venv/bench/installed-$1
  shift
  [ -x "$python" ] || python3 -m venv .venv/bench
  if [ ! -f "$mark" ] || [ "$(cat "$mark")" != "$*" ]; then
    echo "==> Installing into .venv/bench: $*" >&2
    "$python" -m pip install --quiet "$@"
    echo "$*" >"$mark"
  fi
}

install peers 'openvino==2026.4.*' 'onnxruntime==1.31.*' numpy pillow
case " $* " in *torch*) install torch 'torch==2.13.*' 'torchvision==0.28.*' --retries 0 \
    --extra-index-url https://download.pytorch.org/whl/cpu ;; esac
case " $* " in *mnn*) install mnn 'mnn==3.6.*' ;; esac
echo "==> Building the command and the runner" >&2
for product in incept bench-runner; do
  ${SWIFT:-swift} build -c release --product "$product" >&2
done
PYTHONPATH=tools/bench exec "$python" -m peers --fixtures "$fixtures" "$@"
