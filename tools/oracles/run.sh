#!/bin/sh
# Compares Incept with the frameworks themselves, each in an environment of its own below .venv.
# Usage: tools/oracles/run.sh [keras|torch|exports] [arguments of keras_applications.py, torch_architectures.py or
# torch_exports.py]
set -eu
cd "$(dirname "$0")/../.."

# environment folder of .venv, its requirements, what it is
install() {
  if ! cmp -s "$2" ".venv/$1/requirements.txt"; then
    echo "==> Installing $3 (several minutes)"
    python3 -m venv ".venv/$1"
    ".venv/$1/bin/pip" install --quiet --requirement "$2"
    cp "$2" ".venv/$1/requirements.txt"
  fi
}

keras() {
  install oracles tools/oracles/requirements.txt "TensorFlow with Keras 3"
  .venv/oracles/bin/python tools/oracles/keras_applications.py "$@"
}

torch() {
  install oracles-torch tools/oracles/requirements-torch.txt "PyTorch with torchvision"
  .venv/oracles-torch/bin/python tools/oracles/torch_architectures.py "$@"
}

exports() {
  install oracles-torch tools/oracles/requirements-torch.txt "PyTorch with torchvision"
  .venv/oracles-torch/bin/python tools/oracles/torch_exports.py "$@"
}

case ${1:-} in
  keras) shift; keras "$@" ;;
  torch) shift; torch "$@" ;;
  exports) shift; exports "$@" ;;
  *)
    status=0
    keras "$@" || status=1
    torch "$@" || status=1
    exports "$@" || status=1
    exit $status
    ;;
esac
