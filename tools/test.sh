#!/usr/bin/env bash
# Builds and runs every test, and ends with one line that says how it went.
set -uo pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
fixtures=${INCEPT_FIXTURES:-../shared/fixtures}
if [ -d "$fixtures" ]; then
  echo "==> Fixtures: $fixtures"
else
  echo "==> No fixtures at $fixtures: the tests that read them are skipped, each by name"
fi
echo "==> Building the tests (release; a first build takes a few minutes)"
$swift build -c release --build-tests || exit 1
echo "==> Running every test"
log=.build/test.log
started=$SECONDS
$swift test -c release --skip-build "$@" 2>&1 | tee "$log" | grep --line-buffered -E \
  '^(✘|✔ Suite|✔ Test run|↳|➜)|skipped|Test run with|recorded an issue|error:|Fatal|Crash'
status=${PIPESTATUS[0]}
tests=$(sed -nE 's/.*Test run with ([0-9]+) tests? in ([0-9]+) suites? (passed|failed).*/\1 tests in \2 suites/p' "$log" | tail -n 1)
skipped=$(grep -c '^➜.*skipped' "$log")
if [ "$status" -eq 0 ]; then
  echo "==> All good: ${tests:-every test} passed, $skipped skipped, in $((SECONDS - started)) s"
else
  echo "==> Something failed; the whole output is in $log" >&2
fi
exit "$status"
