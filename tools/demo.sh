#!/usr/bin/env bash
# The tour: devices, a real network on real digits, Inception V3's graph and where its time goes.
set -euo pipefail
cd "$(dirname "$0")/.."
incept=$1
say() { printf '\n==> %s\n' "$*"; }

say "The OpenCL devices of this machine (incept devices)"
"$incept" devices
say "Handwritten digits, with the network that comes with Incept (incept run digits_cnn Samples/*.png)"
"$incept" run digits_cnn Samples/*.png --top 1
say "Inception V3's graph (incept graph inception_v3 --weights synthetic --summary)"
"$incept" graph inception_v3 --weights synthetic --summary
say "Its ten slowest layers at full size (incept profile inception_v3 --weights synthetic --top 10)"
"$incept" profile inception_v3 --weights synthetic --top 10
cat <<END

That was Inception V3 with made-up weights. Next, try:

  $incept run inception_v3_google-0cc3c7bd.pth photo.jpg    your own weights file and photo ('$incept models' says where to get it)
  $incept graph inception_v3 --weights synthetic --stage plan    every kernel, buffer and offset
  $incept bench inception_v3 --weights synthetic    latency, without profiling
END
