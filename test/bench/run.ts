/**
 * The benchmark: burin beside sysdig on one capture, run by run in turn, so that both meet the same machine. Prints the
 * median of the ratios of wall time (burin / sysdig, start included) with its spread, of CPU time, and peak memory.
 *
 *   npm run bench -- [--pairs 5] [--only REGEX] [--capture FILE] [--json]
 *
 * Needs sysdig 0.29.3 (Debian: apt-get install sysdig) and a build (npm run build). Runs without sysdig too: burin's own
 * times are printed then.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildBenchCapture } from './build-capture.js';

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Largest ratio that is good enough. */
  readonly target: number;
  readonly gzip?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'walk with state', args: ['-q'], target: 0.75 },
  { name: 'evt.type=openat', args: ['evt.type=openat'], target: 0.6 },
  { name: 'fd.name contains /etc and evt.dir=<', args: ['fd.name contains /etc and evt.dir=<'], target: 0.75 },
  { name: 'all events as text', args: [], target: 0.12 },
  { name: '-j', args: ['-j'], target: 0.15 },
  { name: '-p with four fields', args: ['-p', '%evt.num %proc.name %evt.type %fd.name'], target: 0.4 },
  { name: 'walk, gzip input', args: ['-q'], target: 0.7, gzip: true },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const BURIN = [process.execPath, join(root, 'dist/bin/burin.js')];

interface Measure {
  seconds: number;
  cpuSeconds: number;
  /** Megabytes of resident memory at its highest. */
  peak: number;
}

/** Runs a program to its end, output to nowhere. GNU time reports what it took. */
function measure(command: readonly string[]): Measure {
  const out = openSync('/dev/null', 'w');
  const result = spawnSync('python3', ['-c', TIMER, ...command], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  const line = result.stderr.trim().split('\n').at(-1) ?? '';
  const [seconds, cpuSeconds, kilobytes, status] = line.split(' ').map(Number) as [number, number, number, number];
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}: ${result.stderr.trim()}`);
  return { seconds, cpuSeconds, peak: kilobytes / 1024 };
}

/** Wall time, CPU time and peak memory of one child; what `time -v` would say, without needing it. */
const TIMER = `
import os, sys, time
begun = time.monotonic()
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=sys.stderr)
`;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

interface Result {
  name: string;
  target: number;
  burinSeconds: number;
  sysdigSeconds: number | null;
  ratio: number | null;
  lowest: number | null;
  highest: number | null;
  cpuRatio: number | null;
  peakMegabytes: number;
}

function runCase(one: Case, capture: string, pairs: number, sysdig: string | null): Result {
  const ours: Measure[] = [];
  const theirs: Measure[] = [];
  for (let i = 0; i < pairs; i++) {
    if (sysdig !== null) theirs.push(measure([sysdig, '-r', capture, ...one.args]));
    ours.push(measure([...BURIN, '-r', capture, ...one.args]));
  }
  const ratios = theirs.map((their, i) => ours[i]!.seconds / their.seconds);
  const known = ratios.length > 0;
  return {
    name: one.name,
    target: one.target,
    burinSeconds: median(ours.map((run) => run.seconds)),
    sysdigSeconds: known ? median(theirs.map((run) => run.seconds)) : null,
    ratio: known ? median(ratios) : null,
    lowest: known ? Math.min(...ratios) : null,
    highest: known ? Math.max(...ratios) : null,
    cpuRatio: known ? median(theirs.map((their, i) => ours[i]!.cpuSeconds / their.cpuSeconds)) : null,
    peakMegabytes: Math.max(...ours.map((run) => run.peak)),
  };
}

/** Milliseconds from start to the first line of a small capture, median. */
function firstLine(runs: number): number {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    times.push(measure([...BURIN, '-r', join(root, 'examples/demo.scap'), '-n', '1']).seconds * 1000);
  }
  return median(times);
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: '.' },
    capture: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

if (!existsSync(BURIN[1]!)) {
  process.stderr.write(`${BURIN[1]} is missing: run npm run build first\n`);
  process.exit(1);
}
const found = spawnSync('sh', ['-c', 'command -v sysdig'], { encoding: 'utf8' }).stdout.trim();
const sysdig = found === '' ? null : found;
if (sysdig === null) process.stderr.write('sysdig is not installed: only times of burin are shown\n');

const only = new RegExp(values.only);
const results: Result[] = [];
const digits = (value: number | null, count: number): string => (value === null ? '-' : value.toFixed(count));
if (!values.json) {
  console.log(`${'case'.padEnd(38)} ratio (lowest-highest)  target  CPU    burin s  sysdig s  peak MB`);
}
for (const one of CASES) {
  if (!only.test(one.name)) continue;
  const capture = values.capture ?? buildBenchCapture({ gzip: one.gzip }).path;
  const result = runCase(one, capture, Number(values.pairs), sysdig);
  results.push(result);
  if (values.json) continue;
  const spread = `(${digits(result.lowest, 2)}-${digits(result.highest, 2)})`;
  console.log(
    `${one.name.padEnd(38)} ${digits(result.ratio, 3)} ${spread.padEnd(17)} <= ${one.target.toFixed(2)} ${digits(result.cpuRatio, 2).padStart(6)} ` +
      `${digits(result.burinSeconds, 2).padStart(8)} ${digits(result.sysdigSeconds, 2).padStart(8)} ${digits(result.peakMegabytes, 0).padStart(8)}`,
  );
}
const startMs = firstLine(Number(values.pairs));
if (values.json) console.log(JSON.stringify({ results, firstLineMs: startMs }, null, 2));
else console.log(`start to first line of a small capture: ${startMs.toFixed(0)} ms (target 150)`);
