#!/bin/sh
# Builds the probe and the addon: probe/build/burin.node.
# Needs g++ and Node's headers; and clang, bpftool and libbpf's headers, unless probe/build/skeleton.h is there already.
# With --prebuilt it is also copied to where packages carry it: probe/prebuilt/SYSTEM/burin.node.
#   CLANG, BPFTOOL, CXX, CC  the tools to use
#   NODE_HEADERS             the folder that holds node_api.h
set -eu
cd "$(dirname "$0")"
mkdir -p build

fail() {
  echo "probe/build.sh: $1" >&2
  exit 1
}

case "$(uname -m)" in
x86_64) arch=x86 ;;
aarch64) arch=arm64 ;;
*) fail "no probe for $(uname -m): only x86_64 and aarch64" ;;
esac

newer=$(find bpf addon/loader.h -newer build/skeleton.h 2>/dev/null | head -1 || true)
if [ ! -f build/skeleton.h ] || [ -n "$newer" ]; then
  clang=${CLANG:-$(command -v clang-14 || command -v clang || true)}
  bpftool=${BPFTOOL:-$(command -v bpftool || command -v /usr/sbin/bpftool || true)}
  [ -n "$clang" ] || fail "clang is missing; install it (Debian: apt-get install clang-14 bpftool libbpf-dev)"
  [ -n "$bpftool" ] || fail "bpftool is missing; install it (Debian: apt-get install bpftool)"
  [ -f /usr/include/bpf/bpf_helpers.h ] || fail "libbpf's headers are missing; install them (Debian: apt-get install libbpf-dev)"
  "$clang" -O2 -g -target bpf -mcpu=v3 "-D__TARGET_ARCH_$arch" "-I/usr/include/$(uname -m)-linux-gnu" -Wall \
    -c bpf/burin.bpf.c -o build/burin.bpf.o
  "$bpftool" gen skeleton -L build/burin.bpf.o name skeleton >build/skeleton.tmp
  mv build/skeleton.tmp build/skeleton.h
fi

headers=${NODE_HEADERS:-}
for d in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node" /usr/include/node /usr/local/include/node; do
  if [ -z "$headers" ] && [ -f "$d/node_api.h" ]; then headers=$d; fi
done
[ -n "$headers" ] || fail "Node's headers are missing; set NODE_HEADERS to the folder with node_api.h"
napi=$(cd .. && node -p "require('node-addon-api').include_dir")
case "$napi" in /*) ;; *) napi=../$napi ;; esac

flags="-O2 -fPIC -Wall -fvisibility=hidden -D_GNU_SOURCE -DNAPI_DISABLE_CPP_EXCEPTIONS -DNAPI_VERSION=8 -Ibuild -I$headers -I$napi"
${CC:-gcc} $flags -Wno-unused-function -c addon/loader.c -o build/loader.o
for f in binding system probe encode; do
  ${CXX:-g++} $flags -std=c++17 -fno-exceptions -c "addon/$f.cc" -o "build/$f.o"
done
# The C++ library is linked in, so that one file serves every distribution with the same C library.
${CXX:-g++} -shared -s -static-libstdc++ -static-libgcc -o build/burin.tmp build/loader.o build/binding.o build/system.o build/probe.o build/encode.o
mv build/burin.tmp build/burin.node

if [ "${1:-}" = --prebuilt ]; then
  libc=glibc
  if ldd --version 2>&1 | grep -q musl; then libc=musl; fi
  to=prebuilt/linux-$(node -p process.arch)-$libc
  mkdir -p "$to"
  cp build/burin.node "$to/burin.node"
  echo "probe/$to/burin.node"
fi
