#!/bin/sh
# Opens what Incept writes in the programs that it is for, in an environment of its own below .venv.
# Usage: tools/viewers/run.sh [NAME...], of tools/viewers/check_NAME.py; all without one.
set -eu
cd "$(dirname "$0")/../.."
if ! cmp -s tools/viewers/requirements.txt .venv/viewers/requirements.txt; then
  echo "==> Installing the viewers from PyPI (several minutes)"
  python3 -m venv .venv/viewers
  .venv/viewers/bin/pip install --quiet --requirement tools/viewers/requirements.txt
  cp tools/viewers/requirements.txt .venv/viewers/requirements.txt
fi
if [ $# -eq 0 ]; then
  for check in tools/viewers/check_*.py; do
    name=${check##*/check_}
    set -- "$@" "${name%.py}"
  done
fi
status=0
for name in "$@"; do
  echo "==> $name"
  .venv/viewers/bin/python "tools/viewers/check_$name.py" || status=1
done
exit $status
