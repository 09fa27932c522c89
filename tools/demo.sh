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
say "Its ten slowest layers at full size (incept profile inception_v3 --weights synthetic --roofline --top 10)"
"$incept" profile inception_v3 --weights synthetic --roofline --top 10
cat <<END

That was Inception V3 with made-up weights. Next, try:

  $incept fetch inception_v3 && $incept run inception_v3 photo.jpg    the official weights and your own photo
  $incept compare digits_cnn Samples/digit-3-a.png    every layer against its definition
  $incept graph inception_v3 --weights synthetic --stage plan    every kernel, buffer and offset
  $incept bench inception_v3 --weights synthetic    latency, without profiling
END
