/**
 * Builds the captures of the benchmark: real events over and over, with moving times, thread ids and paths, behind one
 * process list in which all recordings stand side by side. Recordings are examples/demo.scap and, where they are, the
 * captures in ../shared/captures beside the checkout. Once built a capture is kept in test/bench/data.
 *
 *   npx tsx test/bench/build-capture.ts [--events N] [--gzip]    prints the path
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { type HeaderRecords, writeHeaderBlocks } from '../../src/scap/metadata-writer.js';
import { movedEvents, type Recording, readRecording } from './recordings.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const DEMO = path.join(here, '../../examples/demo.scap');
const SHARED = path.join(here, '../../../shared/captures');
const FOLDER = path.join(here, 'data');

/** Thread ids of recording r are moved by r times this. */
const RECORDING_STEP = 50_000_000;
/** Threads made during a recording move on with each repetition, and come round after this many. */
const NEW_STEP = 5_000_000;
const NEW_ROUND = 8;
const START = 1_700_000_000_000_000_000n;
const PAUSE = 1_000_000n;
const BOTH = 0xffff_ffff;

export interface BenchCapture {
  path: string;
  events: number;
  /** Recordings it is made of. */
  recordings: number;
}

/** Paths of the recordings. */
function recordingPaths(): string[] {
  const shared = fs.existsSync(SHARED) ? fs.readdirSync(SHARED).filter((name) => name.endsWith('.scap')) : [];
  return [...shared.sort().map((name) => path.join(SHARED, name)), DEMO];
}

const read = new Map<string, Recording>();
function recordings(paths: readonly string[]): Recording[] {
  for (const path of paths) if (!read.has(path)) read.set(path, readRecording(path));
  return paths.map((path) => read.get(path)!);
}

export interface BuildOptions {
  /** At least so many; default three million. */
  events?: number;
  gzip?: boolean;
  /** Of examples/demo.scap alone: the same capture on every machine. */
  demoOnly?: boolean;
}

/** Builds a capture unless it is there. */
export function buildBenchCapture(options: BuildOptions = {}): BenchCapture {
  const all = recordings(options.demoOnly ? [DEMO] : recordingPaths());
  const count = all.reduce((sum, recording) => sum + recording.count, 0);
  const repetitions = Math.ceil((options.events ?? 3_000_000) / count);
  const events = repetitions * count;
  const target = path.join(FOLDER, `bench-${all.length}-${events}.scap`);
  fs.mkdirSync(FOLDER, { recursive: true });
  if (!fs.existsSync(target)) build(all, repetitions, target);
  const packed = `${target}.gz`;
  if (options.gzip && !fs.existsSync(packed)) pack(target, packed);
  return { path: options.gzip ? packed : target, events, recordings: all.length };
}

/** The lists of all recordings as those of one machine. */
function headerOf(all: readonly Recording[]): HeaderRecords {
  return {
    machine: all.at(-1)!.machine,
    interfaces: all.flatMap((recording) => recording.interfaces),
    users: new Map(all.flatMap((recording) => recording.users).map((user) => [user.uid, user])).values(),
    groups: new Map(all.flatMap((recording) => recording.groups).map((group) => [group.gid, group])).values(),
    processes: all.flatMap((recording, r) => {
      const move = (id: number) => (id > 0 && id < BOTH ? id + r * RECORDING_STEP : id);
      return recording.processes.map((record) => ({
        ...record,
        tid: move(record.tid),
        pid: move(record.pid),
        ptid: move(record.ptid),
        sid: move(record.sid),
        vpgid: move(record.vpgid),
        vtid: move(record.vtid),
        vpid: move(record.vpid),
      }));
    }),
    fds: (tid) => all[Math.floor(tid / RECORDING_STEP)]!.fds.get(tid % RECORDING_STEP) ?? [],
  };
}

function build(all: readonly Recording[], repetitions: number, target: string): void {
  const known = all.map((recording) => new Set(recording.processes.map((record) => record.tid)));
  const temporary = `${target}.${process.pid}`;
  const fd = fs.openSync(temporary, 'w');
  writeHeaderBlocks(headerOf(all), (blocks) => fs.writeSync(fd, blocks));
  let time = START;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [r, recording] of all.entries()) {
      const base = r * RECORDING_STEP;
      const round = (1 + (repetition % NEW_ROUND)) * NEW_STEP;
      const id = (tid: number) => (known[r]!.has(tid) ? tid + base : tid + base + round);
      fs.writeSync(fd, movedEvents(recording, { time, id, turn: repetition }));
      time += recording.span + PAUSE;
    }
  }
  fs.closeSync(fd);
  fs.renameSync(temporary, target);
}

/** Compresses a file piece by piece. */
function pack(from: string, to: string): void {
  const input = fs.openSync(from, 'r');
  const output = fs.openSync(`${to}.${process.pid}`, 'w');
  const chunk = Buffer.alloc(16 << 20);
  // Members one after the other are one stream.
  for (;;) {
    const count = fs.readSync(input, chunk, 0, chunk.length, null);
    if (count === 0) break;
    fs.writeSync(output, zlib.gzipSync(chunk.subarray(0, count), { level: 6 }));
  }
  fs.closeSync(input);
  fs.closeSync(output);
  fs.renameSync(`${to}.${process.pid}`, to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--events');
  const events = at > 0 ? Number(process.argv[at + 1]) : undefined;
  const built = buildBenchCapture({ events, gzip: process.argv.includes('--gzip') });
  process.stdout.write(`${built.path}\n`);
}
