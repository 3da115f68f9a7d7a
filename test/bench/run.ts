/**
 * The benchmark: burin beside sysdig on the same capture, run by run in turn, so that both meet the same machine. Prints
 * the median of the ratios of wall time (burin / sysdig, start included) with its spread, of the least wall times, of CPU
 * time (user and system, all threads, least of each), and peak memory.
 *
 *   npm run bench -- [--pairs 5] [--only REGEX] [--capture FILE] [--json]
 *
 * Walks and filters have a capture of 9 million events, so that Node's start (0.1 to 0.2 s) weighs what it does on
 * captures for which speed matters; what prints every event has one of 3 million, because sysdig takes that long. The whole
 * takes about five minutes, `--only walk` a minute.
 *
 * Needs sysdig 0.29.3 (Debian: apt-get install sysdig) and a build (npm run build). Runs without sysdig too: burin's own
 * times are printed then.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildBenchCapture } from './build-capture.js';

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Largest ratio that is good enough. */
  readonly target: number;
  /** Least number of events of its capture. */
  readonly events: number;
  readonly gzip?: boolean;
}

const LONG = 9_000_000;
const SHORT = 3_000_000;

const CASES: readonly Case[] = [
  { name: 'walk with state (-q)', args: ['-q'], target: 0.75, events: LONG },
  { name: 'walk, filter that never matches', args: ['proc.name=no-such-name'], target: 0.75, events: LONG },
  { name: 'evt.type=openat', args: ['evt.type=openat'], target: 0.6, events: LONG },
  {
    name: 'fd.name contains /etc and evt.dir=<',
    args: ['fd.name contains /etc and evt.dir=<'],
    target: 0.75,
    events: LONG,
  },
  { name: 'walk, gzip input', args: ['-q'], target: 0.7, events: LONG, gzip: true },
  { name: 'all events as text', args: [], target: 0.12, events: SHORT },
  { name: '-j', args: ['-j'], target: 0.15, events: SHORT },
  {
    name: '-p with four fields',
    args: ['-p', '%evt.num %proc.name %evt.type %fd.name'],
    target: 0.4,
    events: SHORT,
  },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const BURIN = [process.execPath, join(root, 'dist/bin/burin.js')];

interface Measure {
  seconds: number;
  cpuSeconds: number;
  /** Megabytes of resident memory at its highest. */
  peak: number;
}

/** Runs a program to its end, output to nowhere. */
function measure(command: readonly string[]): Measure {
  const out = openSync('/dev/null', 'w');
  const result = spawnSync('python3', ['-c', TIMER, ...command], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(out);
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

const least = (runs: readonly Measure[], what: 'seconds' | 'cpuSeconds'): number =>
  Math.min(...runs.map((run) => run[what]));

/** The number of the last event, and how many there are, as a program prints them. */
function countEvents(command: readonly string[]): string {
  const script = '"$@" | awk \'{ last = $1; count++ } END { print count " events, the last is number " last }\'';
  return spawnSync('sh', ['-c', script, 'sh', ...command, '-p', '%evt.num'], { encoding: 'utf8' }).stdout.trim();
}

/** Both programs see the same events of a capture; asked once for each that was built. */
function sameCount(capture: string, sysdig: string): string {
  const file = `${capture}.count`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const theirs = countEvents([sysdig, '-r', capture]);
  const ours = countEvents([...BURIN, '-r', capture]);
  if (theirs !== ours) throw new Error(`${capture}: sysdig counts ${theirs}, burin ${ours}`);
  writeFileSync(file, ours);
  return ours;
}

interface Result {
  name: string;
  target: number;
  burinSeconds: number;
  sysdigSeconds: number | null;
  ratio: number | null;
  lowest: number | null;
  highest: number | null;
  leastRatio: number | null;
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
    leastRatio: known ? least(ours, 'seconds') / least(theirs, 'seconds') : null,
    cpuRatio: known ? least(ours, 'cpuSeconds') / least(theirs, 'cpuSeconds') : null,
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

/** Milliseconds that node needs to do nothing, median. */
function bareNode(runs: number): number {
  return median(Array.from({ length: runs }, () => measure([process.execPath, '-e', '0']).seconds * 1000));
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
  console.log(`${'case'.padEnd(38)} ratio (lowest-highest)  target  least  CPU    burin s  sysdig s  peak MB`);
}
const counts = new Map<string, string>();
for (const one of CASES) {
  if (!only.test(one.name)) continue;
  const capture = values.capture ?? buildBenchCapture({ events: one.events, gzip: one.gzip }).path;
  if (values.capture === undefined && sysdig !== null && !one.gzip) counts.set(capture, sameCount(capture, sysdig));
  const result = runCase(one, capture, Number(values.pairs), sysdig);
  results.push(result);
  if (values.json) continue;
  const spread = `(${digits(result.lowest, 2)}-${digits(result.highest, 2)})`;
  console.log(
    `${one.name.padEnd(38)} ${digits(result.ratio, 3)} ${spread.padEnd(17)} <= ${one.target.toFixed(2)} ${digits(result.leastRatio, 2).padStart(6)} ${digits(result.cpuRatio, 2).padStart(6)} ` +
      `${digits(result.burinSeconds, 2).padStart(8)} ${digits(result.sysdigSeconds, 2).padStart(8)} ${digits(result.peakMegabytes, 0).padStart(8)}`,
  );
}
const startMs = firstLine(Number(values.pairs));
if (values.json) console.log(JSON.stringify({ results, firstLineMs: startMs }, null, 2));
else {
  const bare = bareNode(Number(values.pairs));
  console.log(
    `start to first line of a small capture: ${startMs.toFixed(0)} ms (target 150; bare node ${bare.toFixed(0)} ms)`,
  );
  for (const [capture, count] of counts) console.log(`${basename(capture)}: both programs count ${count}`);
  console.log(`load of the machine: ${loadavg()[0]!.toFixed(1)} (1 is this benchmark alone)`);
}
