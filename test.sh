#!/usr/bin/env bash
# Runs all tests and prints, last, one line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test -c Release "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
sum() { grep -E "^ +$1: [0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+'; }
echo "$(sum succeeded || echo 0) passed, $(sum failed || echo 0) failed, $(sum skipped || echo 0) skipped"
exit "$code"
