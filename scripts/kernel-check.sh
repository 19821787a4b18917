#!/bin/sh
# Publishes bench/Freehold.Kernels.Check as one file for Linux on x86-64 that needs nothing installed: artifacts/kernel-check/kernel-check.
# Carried to another machine it says what that CPU can run, whether generated code gives the scalar oracle's bits there, and how fast it is.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out="$root/artifacts/kernel-check"
rm -rf "$out"
dotnet publish "$root/bench/Freehold.Kernels.Check/Freehold.Kernels.Check.csproj" -c Release -r linux-x64 -o "$out" --nologo -v quiet
others=$(cd "$out" && find . -type f ! -name kernel-check)
if [ -n "$others" ]; then
    echo "kernel-check.sh: not one file: $others" >&2
    exit 1
fi
printf '%s bytes  artifacts/kernel-check/kernel-check\n' "$(wc -c < "$out/kernel-check" | tr -d ' ')"
