#!/bin/sh
# Compares Incept with the frameworks themselves, in an environment of its own below .venv/oracles.
# Usage: tools/oracles/run.sh [arguments of keras_applications.py]
set -eu
cd "$(dirname "$0")/../.."
python=.venv/oracles/bin/python
if ! cmp -s tools/oracles/requirements.txt .venv/oracles/requirements.txt; then
  echo "==> Installing TensorFlow with Keras 3 (several minutes)"
  python3 -m venv .venv/oracles
  .venv/oracles/bin/pip install --quiet --requirement tools/oracles/requirements.txt
  cp tools/oracles/requirements.txt .venv/oracles/requirements.txt
fi
exec "$python" tools/oracles/keras_applications.py "$@"
