#!/usr/bin/env bash
# Installs what the tests need, builds, and runs lint, type check, all tests and a check of speed.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --test
printf '== lint and format (biome)\n' >&2
npm run --silent lint
printf '== types (tsc)\n' >&2
npm run --silent typecheck
printf '== tests\n' >&2
# The tests start burin some thousand times. With this set Node reads certificates each time, which takes longer than most.
unset NODE_EXTRA_CA_CERTS
npm test --silent
printf '== speed beside the last one recorded\n' >&2
npm run --silent bench:check
