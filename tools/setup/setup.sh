#!/usr/bin/env bash
# Installs what Incept needs to build and run, and nothing that is there already.
set -euo pipefail

# package: why
needed=(
  "ocl-icd-opencl-dev:the OpenCL loader that finds your devices"
  "opencl-headers:the OpenCL API"
  "pocl-opencl-icd:OpenCL on the CPU, so that there is a device everywhere"
  "libpng-dev:PNG images"
  "libturbojpeg0-dev:JPEG images"
  "zlib1g-dev:compressed weights in Keras files"
  "libhdf5-dev:Keras files as the tests compare them"
  "libzip-dev:PyTorch weight files"
  "libcairo2-dev:charts as PNG and PDF (its libfontconfig brings a font)"
  "libgif-dev:animations as GIF"
  "libcurl4-openssl-dev:downloads of official weights"
  "ca-certificates:trust in the servers they come from"
  "pkg-config:finds the libraries for the build"
  "xz-utils:unpacks the large test fixtures"
)

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

if command -v dpkg-query >/dev/null 2>&1; then
  missing=()
  for entry in "${needed[@]}"; do
    package=${entry%%:*}
    if ! installed "$package"; then
      [ ${#missing[@]} -gt 0 ] || echo "==> Installing what is missing"
      echo "    $package: ${entry#*:}"
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
      if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
        exit 1
      fi
      as_root=(sudo)
    fi
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # The lists may be missing or old; installing with what is there is tried first.
    if ! "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
      if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y \
        --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "setup: apt-get could not install: ${missing[*]}" >&2
        exit 1
      fi
    fi
  fi
else
  echo "setup: no apt here; please install yourself:" >&2
  printf '    %s\n' "${needed[@]}" >&2
fi

if ! command -v "${SWIFT:-swift}" >/dev/null 2>&1; then
  echo "setup: Swift 6.1 or later is needed, and there is no 'swift' on the PATH." >&2
  echo "       Get it from https://www.swift.org/install, or name it: make SWIFT=/path/to/swift" >&2
  exit 1
fi
version=$("${SWIFT:-swift}" --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)
read -r major minor <<<"${version:-0 0}"
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 1 ]; }; then
  echo "setup: Swift 6.1 or later is needed, found ${major}.${minor}." >&2
  echo "       Get a newer one from https://www.swift.org/install" >&2
  exit 1
fi
echo "==> Set up: all libraries are here, Swift ${major}.${minor}"
