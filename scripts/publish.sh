#!/bin/sh
# Publishes freehold as one self-contained file for each system into artifacts/<runtime>/: the program, models/ beside it (the demonstration model), LICENSE,
# THIRD-PARTY-NOTICES.txt and the bill of materials sbom.cdx.json.
#   scripts/publish.sh                     linux-x64, linux-arm64 and win-x64
#   scripts/publish.sh linux-x64           one
#   scripts/publish.sh --box linux-x64     also artifacts/linux-x64/freehold-box: program and demonstration model in one file
# Not trimmed: the web host and configuration bind by reflection, and trimming them has not been verified.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
box=no
if [ "${1:-}" = --box ]; then
    box=yes
    shift
fi
[ $# -gt 0 ] || set -- linux-x64 linux-arm64 win-x64
model="$root/models/SmolLM2-135M-Instruct-Q4_1.gguf"
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
case "$(uname -s) $(uname -m)" in
    "Linux x86_64") here=linux-x64 ;;
    "Linux aarch64") here=linux-arm64 ;;
    *) here=none ;;
esac
# Runs freehold: what was published for this system where it is there, else from source.
freehold() {
    if [ -x "$root/artifacts/$here/freehold" ]; then
        "$root/artifacts/$here/freehold" "$@"
    else
        dotnet run -c Release --project "$root/src/Freehold" -- "$@"
    fi
}
for runtime in "$@"; do
    case $runtime in
        linux-x64 | linux-arm64) name=freehold ending= ;;
        win-x64) name=freehold.exe ending=.exe ;;
        *) echo "publish.sh: '$runtime' is none of linux-x64, linux-arm64, win-x64" >&2; exit 2 ;;
    esac
    out="$root/artifacts/$runtime"
    rm -rf "$out"
    dotnet publish "$root/src/Freehold/Freehold.csproj" -c Release -r "$runtime" -o "$out" --nologo -v quiet
    # Whatever else lies there beside models/ would be needed at run time: a single file is one file.
    others=$(cd "$out" && find . -type f ! -path './models/*' ! -name "$name")
    if [ -n "$others" ] || [ ! -f "$out/$name" ]; then
        echo "publish.sh: $runtime is not one file: $others" >&2
        exit 1
    fi
    cp "$root/LICENSE" "$out/LICENSE"
    dotnet run -c Release --project "$root/tools/Freehold.Inventory" -- "$root/src/Freehold/obj/Release/net10.0/$runtime/freehold.deps.json" "$packages" "$out/$name" "$out" \
        "$model=Apache-2.0=https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"
    [ "$box" = no ] || freehold bundle "$out/freehold-box$ending" "$model" --executable "$out/$name" >/dev/null
    for file in "$out/$name" "$out/freehold-box$ending"; do
        [ ! -f "$file" ] || printf '%-12s %s bytes  %s\n' "$runtime" "$(wc -c < "$file" | tr -d ' ')" "artifacts/$runtime/$(basename "$file")"
    done
done
