#!/usr/bin/env bash
# Fuzzes every reader of files with libFuzzer and AddressSanitizer: tools/fuzz/run.sh [-s SECONDS] [-j JOBS] [TARGET...]
#
# SECONDS (300) are for each target, JOBS (1) run at a time. Inputs that were worth keeping go to .build/fuzz/corpus and
# are where the next run starts; what does harm goes to .build/fuzz/found, and how to run it again is printed.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=300
jobs=1
while getopts s:j: option; do
  case $option in
    s) seconds=$OPTARG ;;
    j) jobs=$OPTARG ;;
    *) exit 64 ;;
  esac
done
shift $((OPTIND - 1))
folder=.build/fuzz
program=$folder/incept-fuzz
export INCEPT_FUZZ=1

echo "==> Building the fuzz targets (release, AddressSanitizer; a first build takes some minutes)"
# Not -sanitize=fuzzer: the package's own tools, built on the way, would lack its function.
build=(build -c release --scratch-path "$folder/build" --sanitize=address
  -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table)
${SWIFT:-swift} "${build[@]}" --product FuzzTargets
library=$(${SWIFT:-swift} "${build[@]}" --show-bin-path 2>/dev/null)/libFuzzTargets.a
${SWIFTC:-swiftc} -sanitize=fuzzer,address "$library" -o "$program" \
  $(pkg-config --libs zlib libzip libpng libturbojpeg) 2>"$folder/link.log" || { cat "$folder/link.log" >&2; exit 1; }

rm -rf "$folder/seeds" "$folder/dictionaries"
python3 -B tools/fuzz/seeds.py "$folder/seeds"
python3 -B tools/fuzz/dictionaries.py "$folder/dictionaries"
[ $# -gt 0 ] || set -- $(cd "$folder/seeds" && ls)

# Runs one target; its last line says how it went.
one() {
  local target=$1 longest=8192
  case $target in hdf5 | keras_archive) longest=65536 ;; torch_* | zip | jpeg | png) longest=16384 ;; esac
  mkdir -p "$folder/corpus/$target" "$folder/found/$target" "$folder/logs"
  local log=$folder/logs/$target.log status=0
  INCEPT_FUZZ_TARGET=$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=32 \
    "$program" "$folder/corpus/$target" "$folder/seeds/$target" -dict="$folder/dictionaries/$target.dict" \
    -max_total_time="$seconds" -max_len=$longest -timeout=5 -rss_limit_mb=1024 -report_slow_units=2 \
    -artifact_prefix="$folder/found/$target/" -print_final_stats=1 >"$log" 2>&1 || status=$?
  if ! grep -q '^INFO: seed corpus' "$log"; then
    tail -n 3 "$log" >&2
    echo "fuzz $target: did not start; $log" >&2
    return 1
  fi
  local covered runs
  covered=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | sed -n '1s/$/ ->/p;$p' | tr '\n' ' ')
  runs=$(sed -n 's/stat::number_of_executed_units: //p' "$log")
  if [ "$status" -eq 0 ]; then
    echo "fuzz $target: ${runs:-0} inputs, ${covered}nothing found"
  else
    grep -E 'ERROR|SUMMARY|Fatal error|Test unit written' "$log" | head -8 >&2
    echo "fuzz $target: FOUND something after ${runs:-?} inputs; $log; again:" \
      "INCEPT_FUZZ_TARGET=$target $program $folder/found/$target/FILE"
    return 1
  fi
}

echo "==> Fuzzing $* for $seconds s each, $jobs at a time"
failed=0
running=0
for target in "$@"; do
  if [ "$running" -ge "$jobs" ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  one "$target" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || failed=1
  running=$((running - 1))
done
[ "$failed" -eq 0 ] && echo "==> Fuzzing found nothing" || echo "==> Fuzzing found something, or a target did not start (above)" >&2
exit "$failed"
