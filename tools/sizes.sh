#!/usr/bin/env bash
# Fails where a source file is over the hard cap of 600 lines; names those over the soft cap of 400. Generated files may be longer.
set -euo pipefail
cd "$(dirname "$0")/.."
find Sources Tests tools kernels \( -name '*.swift' -o -name '*.cl' -o -name '*.clh' -o -name '*.h' \
  -o -name '*.py' -o -name '*.sh' \) ! -name '*.pb.swift' -print0 | xargs -0 wc -l | awk '
  $2 != "total" && $1 > 600 { print "over the hard cap of 600 lines: " $2 " (" $1 ")"; bad = 1 }
  $2 != "total" && $1 > 400 && $1 <= 600 { print "over the soft cap of 400 lines: " $2 " (" $1 ")" }
  END { exit bad }' >&2
