/**
 * The benchmark, one page for speed: burin beside sysdig on one capture, run by run in turn, then Lua alone beside LuaJIT.
 * Prints the median of the ratios of wall time (burin / sysdig, start included) with its spread, of the least
 * wall times, of processor time, and peak memory of both. See cases.ts for what is run on how many events.
 *
 *   npm run bench -- [--pairs 5] [--only REGEX] [--events N] [--capture FILE] [--json] [--save]
 *
 * --events has all cases run on a capture of so many events.
 * --save adds the results to history.jsonl, which check-ratios.ts compares with. Needs sysdig 0.29.3 (Debian:
 * apt-get install sysdig) and a build (npm run build). Runs without sysdig too: burin's own times are printed then.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildBenchCapture } from './build-capture.js';
import { CHECKED, CHISELS, READING } from './cases.js';
import { addEntry } from './history.js';
import { BURIN, DEMO, digits, findSysdig, measure, median, type Result, runCase, sameCount } from './pairs.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds from start to the first line of a small capture, and of Node alone: medians. */
function firstLine(runs: number): { burin: number; node: number } {
  const [burin, node]: [number[], number[]] = [[], []];
  for (let i = 0; i < runs; i++) {
    node.push(measure([process.execPath, '-e', '0']).seconds * 1000);
    burin.push(measure([...BURIN, '-r', DEMO, '-n', '1']).seconds * 1000);
  }
  return { burin: median(burin), node: median(node) };
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: '.' },
    events: { type: 'string' },
    capture: { type: 'string' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

if (!existsSync(BURIN[1]!)) {
  process.stderr.write(`${BURIN[1]} is missing: run npm run build first\n`);
  process.exit(1);
}
const sysdig = findSysdig();
if (sysdig === null) process.stderr.write('sysdig is not installed: only times of burin are shown\n');

const only = new RegExp(values.only);
const pairs = Number(values.pairs);
const results: Result[] = [];
let recordings = 0;
const cases = [...READING, ...CHISELS].filter((one) => only.test(one.name));
if (!values.json && cases.length > 0) {
  console.log(
    `wall time burin / sysdig, start included, median of ${pairs} pairs; the chisels are sysdig's own files\n`,
  );
  console.log(`${'case'.padEnd(36)} ratio (lowest-highest)  target  least   CPU  burin s sysdig s  MB burin sysdig`);
}
const counts = new Map<string, string>();
for (const one of cases) {
  const events = values.events === undefined ? one.events : Number(values.events);
  const built = values.capture === undefined ? buildBenchCapture({ events, gzip: one.gzip ?? false }) : null;
  recordings = built?.recordings ?? 0;
  const capture = built?.path ?? values.capture!;
  if (built !== null && sysdig !== null && !one.gzip) counts.set(capture, sameCount(capture, sysdig));
  const result = runCase(one, capture, pairs, sysdig);
  results.push(result);
  if (values.json) continue;
  const spread = `(${digits(result.lowest, 2)}-${digits(result.highest, 2)})`;
  console.log(
    `${one.name.padEnd(36)} ${digits(result.ratio, 3)} ${spread.padEnd(17)} <= ${one.target.toFixed(2)} ` +
      `${digits(result.leastRatio, 2).padStart(6)} ${digits(result.cpuRatio, 2).padStart(5)} ` +
      `${digits(result.burinSeconds, 2).padStart(8)} ${digits(result.sysdigSeconds, 2).padStart(8)} ` +
      `${digits(result.peakMegabytes, 0).padStart(9)} ${digits(result.sysdigPeakMegabytes, 0).padStart(6)}`,
  );
}
if (!values.json) {
  for (const [capture, count] of counts) console.log(`${basename(capture)}: both programs count ${count}`);
  console.log(`load of the machine: ${loadavg()[0]!.toFixed(1)} (1 is this benchmark alone)`);
}
const start = only.test('start') ? firstLine(Math.max(5, pairs)) : undefined;
if (!values.json && start !== undefined) {
  const node = start.node.toFixed(0);
  console.log(`\nstart to the first line of a small capture: ${start.burin.toFixed(0)} ms; Node alone: ${node} ms`);
}
if (values.json) console.log(JSON.stringify({ results, firstLineMs: start }, null, 2));
if (values.save && sysdig !== null) {
  addEntry(recordings, pairs, results);
  // What CI compares with: the same on every machine.
  const demo = (events: number) => buildBenchCapture({ events, demoOnly: true }).path;
  addEntry(
    1,
    pairs,
    CHECKED.map((one) => runCase(one, demo(one.events), pairs, sysdig)),
  );
}
if (!values.json && only.test('lua')) {
  console.log('\nLua alone: nanoseconds of processor time an event');
  spawnSync('sh', [here('lua/run.sh'), '500000', String(Math.min(pairs, 3))], { stdio: 'inherit' });
}
