#!/bin/sh
# bench/run.sh [FOLDER OF MOCK-UPSTREAM'S SOURCE] [options of tools/bench.py]; writes docs/performance.md.
# Without the folder our own kt-demo is the upstream. KT_BIN: where the programs are, default .build/release.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
mock=
case ${1:-} in
-* | "") ;;
*) mock=$1; shift ;;
esac
exec python3 "$root/bench/tools/bench.py" ${mock:+--mock-upstream "$mock"} --write "$@"
