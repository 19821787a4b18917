#!/usr/bin/env bash
# Runs all tests and prints, last, one line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# One project after the other: each uses all cores, and what waits for a process or a browser then waits for that alone.
dotnet test -c Release --max-parallel-test-modules 1 "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
sum() { grep -E "^ +$1: [0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+'; }
echo "$(sum succeeded || echo 0) passed, $(sum failed || echo 0) failed, $(sum skipped || echo 0) skipped"
exit "$code"
