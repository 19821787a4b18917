#!/usr/bin/env bash
# Runs code for x86-64 CPUs that are not here and holds it to the scalar oracle's bits: AMX, AVX-512 with and without VNNI, and AVX-VNNI. Bochs emulates a Sapphire Rapids and boots a
# Linux kernel of its own on it, so the kernel's part of AMX is tried as well: leave to use tiles, saving them, signals on threads that use them.
#   scripts/test-x86.sh [--all]     without --all kernel-check compares every kind of product (20 minutes); with it, every kernel test and the golden logits run too (hours)
# Needs the .NET SDK, a Bochs as docs/generated-code.md describes it (FREEHOLD_BOCHS names it; FREEHOLD_BOCHS_BIOS the folder of its BIOS, /usr/share/bochs if unset), and Debian's busybox-static,
# grub-pc-bin, xorriso, mtools, kmod, cpio, e2fsprogs and xz-utils. The kernel comes from FREEHOLD_KERNEL, a folder with boot/vmlinuz-* and lib/modules; without it apt-get fetches Debian's
# into artifacts/x86-root. Installs nothing.
# Exit codes: 0 all passed, 1 a test failed, 2 wrong usage, 3 something is missing.
set -uo pipefail
cd "$(dirname "$0")/.."
all=false
case "${1:-}" in
  "") ;;
  --all) all=true ;;
  *) echo "test-x86.sh: '$1' is not --all" >&2; exit 2 ;;
esac
cpu=sapphire_rapids sets="amx avx512vnni avx512 avxvnni"
missing() { echo "test-x86.sh: $1" >&2; exit 3; }
export PATH=$PATH:/usr/sbin:/sbin

bochs=${FREEHOLD_BOCHS:-bochs}
for tool in "$bochs" busybox grub-mkrescue xorriso mformat modprobe cpio mke2fs xz ldd; do
  command -v "$tool" >/dev/null || missing "$tool is not here (Debian: apt-get install busybox-static grub-pc-bin grub-common xorriso mtools kmod cpio e2fsprogs xz-utils; Bochs: docs/generated-code.md)"
done
grep -qx "$cpu" <<<"$("$bochs" --help cpu 2>&1)" || missing "this Bochs does not know $cpu; FREEHOLD_BOCHS can name a newer one"
firmware=${FREEHOLD_BOCHS_BIOS:-/usr/share/bochs}
[ -e "$firmware/BIOS-bochs-latest" ] || missing "$firmware has no BIOS-bochs-latest; FREEHOLD_BOCHS_BIOS can name another folder"

