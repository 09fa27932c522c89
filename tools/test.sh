#!/usr/bin/env bash
# Builds and runs every test, and ends with one line that says how it went.
set -uo pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
fixtures=${INCEPT_FIXTURES:-../shared/fixtures}
# Tests neither use nor change what the user has cached.
export INCEPT_CACHE_DIR=$PWD/.build/test-cache
# PoCL flushes every kernel that it compiles to the disk, which is half of what thousands of them take: they are made in
# memory where there is room, and kept beside the other caches afterwards.
kept=$PWD/.build/test-pocl
mkdir -p "$kept"
export POCL_CACHE_DIR=$kept
if [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 2000000 ] 2>/dev/null; then
  # What a run that was killed has left.
  find /dev/shm -maxdepth 1 -user "$(id -u)" -name 'incept-tests.*' -mmin +300 -exec rm -rf {} +
  POCL_CACHE_DIR=$(mktemp -d /dev/shm/incept-tests.XXXXXX) || exit 1
  keep_kernels() {
    cp -a -n "$POCL_CACHE_DIR"/. "$kept"
    rm -rf "$POCL_CACHE_DIR"
  }
  trap keep_kernels EXIT
  trap 'exit 130' INT TERM
  cp -a "$kept"/. "$POCL_CACHE_DIR"
fi
if [ -d "$fixtures" ]; then
  echo "==> Fixtures: $fixtures"
else
  echo "==> No fixtures at $fixtures: the tests that read them are skipped, each by name"
fi
echo "==> Building the tests (release; a first build takes a few minutes)"
# Product by product: `--build-tests` would also build protoc, which a dependency has the sources of.
for product in incept first-steps bench-runner device-suite conformance-runner InceptPackageTests; do
  $swift build -c release --product "$product" || exit 1
done
log=.build/test.log
started=$SECONDS
: >"$log"

# Runs a part of the tests; the rest of the arguments choose it.
part() {
  echo "==> $1"
  shift
  $swift test -c release --skip-build "$@" 2>&1 | tee -a "$log" | grep --line-buffered -E \
    '^✘|^✔ Suite|^➜|^✔ Test run|^━ Test run|^✘ Test run|error:|Fatal error|exited with|unexpected signal'
  return "${PIPESTATUS[0]}"
}

# The tests of file formats and hostile input run by themselves: they also measure memory.
formats='^((WireFormatsTests|ImagingTests|ImportKerasTests)\.|(CommandLineTests|ImportONNXTests|ImportTensorFlowTests)\.Hostile)'
status=0
INCEPT_ISOLATED=1 part "Files: formats, images, damaged and hostile input" --filter "$formats" || status=1
part "Everything else: graph, passes, kernels on every device, models, command line" --skip "$formats" || status=1
if command -v python3 >/dev/null; then
  echo "==> The benchmark's own arithmetic"
  python3 -B -m unittest discover -s tools/bench -t tools/bench 2>>"$log" || status=1
fi

tests=$(sed -nE 's/.*Test run with ([0-9]+) tests? in .*/\1/p' "$log" | awk "{ n += \$1 } END { print n + 0 }")
# The runner's total counts the skipped ones too.
skipped=$(grep -c '^➜ Test .*skipped' "$log")
if [ "$status" -eq 0 ]; then
  echo "==> All good: $((tests - skipped)) tests passed, $skipped skipped, in $((SECONDS - started)) s"
else
  # Once more at the end, where they are not lost among the rest.
  grep -E '^✘ Test .*(recorded an issue|failed after)|^(ERROR|FAIL): |error: |Fatal error' "$log" | sort -u | head -40 >&2
  echo "==> Something failed (above); the whole output is in $log" >&2
fi
exit "$status"
