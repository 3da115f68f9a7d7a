#!/usr/bin/env bash
# Runs burin live on another kernel, in a virtual machine: what doctor says, events, a chisel, a filter, recording and a command.
#
#   scripts/try-kernel.sh KERNEL [COMMAND...]
#
# KERNEL is a kernel image, or a Debian package that holds one (`apt-get download linux-image-6.1.0-56-amd64`). With COMMAND,
# that is run in the machine as root instead of the checks. The machine's only file system is in memory and holds node,
# busybox and burin: built with `npm run build` and, for the processor of the kernel, `probe/build.sh` (`--prebuilt`).
# Needs qemu-system-x86 or qemu-system-arm, busybox-static and cpio. Without KVM, processors are emulated: some minutes.
#   ROOT     a folder in which libc6, libstdc++6, libgcc-s1 and busybox-static of that processor were unpacked
#   NODE     the node to use (with ROOT: of that processor)
#   ACCEL    kvm or tcg; kvm where it is there. Some machines that are virtual themselves have one that is slower than none
#   SECONDS_MAX  when to give up (900)
# BURIN_RELOCATE and BURIN_VERIFIER_LOG (probe/README.md) hold in the machine, too.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
kernel=${1:?a kernel image or a package of one}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'try-kernel: %s\n' "$1" >&2; exit 1; }

if dpkg-deb --info "$kernel" >/dev/null 2>&1; then
  dpkg-deb --fsys-tarfile "$kernel" | tar -x -C "$work" --wildcards '*/vmlinuz*'
  kernel=$(find "$work" -name 'vmlinuz*' | head -1)
  [ -n "$kernel" ] || fail 'that package holds no kernel'
fi
# "ARM\x64" at byte 56 of an image for arm64, "HdrS" at byte 514 of one for x86.
if [ "$(od -An -tx1 -j56 -N4 "$kernel" | tr -d ' ')" = 41524d64 ]; then
  arch=arm64 machine=aarch64 console=ttyAMA0
  qemu=(qemu-system-aarch64 -machine virt -cpu max,pauth-impdef=on)
elif [ "$(od -An -tx1 -j514 -N4 "$kernel" | tr -d ' ')" = 48647253 ]; then
  arch=x64 machine=x86_64 console=ttyS0
  qemu=(qemu-system-x86_64 -cpu max)
else
  fail "$kernel is no kernel image for x86-64 or arm64"
fi
command -v "${qemu[0]}" >/dev/null || fail "${qemu[0]} is missing: apt-get install qemu-system-x86 qemu-system-arm"
# Emulated processors take turns: with a thread for each, one now and then slept for ever with work to do.
if [ -z "${ACCEL:-}" ] && [ "$(uname -m)" = $machine ] && [ -w /dev/kvm ]; then ACCEL=kvm; fi
if [ "${ACCEL:-tcg}" = kvm ]; then qemu+=(-accel kvm); else qemu+=(-accel tcg,thread=single); fi

# The file system.
tree=$work/tree
mkdir -p "$tree"/{bin,proc,sys,dev,tmp,etc,root,burin/probe/build}
node=${NODE:-$(readlink -f "$(command -v node)")}
cp "$node" "$tree/bin/node"
if [ -n "${ROOT:-}" ]; then
  cp -r "$ROOT/lib" "$tree/"
  mkdir -p "$tree/usr"
  cp -r "$ROOT/usr/lib" "$tree/usr/"
  cp "$ROOT/bin/busybox" "$tree/bin/"
else
  [ "$(uname -m)" = $machine ] || fail "for a kernel of another processor set ROOT and NODE, see the head of this file"
  cp "$(command -v busybox)" "$tree/bin/" || fail 'busybox is missing: apt-get install busybox-static'
  for f in $(ldd "$node" | grep -o '/[^ )]*'); do
    mkdir -p "$tree$(dirname "$f")"
    cp -L "$f" "$tree$f"
  done
fi
addon=$here/probe/prebuilt/linux-$arch-glibc/burin.node
if [ "$(uname -m)" = $machine ]; then addon=$here/probe/build/burin.node; fi
cp "$addon" "$tree/burin/probe/build/burin.node"
cp -r "$here"/{dist,lua,chisels,package.json} "$tree/burin/"
(cd "$here" && npm ls --omit=dev --all --parseable | tail -n +2 | sed "s|^$here/||") | while read -r d; do
  mkdir -p "$tree/burin/$(dirname "$d")"
  [ -d "$tree/burin/$d" ] || cp -r "$here/$d" "$tree/burin/$d"
done
printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n' >"$tree/etc/passwd"
printf 'root:x:0:\nuser:x:1000:\n' >"$tree/etc/group"
printf '#!/bin/sh\nexec node /burin/dist/bin/burin.js "$@"\n' >"$tree/bin/burin"
chmod +x "$tree/bin/burin"
printf '%s\n' "$*" >"$tree/command"
for v in BURIN_RELOCATE BURIN_VERIFIER_LOG; do
  if [ -n "${!v:-}" ]; then echo "export $v='${!v}'"; fi
