/** Times burin and sysdig in turn, so that both meet the same machine: what counts is the ratio within each pair. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from './cases.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const BURIN = [process.execPath, join(root, 'dist/bin/burin.js')];
export const DEMO = join(root, 'examples/demo.scap');
/** Where Debian's package puts the chisels; without it each program uses its own. */
const PUBLISHED_CHISELS = '/usr/share/sysdig/chisels';

export interface Measure {
  seconds: number;
  cpuSeconds: number;
  /** Megabytes of resident memory at its highest. */
  peak: number;
}

/** Wall time, CPU time and peak memory of one child, its output read to the end where it is given a terminal. */
const TIMER = `
import fcntl, os, pty, struct, sys, termios, time
begun = time.monotonic()
command = sys.argv[2:]
if sys.argv[1] == 'terminal':
    pid, screen = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0))
        os.execvp(command[0], command)
    try:
        while os.read(screen, 65536): pass
    except OSError: pass
else:
    pid = os.fork()
    if pid == 0:
        os.execvp(command[0], command)
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=sys.stderr)
`;

/** Runs a program to its end, output to nowhere. Throws an Error with what it said when it fails. */
export function measure(command: readonly string[], terminal = false): Measure {
  const out = openSync('/dev/null', 'w');
  const env = { ...process.env };
  // With it Node reads all certificates before it does anything: 60 ms that have nothing to do with burin.
  delete env['NODE_EXTRA_CA_CERTS'];
  if (existsSync(PUBLISHED_CHISELS)) env['SYSDIG_CHISEL_DIR'] = PUBLISHED_CHISELS;
  const result = spawnSync('python3', ['-c', TIMER, terminal ? 'terminal' : 'plain', ...command], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
    env,
  });
  closeSync(out);
  const line = result.stderr.trim().split('\n').at(-1) ?? '';
  const [seconds, cpuSeconds, kilobytes, status] = line.split(' ').map(Number) as [number, number, number, number];
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}: ${result.stderr.trim()}`);
  return { seconds, cpuSeconds, peak: kilobytes / 1024 };
}

export const digits = (value: number | null, count: number): string => (value === null ? '-' : value.toFixed(count));

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const least = (runs: readonly Measure[], what: 'seconds' | 'cpuSeconds'): number =>
  Math.min(...runs.map((run) => run[what]));

export interface Result {
  name: string;
  target: number;
  /** Medians; seconds of wall time, ratios burin / sysdig. Null without sysdig. */
  burinSeconds: number;
  sysdigSeconds: number | null;
  ratio: number | null;
  lowest: number | null;
  highest: number | null;
  /** Of the least wall time of each. */
  leastRatio: number | null;
  /** Of the least processor time of each: user and system, all threads. */
  cpuRatio: number | null;
  /** Megabytes, at most. */
  peakMegabytes: number;
  sysdigPeakMegabytes: number | null;
}

/** @param sysdig path of the program, null when it is not installed */
export function runCase(one: Case, capture: string, pairs: number, sysdig: string | null): Result {
  const ours: Measure[] = [];
  const theirs: Measure[] = [];
  for (let i = 0; i < pairs; i++) {
    if (sysdig !== null) theirs.push(measure([sysdig, '-r', capture, ...one.args], one.terminal));
    ours.push(measure([...BURIN, '-r', capture, ...one.args], one.terminal));
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
    sysdigPeakMegabytes: known ? Math.max(...theirs.map((run) => run.peak)) : null,
  };
}

/** The number of the last event, and how many there are, as a program prints them. */
function countEvents(command: readonly string[]): string {
  const script = '"$@" | awk \'{ last = $1; count++ } END { print count " events, the last is number " last }\'';
  return spawnSync('sh', ['-c', script, 'sh', ...command, '-p', '%evt.num'], { encoding: 'utf8' }).stdout.trim();
}

/** Both programs see the same events of a capture; asked once for each that was built. Throws an Error if they do not. */
export function sameCount(capture: string, sysdig: string): string {
  const file = `${capture}.count`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const theirs = countEvents([sysdig, '-r', capture]);
  const ours = countEvents([...BURIN, '-r', capture]);
  if (theirs !== ours) throw new Error(`${capture}: sysdig counts ${theirs}, burin ${ours}`);
  writeFileSync(file, ours);
  return ours;
}

/** The path of sysdig, null when it is not installed. */
export function findSysdig(): string | null {
  const found = spawnSync('sh', ['-c', 'command -v sysdig'], { encoding: 'utf8' }).stdout.trim();
  return found === '' ? null : found;
}
