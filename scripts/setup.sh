#!/usr/bin/env bash
# Installs what burin needs to be built (and, with --test, tested) on Debian, then builds it. Says what it does.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '== %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# The eBPF probe is compiled on this machine; without these packages everything but live capture works.
packages="clang-14 llvm-14 libbpf-dev bpftool linux-libc-dev make"
if [ "${1:-}" = --test ]; then
  # Peers that tests compare with.
  packages="$packages lld-14 sysdig strace luajit lua5.1 lua-penlight lua-redis redis-server zstd tmux"
fi

missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  if command -v apt-get >/dev/null; then
    say "installing Debian packages:$missing"
    if ! { as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null; }; then
      say "could not install$missing; going on without: parts that need them are skipped, and say so"
    fi
  else
    say "no apt-get here; going on without$missing: parts that need them are skipped, and say so"
  fi
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'installing npm packages (npm ci)'
  npm ci --no-audit --no-fund
fi
say 'building (npm run build)'
npm run --silent build
if [ "$(uname -s)" = Linux ] && { command -v clang-14 || command -v clang; } >/dev/null; then
  say 'building the probe and the native addon (probe/build.sh)'
  bash probe/build.sh || say 'the probe was not built: live capture will not work, reading files does'
fi