done >"$tree/environment"
cat >"$tree/init" <<'GUEST'
#!/bin/busybox sh
export PATH=/bin HOME=/root
. /environment
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
mount -t tracefs none /sys/kernel/tracing
ip link set lo up
exec >/dev/console 2>&1
cd /tmp
passed=0 failed=0
check() { # NAME CONDITION...
  name=$1; shift
  if "$@"; then passed=$((passed + 1)); echo "ok   $name"; else failed=$((failed + 1)); echo "FAIL $name"; tail -n 20 out err; fi
}
lines() { wc -l <out; }
many() { [ "$(lines)" -ge "$1" ]; }
only() { [ "$(grep -c "$1" out)" = "$(lines)" ] && many 1; }
has() { grep -q "$1" "${2:-out}"; }
not() { ! "$@"; }
# burin with output in `out` and `err` and its status in `status`; after a minute and a half, says where it stands and ends it.
run() {
  "$@" >out 2>err & pid=$!
  (
    sleep 90
    echo "== hangs: $*"
    for t in /proc/$pid/task/*; do echo "$(cat $t/comm) $(cat $t/wchan) $(head -n 3 $t/stack | tr '\n' ' ')"; done
    ps; tail -n 5 out err; kill $pid; sleep 5; kill -9 $pid
  ) & watch=$!
  wait $pid; status=$?
  kill $watch; wait $watch
} 2>/dev/null

echo "== $(uname -srm)"
if [ -s /command ] && grep -q . /command; then
  sh /command; echo "== status $?"
  poweroff -f
fi
burin doctor >out 2>err; status=$?
cat out err
if [ $status != 0 ]; then
  burin -n 5 >out 2>err; status=$?
  cat err
  check 'a refusal is one line with status 3' [ "$status $(wc -l <err)" = '3 1' ]
  check 'and shows no events' [ "$(lines)" = 0 ]
else
  # Something to see: files, processes and a socket.
  # With their paths: busybox starts its other parts by the same program's name otherwise.
  (while :; do /bin/md5sum /etc/passwd >/dev/null; /bin/sleep 0.2; done) &
  (while :; do echo hello | /bin/nc -l -p 7777 >/dev/null; done) &
  (while :; do /bin/sleep 1; /bin/nc 127.0.0.1 7777 </etc/group >/dev/null; done) &

  run burin -n 200
  cat err
  check 'the first 200 events' [ "$status $(lines)" = '0 200' ]
  check 'every hook attached' not has 'cannot report' err
  run burin -M 6 evt.type=openat
  check "a filter decided in the kernel ($(lines) events)" only ' openat '
  check 'names of files' has 'passwd'
  run burin -M 6 proc.name=nc and evt.type=connect
  check "sockets ($(lines) events)" has 'tuple=127.0.0.1.*7777'
  run burin -M 6 -c topscalls
  tail -n 4 out
  check 'a chisel' has 'openat'
  run burin -w t.scap -M 6; cat err
  burin -r t.scap >out 2>err
  check "a recording ($(lines) events, $(wc -c <t.scap) bytes)" many 500
  check 'has no event that is unknown' not has '<NA>.*<NA>.*<NA>'
  for call in openat read close brk clone execve wait4 write; do check "has $call" has " $call "; done
  burin -r t.scap -p '%proc.name %proc.pname %proc.cmdline' evt.type=execve and evt.dir='<' >out 2>err
  check 'has programs with their parents' has '^md5sum init md5sum /etc/passwd'
  burin -r t.scap -p '%evt.rawres %proc.name %proc.pname' evt.type in '(clone, clone3, fork, vfork)' and evt.dir='<' >out 2>err
  check 'has clone as the parent sees it' has '^[1-9][0-9]* init'
  check 'has clone as the child sees it' has '^0 init init'
  run burin -p '*%evt.dir %evt.type %fd.name %evt.arg.data %evt.rawres' -- sh -c '/bin/md5sum /etc/group; exit 7'
  check 'the status of a command' [ $status = 7 ]
  check 'data that it read' has '^< read /etc/group root:x:0'
  (while :; do :; done) & spinner=$!
  run burin -M 3 evt.type=switch
  check "context switches ($(lines))" only ' switch '
  kill $spinner
  (sleep 5; sh -c 'trap : USR1; kill -USR1 $$; sleep 1; kill -USR1 $$; :') &
  run burin -M 15 evt.type=signaldeliver
  check 'signals' has 'SIGUSR1'
  run burin -M 6 evt.type=procexit
  check "ends of processes ($(lines))" only ' procexit '
  run burin --page-faults -M 6 -n 50 evt.type=page_fault
  if has 'cannot report some events: page_fault' err; then
    echo 'no page faults: this kernel has no hook for them'
  else
    check 'page faults' only ' page_fault '
  fi
fi
echo "$passed passed, $failed failed"
poweroff -f
GUEST
chmod +x "$tree/init"
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$work/initrd"

log=$work/log
timeout "${SECONDS_MAX:-900}" "${qemu[@]}" -m 2048 -smp 2 -kernel "$kernel" -initrd "$work/initrd" -nographic -no-reboot -nic none \
  -append "console=$console panic=-1 quiet nohz=off highres=off" </dev/null | tr -d '\r' | tee "$log" || true
if [ $# -gt 0 ]; then grep -q '^== status 0$' "$log"; else grep -Eq '^[1-9][0-9]* passed, 0 failed$' "$log"; fi
