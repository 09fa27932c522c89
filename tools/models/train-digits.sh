#!/bin/sh
# Trains the network that `incept run digits_cnn` uses, and puts it where the next build embeds it: train-digits.sh [INCEPT [OUT]]
#
# 1,437 of the 1,797 digits of Samples/digits.csv.gz are trained on; the 360 of Samples/digits-held-out.txt say after every epoch how
# good it is, and the best epoch's network is kept. The same device makes the same bytes; the file says which device that was.
set -eu

cd "$(dirname "$0")/../.."
incept=${1:-.build/release/incept}
target=${2:-Sources/Models/Resources/digits_cnn.safetensors}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What `incept tune` found on this machine may change how sums are rounded, so an empty cache.
export INCEPT_CACHE_DIR="$work/cache"

"$incept" train --data Samples/digits.csv.gz --validation-rows Samples/digits-held-out.txt --model cnn \
  --epochs 40 --batch 32 --optimizer adamw --lr 0.004 --weight-decay 0.1 --schedule cosine --init he-normal --seed 1 \
  -o "$work/digits_cnn.safetensors"
cp "$work/digits_cnn.safetensors" "$target.part"
mv "$target.part" "$target"
echo "made $target"
