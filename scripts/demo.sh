#!/usr/bin/env bash
# Installs, builds, and runs burin on a real recording: first events through a filter, then a chisel.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
run() { printf '\n$ burin %s\n' "$*"; node dist/bin/burin.js "$@"; }
run -r examples/demo.scap -n 10 'fd.name contains /etc and evt.type=openat and evt.dir=<'
run -r examples/demo.scap -c topfiles_bytes
