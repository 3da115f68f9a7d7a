#!/usr/bin/env bash
# Records what sysdig 0.29.3 prints for examples/demo.scap into test/conformance/golden: the conformance tests compare with
# it. Needs the Debian package sysdig. Each case of cases.tsv is a name and the words of the command line.
# Long outputs are kept as their length and SHA-256, so that the folder stays small; the first lines are kept beside.
set -euo pipefail
cd "$(dirname "$0")"
sysdig=${SYSDIG:-sysdig}
case $($sysdig --version) in
  *0.29.3*) ;;
  *) echo "record.sh: $sysdig is not version 0.29.3" >&2; exit 1 ;;
esac
rm -rf golden && mkdir golden
while IFS= read -r line; do
  [ -n "$line" ] || continue
  IFS=$'\t' read -r -a words <<<"$line"
  name=${words[0]}
  out=$(mktemp)
  env -i PATH=/usr/bin:/bin TZ=UTC LC_ALL=C "$sysdig" -r ../../examples/demo.scap "${words[@]:1}" >"$out" </dev/null
  if [ "$(stat -c %s "$out")" -le 16384 ]; then
    gzip -9n <"$out" >"golden/$name.gz"
  else
    printf '%s %s\n' "$(stat -c %s "$out")" "$(sha256sum <"$out" | cut -d' ' -f1)" >"golden/$name.sha256"
    head -c 4096 "$out" | gzip -9n >"golden/$name.head.gz"
  fi
  rm -f "$out"
done <cases.tsv
du -sk golden | cut -f1 | sed 's/$/ kB recorded/'
