#!/usr/bin/env bash
# Runs the tests that hold Arm64 to the same bits as every other machine: kernels against the scalar oracle, logits against the golden hashes.
# On Arm64 they run as they are; elsewhere under qemu-user, once with SDOT (-cpu max) and once without (-cpu cortex-a72).
#   scripts/test-arm64.sh               the kernels that differ from other machines' (minutes)
#   scripts/test-arm64.sh --all         every kernel test and the golden hashes too (under qemu much longer)
# Needs the .NET SDK, qemu-aarch64, and libc, libgcc, libstdc++ and OpenSSL 3 for arm64 below FREEHOLD_ARM64_ROOT. Without that variable apt-get
# fetches the libraries into artifacts/arm64-root and installs nothing. Only as root with CI=true is a missing qemu-user installed.
# Exit codes: 0 all passed, 1 a test failed, 2 wrong usage, 3 something is missing.
set -uo pipefail
cd "$(dirname "$0")/.."
all=false
case "${1:-}" in
  "") ;;
  --all) all=true ;;
  *) echo "test-arm64.sh: '$1' is not --all" >&2; exit 2 ;;
esac
missing() { echo "test-arm64.sh: $1" >&2; exit 3; }

out=$PWD/artifacts/arm64-tests
publish() {
  dotnet publish "tests/$1" -c Release -r linux-arm64 --self-contained -o "$out/$1" --nologo -v quiet || { echo "test-arm64.sh: $1 does not build" >&2; exit 1; }
}

# The libraries that a self-contained .NET program takes from the system, and what they need.
libraries() {
  root=$PWD/artifacts/arm64-root
  [ -e "$root/complete" ] && return
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    missing "no apt-get here: set FREEHOLD_ARM64_ROOT to a folder that holds arm64's libc, libgcc, libstdc++ and OpenSSL 3"
  rm -rf "$root"
  mkdir -p "$root/apt/state/lists/partial" "$root/apt/cache/archives/partial"
  local apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o "Dir::State=$root/apt/state" -o "Dir::Cache=$root/apt/cache"
    -o Dir::State::status=/dev/null -o Acquire::Languages=none -o APT::Sandbox::User=root)
  "${apt[@]}" update || missing "apt-get found no packages for arm64"
  (cd "$root/apt" && "${apt[@]}" download libc6 libgcc-s1 libstdc++6 &&
    { "${apt[@]}" download libssl3t64 2>/dev/null || "${apt[@]}" download libssl3; }) || missing "apt-get could not fetch arm64's libraries"
  for package in "$root"/apt/*.deb; do
    dpkg-deb -x "$package" "$root" || missing "$package could not be unpacked"
  done
  rm -rf "$root/apt"
  # Where libraries lie in the root of their own and not in /usr, the loader is sought in /lib all the same.
  [ -e "$root/lib/ld-linux-aarch64.so.1" ] || ln -s usr/lib "$root/lib"
  touch "$root/complete"
}

if [ "$(uname -m)" = aarch64 ]; then
  cpu=native
else
  if ! command -v qemu-aarch64 >/dev/null && [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get -qq update && apt-get -qq install -y qemu-user >/dev/null
  fi
  command -v qemu-aarch64 >/dev/null || missing "qemu-aarch64 is not here (Debian, Ubuntu: apt-get install qemu-user)"
  cpu=max
  root=${FREEHOLD_ARM64_ROOT:-}
  [ -n "$root" ] || libraries
fi

# run CPU PROJECT FILTER...: prints one line of numbers, before it the whole output where something failed.
run() {
  local cpu=$1 project=$2 log code line
  shift 2
  local command=("$out/$project/$project" "$@" -noColor -reporter default)
  # Under qemu a page that is written and executed by turns is translated anew each time, and code that is not optimised at once costs more than it saves.
  [ "$cpu" = native ] || command=(env DOTNET_EnableWriteXorExecute=0 DOTNET_TieredCompilation=0 qemu-aarch64 -L "$root" -cpu "$cpu" "${command[@]}")
  log=$("${command[@]}" 2>&1)
  code=$?
  line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+.*' <<<"$log" | tail -n 1)
  # Nothing run is not passed.
  [[ $line =~ ^Total:\ [1-9] ]] || code=1
  [ "$code" -eq 0 ] || echo "$log"
  echo "arm64 $cpu, $project $*: ${line:-no tests ran}"
  [ "$code" -eq 0 ]
}

# Bits against the scalar oracle, which other tests hold to the meaning of the formats on every machine. Attention has all its cases, with keys and values in f32 and in
# int8, on short sequences; the long ones are in --all.
products=(-method '*.KernelTableTests.*' -method '*.MatMulTests.Every_*' -method '*.MatMulTests.The_largest_*'
  -method '*.LossyProductTests.Every_*' -method '*.LossyProductTests.Any_*')
more=(-method '*.MatMulTests.Bias_*' -method '*.MatMulTests.Any_scale_*' -method '*.LossyProductTests.*' -method '*.RotationTests.*')
floats=(-method '*.ReductionsTests.*' -method '*.RopeTests.*' -method '*.AttentionTests.Every_*' -method '*.AttentionTests.Keys_*'
  -method '*.AttentionTests.Damage_*' -method '*.AttentionTests.An_encoder_*')

first_half() { run "$1" Freehold.Kernels.Tests "${products[@]}" "${more[@]}"; }
second_half() {
  local failed=0
  [ "$1" = native ] || run cortex-a72 Freehold.Kernels.Tests "${products[@]}" || failed=1
  run "$1" Freehold.Kernels.Tests "${floats[@]}" || failed=1
  return "$failed"
}

publish Freehold.Kernels.Tests
$all && publish Freehold.Models.Tests
failed=0
first_half "$cpu" &
second_half "$cpu" || failed=1
wait $! || failed=1
if $all; then
  run "$cpu" Freehold.Kernels.Tests || failed=1
  run "$cpu" Freehold.Models.Tests -method '*.EqualBitsTests.Logits_*' -method '*.LossyModelTests.A_model_packed_*' || failed=1
fi
[ "$failed" -eq 0 ] && echo "test-arm64.sh: all passed" || echo "test-arm64.sh: FAILED"
exit "$failed"
