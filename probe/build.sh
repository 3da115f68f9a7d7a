#!/bin/sh
# Builds the probe and the addon for this machine: probe/build/burin.node.
# Needs g++, libbpf's headers and Node's; and clang and bpftool, unless probe/build/ARCH/skeleton.h is there already.
# With --prebuilt it builds what packages carry instead, on a Debian of either processor for all systems:
# probe/prebuilt/linux-<x64|arm64>-<glibc|musl>/burin.node. With --prebuilt-missing it says what that needs and is not here.
#   CLANG, BPFTOOL, CXX, CC  the tools to use (CXX and CC: not with --prebuilt)
#   NODE_HEADERS             the folder that holds node_api.h
#   MUSL_ROOT                where musl's packages were unpacked, if they are not installed
set -eu
cd "$(dirname "$0")"
mkdir -p build

fail() {
  echo "probe/build.sh: $1" >&2
  exit 1
}

case "$(uname -m)" in
x86_64) host=x64 ;;
aarch64) host=arm64 ;;
*) fail "no probe for $(uname -m): only x86_64 and aarch64" ;;
esac

# The names that the world has for a processor.
machine_of() { case $1 in x64) echo x86_64 ;; *) echo aarch64 ;; esac; }
debian_of() { case $1 in x64) echo amd64 ;; *) echo arm64 ;; esac; }

# Compiler of a processor: the machine's own, or Debian's for the other one.
compiler_for() { # ARCH gcc|g++
  if [ "$1" = $host ]; then echo "$2"; else echo "$(machine_of "$1")-linux-gnu-$2"; fi
}

# Folders in which asm/types.h of a processor is, the kernel's interface to programs.
asm_of() {
  if [ "$1" = $host ]; then echo "/usr/include/$(machine_of "$1")-linux-gnu"; else echo "/usr/$(machine_of "$1")-linux-gnu/include"; fi
}

musl_root() { if [ -d "${MUSL_ROOT:-}/usr/include/$(machine_of "$1")-linux-musl" ]; then echo "${MUSL_ROOT:-}"; fi; }
musl_headers() { echo "$(musl_root "$1")/usr/include/$(machine_of "$1")-linux-musl"; }
musl_library() { echo "$(musl_root "$1")/lib/$(machine_of "$1")-linux-musl/libc.so"; }

# One line for each tool that building for all systems lacks.
missing_tools() {
  for arch in x64 arm64; do
    cxx=$(compiler_for $arch g++)
    if ! command -v "$cxx" >/dev/null; then
      if [ $arch = $host ]; then package=g++; else package=g++-$(machine_of $arch | tr _ -)-linux-gnu; fi
      echo "$cxx is missing: apt-get install $package"
    fi
    package=musl-dev
    if [ $arch != $host ]; then package=musl-dev:$(debian_of $arch); fi
    if [ ! -f "$(musl_headers $arch)/stdlib.h" ] || [ ! -f "$(musl_library $arch)" ]; then
      first=
      if [ $arch != $host ]; then first="dpkg --add-architecture $(debian_of $arch) && apt-get update && "; fi
      echo "musl for $arch is missing: ${first}apt-get install $package"
    fi
  done
}

# The programs of the kernel's side, with the loader for them: build/ARCH/skeleton.h.
make_probe() { # ARCH
  newer=$(find bpf addon/loader.h -newer "build/$1/skeleton.h" 2>/dev/null | head -1 || true)
  if [ -f "build/$1/skeleton.h" ] && [ -z "$newer" ]; then return; fi
  mkdir -p "build/$1"
  clang=${CLANG:-$(command -v clang-14 || command -v clang || true)}
  bpftool=${BPFTOOL:-$(command -v bpftool || command -v /usr/sbin/bpftool || true)}
  [ -n "$clang" ] || fail "clang is missing; install it (Debian: apt-get install clang-14 bpftool libbpf-dev)"
  [ -n "$bpftool" ] || fail "bpftool is missing; install it (Debian: apt-get install bpftool)"
  case $1 in x64) target=x86 ;; *) target=arm64 ;; esac
  "$clang" -O2 -g -target bpf -mcpu=v3 "-D__TARGET_ARCH_$target" "-I$(asm_of "$1")" -Wall \
    -c bpf/burin.bpf.c -o "build/$1/burin.bpf.o"
  "$bpftool" gen skeleton -L "build/$1/burin.bpf.o" name skeleton >"build/$1/skeleton.tmp"
  mv "build/$1/skeleton.tmp" "build/$1/skeleton.h"
}

find_headers() {
  [ -f /usr/include/bpf/skel_internal.h ] || fail "libbpf's headers are missing; install them (Debian: apt-get install libbpf-dev)"
  headers=${NODE_HEADERS:-}
  for d in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node" /usr/include/node /usr/local/include/node; do
    if [ -z "$headers" ] && [ -f "$d/node_api.h" ]; then headers=$d; fi
  done
  [ -n "$headers" ] || fail "Node's headers are missing; set NODE_HEADERS to the folder with node_api.h"
  napi=$(cd .. && node -p "require('node-addon-api').include_dir")
  case "$napi" in /*) ;; *) napi=../$napi ;; esac
}

undefined_in() { readelf -W --dyn-syms "$1" | awk '$7 == "UND" && $5 != "WEAK" && NF > 7 { sub(/@.*/, "", $8); print $8 }' | sort -u; }