root=$PWD/artifacts/x86-root
kernel=${FREEHOLD_KERNEL:-$root/kernel}
if [ -z "${FREEHOLD_KERNEL:-}" ] && [ ! -e "$kernel/complete" ]; then
  { command -v apt-get && command -v dpkg-deb; } >/dev/null || missing "no apt-get here: set FREEHOLD_KERNEL to a folder with boot/vmlinuz-* and lib/modules"
  rm -rf "$kernel" && mkdir -p "$kernel"
  image=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  (cd "$kernel" && apt-get -qq -o APT::Sandbox::User=root download "${image:?}" && dpkg-deb -x ./*.deb . && rm ./*.deb) || missing "apt-get could not fetch a kernel (apt-get update?)"
  touch "$kernel/complete"
fi
version=$(ls "$kernel/lib/modules" | head -n 1)
depmod -b "$kernel" "$version" 2>/dev/null || missing "$kernel/lib/modules/$version is no folder of modules"

# The first programs: they find the disk, and what is on it runs.
boot() {
  local start=$root/start module name
  rm -rf "$start" "$root/iso" && mkdir -p "$start"/{bin,mod,dev,proc,sys,data} "$root/iso/boot/grub"
  cp "$(command -v busybox)" "$start/bin/busybox"
  for module in ata_piix sd_mod ext4; do modprobe -d "$kernel" -S "$version" --show-depends "$module"; done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
    name=$(basename "$module")
    case "$name" in
      *.xz) name=${name%.xz}; xz -dc "$module" >"$start/mod/$name" ;;
      *) cp "$module" "$start/mod/$name" ;;
    esac
    echo "$name" >>"$start/mod/order"
  done
  cat >"$start/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $(cat /mod/order); do insmod /mod/$module 2>/dev/null; done
for i in 1 2 3 4 5 6 7 8 9; do [ -b /dev/sda ] && break; sleep 1; done
mount -t ext4 -o ro /dev/sda /data
mount -t tmpfs tmp /data/tmp; for folder in proc sys dev; do mount --bind /$folder /data/$folder; done
chroot /data /run.sh
echo "ended with $?"
poweroff -f
INIT
  chmod +x "$start/init"
  (cd "$start" && find . | cpio -o -H newc --quiet) >"$root/iso/boot/initrd"
  cp "$kernel"/boot/vmlinuz-"$version" "$root/iso/boot/vmlinuz"
  # Bochs has no register that says fast strings are on; without them Linux 6.1 moves memory wrongly where the CPU also says that short ones are fast (fsrm).
  cat >"$root/iso/boot/grub/grub.cfg" <<'GRUB'
set timeout=0
linux /boot/vmlinuz console=ttyS0 quiet panic=-1 mitigations=off nokaslr clearcpuid=fsrm intel_idle.max_cstate=0 random.trust_cpu=on
initrd /boot/initrd
boot
GRUB
  grub-mkrescue -d /usr/lib/grub/i386-pc -o "$root/boot.iso" "$root/iso" --compress=no >/dev/null 2>&1 || missing "grub-mkrescue made no image (grub-pc-bin?)"
}

# What runs: kernel-check, with --all the tests too, and the libraries that they take from the system.
disk() {
  local disk=$root/disk library tests
  rm -rf "$disk" && mkdir -p "$disk"/{bin,tmp,proc,sys,dev,lib64,lib/x86_64-linux-gnu,t/tests/Freehold.Models.Tests/Oracle,shared/models}
  cp "$(command -v busybox)" "$disk/bin/busybox"
  ln -s busybox "$disk/bin/sh"
  scripts/kernel-check.sh >/dev/null || exit 1
  cp artifacts/kernel-check/kernel-check "$disk/"
  for library in /lib64/ld-linux-x86-64.so.2 $(ldd artifacts/kernel-check/kernel-check | awk '/=> \// { print $3 }') $($all && ls /usr/lib/x86_64-linux-gnu/lib{ssl,crypto}.so.3); do
    case "$library" in /lib64/*) cp -L "$library" "$disk/lib64/" ;; *) cp -L "$library" "$disk/lib/x86_64-linux-gnu/" ;; esac
  done
  {
    echo '#!/bin/sh'
    echo 'export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 TMPDIR=/tmp HOME=/tmp; failed=0'
    echo "/kernel-check bits $sets || failed=1"
    if $all; then
      for tests in Freehold.Kernels.Tests Freehold.Models.Tests; do
        dotnet publish "tests/$tests" -c Release -r linux-x64 --self-contained -o "$disk/t/$tests" --nologo -v quiet >&2 || exit 1
      done
      touch "$disk/t/Freehold.slnx"
      cp tests/Freehold.Models.Tests/Oracle/golden.txt "$disk/t/tests/Freehold.Models.Tests/Oracle/"
      cp ../shared/models/stories260K-* "$disk/shared/models/" 2>/dev/null
      echo 'cd /t/Freehold.Kernels.Tests && ./Freehold.Kernels.Tests -noColor -reporter default || failed=1'
      echo "cd /t/Freehold.Models.Tests && ./Freehold.Models.Tests -method '*.EqualBitsTests.Stories*' -method '*.EqualBitsTests.Logits_*' -noColor -reporter default || failed=1"
    fi
    echo 'exit $failed'
  } >"$disk/run.sh" || exit 1
  chmod +x "$disk/run.sh"
  chmod -R u+w "$disk"
  rm -f "$root/disk.img"
  # Bochs wants whole cylinders: 16 heads of 63 sectors.
  truncate -s $((($(du -sk "$disk" | cut -f1) * 1100 / 1000 + 40000) / 504 * 504 * 1024)) "$root/disk.img"
  mke2fs -q -t ext4 -O ^has_journal -d "$disk" "$root/disk.img" || missing "mke2fs made no disk"
}

# Runs until the machine switches itself off; what it prints comes through its serial line.
machine() {
  cat >"$root/bochsrc" <<RC
megs: 2048
romimage: file=$firmware/BIOS-bochs-latest
vgaromimage: file=$firmware/VGABIOS-lgpl-latest
cpu: model=$cpu, count=1, ips=100000000
clock: sync=none
display_library: nogui
ata0-master: type=disk, path=$root/disk.img, mode=volatile, cylinders=0
ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
ata1-master: type=cdrom, path=$root/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$root/serial.txt
log: $root/bochs.log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
RC
  rm -f "$root/serial.txt" "$root/bochs.log"
  "$bochs" -q -f "$root/bochsrc" >"$root/bochs.txt" 2>&1 </dev/null
}

mkdir -p "$root"
boot
disk
machine
[ -s "$root/serial.txt" ] || missing "the machine did not start: $(grep -h PANIC "$root/bochs.txt" "$root/bochs.log" 2>/dev/null | head -n 1)"
tr -d '\r' <"$root/serial.txt" | grep -v -e '^\[ ' -e '^assemble ' -e '^ended with '
if grep -q '^ended with 0' "$root/serial.txt"; then
  echo "test-x86.sh: all passed"
else
  grep -q 'Amx *FAIL: not here' "$root/serial.txt" && echo "test-x86.sh: Linux gave no tiles; does this Bochs have IA32_XFD?" >&2
  echo "test-x86.sh: FAILED"
  exit 1
fi
