#!/usr/bin/env bash
# Tunes the networks that matter on this machine's device and adds what was found to the choices that come with Incept
# (Sources/OpenCLBackend/Resources/choices.json). Run it on an idle machine, with nothing tuned before.
#
#   tools/make-choices.sh [SECONDS [DEVICE]]     seconds for each network and accuracy: 300
set -euo pipefail
cd "$(dirname "$0")/.."
incept=${INCEPT:-.build/release/incept}
seconds=${1:-300}
device=${2:+--device=$2}
table=Sources/OpenCLBackend/Resources/choices.json
INCEPT_CACHE_DIR=$(mktemp -d)
export INCEPT_CACHE_DIR
trap 'rm -rf "$INCEPT_CACHE_DIR"' EXIT
for accuracy in exact high fast; do
  for batch in 1 8; do
    echo "==> inception_v3, batch $batch, accuracy $accuracy"
    "$incept" tune inception_v3 --weights synthetic --batch "$batch" --accuracy "$accuracy" \
      --budget "$seconds" --export "$table" ${device:+"$device"}
  done
  echo "==> digits_cnn, accuracy $accuracy"
  "$incept" tune digits_cnn --accuracy "$accuracy" --budget "$seconds" --export "$table" \
    ${device:+"$device"}
done
