#!/bin/sh
# Publishes freehold as one self-contained file for each system into artifacts/<runtime>/, with the embedded default model beside it.
#   scripts/publish.sh                  all three
#   scripts/publish.sh linux-x64        one
# Not trimmed: the web host and configuration bind by reflection, and trimming them has not been verified.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
[ $# -gt 0 ] || set -- linux-x64 linux-arm64 win-x64
for runtime in "$@"; do
    case $runtime in
        linux-x64 | linux-arm64 | win-x64) ;;
        *) echo "publish.sh: '$runtime' is none of linux-x64, linux-arm64, win-x64" >&2; exit 2 ;;
    esac
    out="$root/artifacts/$runtime"
    rm -rf "$out"
    dotnet publish "$root/src/Freehold/Freehold.csproj" -c Release -r "$runtime" -o "$out" --nologo -v quiet
    program="$out/freehold"
    [ -f "$program" ] || program="$out/freehold.exe"
    # Whatever else lies there beside models/ would be needed at run time: a single file is one file.
    others=$(cd "$out" && find . -type f ! -path './models/*' ! -name "$(basename "$program")")
    if [ -n "$others" ]; then
        echo "publish.sh: $runtime is not one file: $others" >&2
        exit 1
    fi
    printf '%-12s %s bytes  %s\n' "$runtime" "$(wc -c < "$program" | tr -d ' ')" "artifacts/$runtime/$(basename "$program")"
done
