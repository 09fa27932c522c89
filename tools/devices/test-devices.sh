#!/usr/bin/env bash
# Runs the device tests (tools/device-suite) on several OpenCL implementations, then gradients and training beside PyTorch's
# (of the package's tests), and prints one table.
#
#   tools/devices/test-devices.sh [pocl] [intel] [rusticl] [oclgrind] [default]
#
# Oclgrind, which interprets kernels, trains nothing; its operators' gradients are among the device tests.
# Without arguments: all but `default`, which is whatever this machine's OpenCL loader finds, a GPU for one.
# Implementations that are not installed are put into .venv/devices and nowhere else, so that no other program
# sees new devices; only libclc, the library of built-in functions that rusticl has a fixed path for, is installed.
set -uo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
home=$here/.venv/devices
logs=$here/.build/devices
suite=$here/.build/release/device-suite
skips=$here/tools/devices/skip
mkdir -p "$home/icd" "$logs"
. tools/devices/install.sh

# Each implementation: one function that installs it and sets `run`, the command, and `options` of the suite.

use_pocl() {
  local icd
  icd=$(ls /etc/OpenCL/vendors/*pocl*.icd 2>/dev/null | head -n 1)
  [ -n "$icd" ] || { echo "no PoCL in /etc/OpenCL/vendors: apt-get install pocl-opencl-icd" >&2; return 1; }
  only_driver pocl "$(cat "$icd")"
  run=(env OCL_ICD_VENDORS="$home/icd/pocl" timeout 900)
  options=(--require-coverage)
}

use_intel() {
  local env=$home/intel
  if [ ! -e "$env/complete" ]; then
    make_venv "$env" tools/devices/requirements.txt || return 1
    # The wheel's own loader would hide the system's and knows no other driver.
    rm -f "$env"/lib/libOpenCL.so*
    touch "$env/complete"
  fi
  only_driver intel "$env/lib/libintelocl.so"
  run=(env OCL_ICD_VENDORS="$home/icd/intel" LD_LIBRARY_PATH="$env/lib" timeout 900)
  options=(--require-coverage)
}

use_rusticl() {
  local library
  fetch_packages mesa-opencl-icd "$home/mesa" || return 1
  library=$(find_library libRusticlOpenCL.so.1 "$home/mesa") || return 1
  if ! ls /usr/lib/clc/spirv*-mesa3d-.spv >/dev/null 2>&1; then
    install_system "$(newest_package 'libclc-[0-9]+' mesa-opencl-icd)" || return 1
  fi
  only_driver rusticl "$library"
  run=(env OCL_ICD_VENDORS="$home/icd/rusticl" LD_LIBRARY_PATH="$(dirname "$library")"
    RUSTICL_ENABLE=llvmpipe timeout 1200)
  # Its compiler takes seconds for a large tile, so that only small problems run.
  options=(--representative --max-work 1500 --require-coverage)
}

use_oclgrind() {
  local library
  fetch_packages oclgrind "$home/oclgrind" || return 1
  oclgrind=$(PATH="$home/oclgrind/usr/bin:$PATH" command -v oclgrind) || return 1
  library=$(find_library 'liboclgrind-[0-9]*.so' "$home/oclgrind") || return 1
  canary_reported || return 1
  rm -f "$logs/oclgrind.reports"
  # One processor: Oclgrind is not made for builds in several threads. Unoptimised: the check for uninitialised
  # values does not know LLVM's `freeze`, which the optimiser makes.
  run=(env LD_LIBRARY_PATH="$(dirname "$library")" taskset -c "$(first_processor)" timeout 2400
    "$oclgrind" --data-races --uninitialized --log "$logs/oclgrind.reports"
    --build-options -cl-opt-disable)
  # It runs one work-group after the other step by step, which is all that chains of launches need.
  options=(--representative --max-work 1500 --require-coverage --chains)
}

# Whether Oclgrind finds what is wrong with a kernel that is wrong on purpose; an Oclgrind that reports nothing
# at all would look like success. Uses `oclgrind` and `library`.
canary_reported() {
  local report=$logs/canary.reports
  rm -f "$report"
  (cd tools/devices/canary && LD_LIBRARY_PATH=$(dirname "$library") "$oclgrind-kernel" --data-races \
    --uninitialized --build-options -cl-opt-disable --log "$report" canary.sim) >/dev/null 2>&1
  if ! { grep -q 'data race' "$report" && grep -q 'uninitialized value' "$report"; }; then
    echo "    this Oclgrind does not report races and uninitialised values of a kernel that has both" >&2
    return 1
  fi
}

use_default() {
  run=(timeout 1800)
  options=(--require-coverage)
}

# Oclgrind's own findings; 0 for the others.
reports() {
  [ "$1" = oclgrind ] && [ -s "$logs/oclgrind.reports" ] || { echo 0; return; }
  grep -cE '^[A-Z]' "$logs/oclgrind.reports"
}

test_on() {
  local name=$1 log=$logs/$1.log status found
  local run=() options=()
  if ! "use_$name"; then
    rows+=("$name|could not be installed||0|1|0|")
    failed=1
    return
  fi
  [ -e "$skips/$name.txt" ] && options+=(--skip-list "$skips/$name.txt")
  echo "==> $name: testing (all output in ${log#"$here"/})"
  "${run[@]}" "$suite" --verbose "${options[@]}" >"$log" 2>&1
  status=$?
  grep -E '^(FAIL|SKIP|kernels launched)' "$log" | head -n 40 | sed 's/^/    /'
  found=$(reports "$name")
  if [ "$found" -gt 0 ]; then
    echo "    $found reports by Oclgrind in .build/devices/oclgrind.reports; the first:"
    head -n 12 "$logs/oclgrind.reports" | sed 's/^/    /'
  fi
  if grep -q '^RESULT' "$log"; then
    while IFS=$'\t' read -r _ device driver count bad skipped seconds; do
      rows+=("$name|$device|$driver|$count|$((bad + found))|$skipped|$seconds")
    done < <(grep '^RESULT' "$log")
  else
    # No result: the driver ended the process, or time was up.
    echo "    ended with status $status; the last lines:"
    tail -n 5 "$log" | sed 's/^/    /'
    rows+=("$name|no result, status $status, at $(grep '^RUN' "$log" | tail -n 1 | cut -f 2)||$(grep -c '^RUN' "$log")|1|0|")
    status=1
  fi
  [ "$status" -eq 0 ] && [ "$found" -eq 0 ] || failed=1
  [ "$name" = oclgrind ] || train_on "$name" "${run[@]}"
}

# Gradients of whole networks, and fifty steps of training, beside PyTorch's.
train_on() {
  local name=$1 log=$logs/$1-training.log began=$SECONDS status bad
  shift
  echo "==> $name: gradients and training beside PyTorch's (all output in ${log#"$here"/})"
  INCEPT_CACHE_DIR=$here/.build/test-cache "$@" "${SWIFT:-swift}" test -c release --skip-build \
    --filter "$training" >"$log" 2>&1
  status=$?
  bad=$(grep -cE '^✘ Test "[^"]*" (failed|recorded)' "$log")
  grep -E '^✘ Test .*recorded an issue' "$log" | head -n 10 | sed 's/^/    /'
  rows+=("$name|training beside PyTorch's||$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$log" | tail -n 1)|$bad|0|$((SECONDS - began))")
  [ "$status" -eq 0 ] && return
  failed=1
  grep -q 'Test run with' "$log" || tail -n 5 "$log" | sed 's/^/    /'
}
training='^(DifferentiationTests\.(DeviceGradientTests|TorchGradientTests)|InceptTests\.TrainingReferenceTests)/'

echo "==> Building the device tests"
for product in device-suite InceptPackageTests; do
  ${SWIFT:-swift} build -c release --product "$product" || exit 1
done
rows=()
failed=0
for name in "${@:-pocl intel rusticl oclgrind}"; do
  for one in $name; do
    if ! declare -F "use_$one" >/dev/null; then
      echo "test-devices: no implementation '$one'; there are pocl, intel, rusticl, oclgrind and default" >&2
      exit 64
    fi
    test_on "$one"
  done
done

echo
printf '%-10s %-38s %-26s %6s %7s %8s %8s\n' implementation device driver tests failed skipped seconds |
  sed 's/^implementation /implem.    /'
for row in "${rows[@]}"; do
  IFS='|' read -r name device driver count bad skipped seconds <<<"$row"
  printf '%-10s %-38.38s %-26.26s %6s %7s %8s %8s\n' "$name" "$device" "$driver" "$count" "$bad" "$skipped" "$seconds"
done
if [ "$failed" -ne 0 ]; then
  echo "==> Something failed; all output is in ${logs#"$here"/}" >&2
  exit 1
fi
echo "==> All good: the same tests pass on all of these"
