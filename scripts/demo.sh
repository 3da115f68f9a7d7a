#!/usr/bin/env bash
# Installs, builds, and runs burin on real input: a recording, and, where rights and kernel allow it, this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
run() { printf '\n$ burin %s\n' "$*"; node dist/bin/burin.js "$@"; }

run -r examples/demo.scap 'fd.name contains /etc/passwd and evt.type=openat and evt.dir=<'
run -r examples/demo.scap -c topfiles_bytes

if node dist/bin/burin.js doctor >/dev/null 2>&1; then
  printf '\nThe same chisel on this machine, for three seconds, while a small program writes and reads files:\n'
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (for i in $(seq 1 12); do dd if=/dev/zero of="$work/data$i" bs=64k count=40 status=none; cat "$work/data$i" >/dev/null; sleep 0.2; done) &
  run -M 3 -c topfiles_bytes
  wait
else
  printf '\nNo live capture here ("burin doctor" says why); the recording above shows what it looks like.\n'
fi
