#!/bin/sh
# Compares the engines, and Fengari as it is published, on every workload, in turns: run.sh [EVENTS [ROUNDS]]. Columns:
# nanoseconds of processor time an event; the lowest of the rounds. Needs luajit; lua5.1 and a C compiler are used where
# they are there.
# What runs is a bundle made as the package's is: tsx gives every class a name of its own, which turns it into a slow
# object for V8 and `instanceof` into a call.
cd "$(dirname "$0")" || exit 1
events=${1:-1000000} rounds=${2:-3}
CHISELS=${CHISELS:-/usr/share/sysdig/chisels}
export CHISELS
capi=$(mktemp) && trap 'rm -f "$capi"' EXIT
cc -O2 -w -o "$capi" capi.c -l:libluajit-5.1.so.2 -lm 2>/dev/null || capi=
bundle=../../../build/bench-lua.mjs
../../../node_modules/.bin/esbuild burin.ts --bundle --platform=node --format=esm --target=node20 --packages=external \
	--minify-whitespace --minify-syntax --outfile=$bundle --log-level=warning || exit 1
printf '%-4s %10s %12s %10s %10s %10s %12s %14s\n' '' burin luajit-capi luajit lua5.1 fengari burin/capi fengari/burin
for w in a a2 b c d e; do
	for r in $(seq "$rounds"); do
		echo burin $(node $bundle $w "$events")
		[ -n "$capi" ] && echo capi $("$capi" workloads/$w.lua "$events" "$CHISELS")
		echo luajit $(luajit cli.lua $w "$events")
		echo fengari $(node fengari.mjs $w $((events / 40)))
		command -v lua5.1 >/dev/null && echo lua51 $(lua5.1 cli.lua $w $((events / 4)))
	done | awk -v w=$w '{ if (!($1 in best) || $2 < best[$1]) best[$1] = $2; if ($3 != "" && $1 != "lua51") result[$3] = 1 }
		END { ratio = best["capi"] ? sprintf("%.2f", best["burin"] / best["capi"]) : "-";
		printf "%-4s %10s %12s %10s %10s %10s %12s %14.0f", w, best["burin"], best["capi"], best["luajit"], best["lua51"],
			best["fengari"], ratio, best["fengari"] / best["burin"];
		k = 0; for (x in result) k++; print (k > 1 ? "  RESULTS DIFFER" : "") }'
done
