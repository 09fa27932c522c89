#!/usr/bin/env bash
# Opens what Incept writes in the programs it is for, and looks whether it does there what it should.
# Usage: tools/viewers/run.sh [CHECK…], a check being a check_CHECK.py of this folder; all without. Pictures of what was seen
# go to .build/viewers.
set -euo pipefail
cd "$(dirname "$0")/../.."

# package: why
needed=(
  "chromium:opens the HTML and SVG files, without a window"
  "graphviz:opens the DOT files"
)

missing=()
if command -v dpkg-query >/dev/null 2>&1; then
  for entry in "${needed[@]}"; do
    package=${entry%%:*}
    if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
      [ ${#missing[@]} -gt 0 ] || echo "==> Installing what is missing"
      echo "    $package: ${entry#*:}"
      missing+=("$package")
    fi
  done
fi
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # The lists may be missing or old; installing with what is there is tried first.
  if ! "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y \
      --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      echo "viewers: apt-get could not install: ${missing[*]}" >&2
      exit 1
    fi
  fi
fi

if ! cmp -s tools/viewers/requirements.txt .venv/viewers/requirements.txt; then
  echo "==> Installing Playwright and readers of the formats"
  python3 -m venv .venv/viewers
  .venv/viewers/bin/pip install --quiet --requirement tools/viewers/requirements.txt
  cp tools/viewers/requirements.txt .venv/viewers/requirements.txt
fi

mkdir -p .build/viewers
checks=("$@")
if [ ${#checks[@]} -eq 0 ]; then
  for file in tools/viewers/check_*.py; do
    name=${file##*/check_}
    checks+=("${name%.py}")
  done
fi
status=0
for check in "${checks[@]}"; do
  echo "==> Checking $check"
  .venv/viewers/bin/python "tools/viewers/check_$check.py" || status=1
done
exit $status
