#!/usr/bin/env bash
# Compares Incept with OpenVINO and ONNX Runtime on Inception V3, batch 1, float32, two threads: interleaved in one run, so that
# the machine's moods hit all three alike. Makes a virtual environment for the peers in .venv/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
fixtures=${INCEPT_FIXTURES:-../shared/fixtures}
if [ ! -d "$fixtures" ]; then
  echo "bench: needs the fixtures at $fixtures (or \$INCEPT_FIXTURES)" >&2
  exit 66
fi
if [ ! -x .venv/bench/bin/python ]; then
  echo "==> Making a virtual environment with the peers (.venv/bench)"
  python3 -m venv .venv/bench
  .venv/bench/bin/pip install --quiet 'openvino==2026.4.*' 'onnxruntime==1.31.*' numpy
fi
echo "==> Building the runner"
${SWIFT:-swift} build -c release --product bench-runner
mkdir -p .build/fixtures
for name in inception_v3_torchvision.pth inception_v3_torchvision.onnx; do
  [ -f ".build/fixtures/$name" ] || { xz -dkc "$fixtures/models/$name.xz" >".build/fixtures/$name.part" &&
    mv ".build/fixtures/$name.part" ".build/fixtures/$name"; }
done
exec .venv/bench/bin/python tools/bench/compare.py .build/release/bench-runner .build/fixtures "$@"