# Compiles and links one addon. The C++ library is left out (see addon/runtime.cc), so that one file serves every
# distribution with the same C library, and old ones.
make_addon() { # CC CXX FOLDER-FOR-OBJECTS FOLDER-OF-SKELETON FLAGS LINK-FLAGS RESULT
  mkdir -p "$3" "$(dirname "$7")"
  flags="-O2 -fPIC -Wall -fvisibility=hidden -ffunction-sections -fdata-sections -D_GNU_SOURCE $5"
  flags="$flags -DNAPI_DISABLE_CPP_EXCEPTIONS -DNAPI_VERSION=8 -I$4 -I$headers -I$napi"
  objects=
  for f in loader relocate; do
    $1 $flags -Wno-unused-function -c "addon/$f.c" -o "$3/$f.o"
    objects="$objects $3/$f.o"
  done
  for f in binding system probe encode runtime; do
    $2 $flags -std=c++17 -fno-exceptions -fno-rtti -c "addon/$f.cc" -o "$3/$f.o"
    objects="$objects $3/$f.o"
  done
  linked="-shared -s -Wl,--gc-sections -Wl,--version-script=addon/exports.map -o $3/burin.tmp"
  $2 $linked $objects $6
  # A compiler whose C++ library has other inner functions than addon/runtime.cc knows.
  if undefined_in "$3/burin.tmp" | grep -q '^_Z'; then
    case " $6 " in *" -nostdlib "*) fail "the C++ library asks for more than addon/runtime.cc has: $(undefined_in "$3/burin.tmp" | grep '^_Z' | tr '\n' ' ')" ;; esac
    $2 $linked $(echo "$objects" | sed 's/ [^ ]*runtime\.o//') -static-libstdc++ -static-libgcc
  fi
  mv "$3/burin.tmp" "$7"
}

make_prebuilt() { # ARCH LIBC
  to=prebuilt/linux-$1-$2/burin.node
  atomics=
  if [ "$1" = arm64 ]; then atomics=-mno-outline-atomics; fi
  cc=$(compiler_for "$1" gcc) cxx=$(compiler_for "$1" g++)
  if [ "$2" = glibc ]; then
    make_addon "$cc" "$cxx" "build/$1/glibc" "build/$1" "$atomics" "-nodefaultlibs -lc -lgcc" "$to"
    newest=$(readelf -W -V "$to" | grep -o 'GLIBC_[0-9.]*' | sort -V | tail -1)
    echo "probe/$to: needs $newest"
    return
  fi
  # Headers of musl, the kernel and libbpf. Those of glibc are the compiler's own: so its folders are left out, and all named.
  mkdir -p "build/$1/kernel"
  kernel=/usr/include
  if [ "$1" != $host ]; then kernel=$(asm_of "$1"); fi
  for d in linux asm-generic; do ln -sfn "$kernel/$d" "build/$1/kernel/$d"; done
  ln -sfn "$(asm_of "$1")/asm" "build/$1/kernel/asm"
  ln -sfn /usr/include/bpf "build/$1/kernel/bpf"
  search=$("$cxx" -xc++ -E -v /dev/null 2>&1 | sed -n '/^#include </,/^End/s/^ //p')
  flags="$atomics -nostdinc -fno-stack-protector"
  for d in $(echo "$search" | grep '/c++/') "$(musl_headers "$1")" "$("$cxx" -print-file-name=include)" "build/$1/kernel"; do
    flags="$flags -isystem $d"
  done
  make_addon "$cc" "$cxx" "build/$1/musl" "build/$1" "$flags -include addon/musl.h" "-nostdlib -lgcc" "$to"
  has=$(readelf -W --dyn-syms "$(musl_library "$1")" | awk '$7 != "UND" { print $8 }')
  lacks=$(undefined_in "$to" | grep -v '^napi_' | while read -r s; do echo "$has" | grep -qx "$s" || echo "$s"; done)
  [ -z "$lacks" ] || fail "probe/$to uses functions that musl lacks: $(echo $lacks)"
  echo "probe/$to: needs nothing that musl lacks"
}

case "${1:-}" in
'')
  find_headers
  make_probe $host
  make_addon "${CC:-gcc}" "${CXX:-g++}" build/$host/own build/$host "" "-nodefaultlibs -lc -lgcc" build/burin.node
  ;;
--prebuilt-missing) missing_tools ;;
--prebuilt)
  missing=$(missing_tools)
  [ -z "$missing" ] || fail "cannot build for all systems:
$missing"
  find_headers
  for arch in x64 arm64; do
    make_probe $arch
    for libc in glibc musl; do make_prebuilt $arch $libc; done
  done
  ;;
*) fail "unknown option $1" ;;
esac
