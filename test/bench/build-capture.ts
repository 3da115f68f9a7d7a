/**
 * Builds the capture of the benchmark: the real events of examples/demo.scap over and over, with moving times, thread ids
 * and paths, and a process list in which all threads occur. Once built it is kept in test/bench/data.
 *
 *   npx tsx test/bench/build-capture.ts [--events N] [--gzip]    prints the path
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { openCaptureFile } from '../../src/capture/file-source.js';
import { eventBlockKind, LARGE, V2, WITH_FLAGS } from '../../src/scap/event-blocks.js';
import { readMetadataBlock } from '../../src/scap/metadata.js';
import { type HeaderRecords, writeHeaderBlocks } from '../../src/scap/metadata-writer.js';
import type {
  FdRecord,
  GroupRecord,
  InterfaceRecord,
  MachineRecord,
  ProcessRecord,
  UserRecord,
} from '../../src/scap/records.js';
import { EVENTS, PT } from '../../src/sinsp/schema/index.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const DEMO = path.join(here, '../../examples/demo.scap');
const FOLDER = path.join(here, 'data');

/** Copies of the traced system, side by side; copy c has its thread ids moved by c times this. */
const COPIES = 4;
const COPY_STEP = 1_000_000;
/** Threads made during the recording move on with each repetition, and come round after this many. */
const NEW_STEP = 100_000;
const NEW_ROUND = 8;

export interface BenchCapture {
  path: string;
  events: number;
}

interface Recording {
  machine: MachineRecord | null;
  interfaces: InterfaceRecord[];
  users: UserRecord[];
  groups: GroupRecord[];
  processes: ProcessRecord[];
  fds: Map<number, FdRecord[]>;
  /** Event blocks one after the other. */
  events: Buffer;
  count: number;
}

function readRecording(): Recording {
  const recording: Recording = {
    machine: null,
    interfaces: [],
    users: [],
    groups: [],
    processes: [],
    fds: new Map(),
    events: Buffer.alloc(0),
    count: 0,
  };
  const visitor = {
    machine: (record: MachineRecord) => (recording.machine = record),
    interface: (record: InterfaceRecord) => recording.interfaces.push(record),
    user: (record: UserRecord) => recording.users.push(record),
    group: (record: GroupRecord) => recording.groups.push(record),
    process: (record: ProcessRecord) => recording.processes.push(record),
    fd: (tid: number, record: FdRecord) => {
      const list = recording.fds.get(tid);
      if (list) list.push(record);
      else recording.fds.set(tid, [record]);
    },
  };
  const source = openCaptureFile(DEMO);
  const parts: Buffer[] = [];
  while (source.nextBatch()) {
    const view = new DataView(source.window.buffer);
    for (let at = source.start; at < source.end; ) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      const kind = eventBlockKind(type);
      if (kind < 0) readMetadataBlock(source.window, view, type, at, length, visitor as never);
      else if (kind & V2) {
        parts.push(Buffer.from(source.window.slice(at, at + length)));
        recording.count++;
      } else throw new Error('the recording has events of an old version');
      at += length;
    }
  }
  source.close();
  recording.events = Buffer.concat(parts);
  return recording;
}

const isPath = (type: number): boolean => type === PT.FSPATH || type === PT.FSRELPATH;

/** Turns the digits of a path in a place where names come and go; the length stays. */
function movePath(bytes: Buffer, from: number, to: number, repetition: number): void {
  const start = bytes.toString('latin1', from, Math.min(to, from + 5));
  if (
    !start.startsWith('/tmp') &&
    !start.startsWith('/proc') &&
    !start.startsWith('/var') &&
    !start.startsWith('/home')
  ) {
    return;
  }
  for (let i = from; i < to; i++) {
    const digit = bytes[i]! - 48;
    if (digit >= 0 && digit <= 9) bytes[i] = 48 + ((digit + repetition) % 10);
  }
}

/** One repetition of the events: a copy of `events` with everything moved. */
function moved({ events }: Recording, offset: (tid: number) => number, time: bigint, repetition: number): Buffer {
  const out = Buffer.from(events);
  for (let at = 0; at < out.length; at += out.readUInt32LE(at + 4)) {
    const kind = eventBlockKind(out.readUInt32LE(at));
    const header = at + (kind & WITH_FLAGS ? 14 : 10);
    out.writeBigUInt64LE(out.readBigUInt64LE(header) + time, header);
    const tid = Number(out.readBigInt64LE(header + 8));
    if (tid > 0) out.writeBigInt64LE(BigInt(offset(tid)), header + 8);
    const info = EVENTS[out.readUInt16LE(header + 20)];
    const count = out.readUInt32LE(header + 22);
    const lengthSize = kind & LARGE ? 4 : 2;
    let data = header + 26 + count * lengthSize;
    for (let i = 0; i < count; i++) {
      const place = header + 26 + i * lengthSize;
      const length = lengthSize === 2 ? out.readUInt16LE(place) : out.readUInt32LE(place);
      const type = info?.params[i]?.type;
      if (type === PT.PID && length === 8) {
        const value = Number(out.readBigInt64LE(data));
        if (value > 0) out.writeBigInt64LE(BigInt(offset(value)), data);
      } else if (type !== undefined && isPath(type)) {
        movePath(out, data, data + length, repetition);
      }
      data += length;
    }
  }
  return out;
}

/** Builds the capture unless it is there. */
export function buildBenchCapture(options: { events?: number; gzip?: boolean } = {}): BenchCapture {
  const recording = readRecording();
  const repetitions = Math.ceil((options.events ?? 3_000_000) / recording.count);
  const events = repetitions * recording.count;
  const target = path.join(FOLDER, `bench-${events}.scap`);
  fs.mkdirSync(FOLDER, { recursive: true });
  if (!fs.existsSync(target)) build(recording, repetitions, target);
  if (!options.gzip) return { path: target, events };
  const packed = `${target}.gz`;
  if (!fs.existsSync(packed)) pack(target, packed);
  return { path: packed, events };
}

function build(recording: Recording, repetitions: number, target: string): void {
  const known = new Set(recording.processes.map((record) => record.tid));
  const header: HeaderRecords = {
    machine: recording.machine,
    interfaces: recording.interfaces,
    users: recording.users,
    groups: recording.groups,
    processes: (function* () {
      for (let copy = 0; copy < COPIES; copy++) {
        const move = (tid: number) => (tid > 0 ? tid + copy * COPY_STEP : tid);
        for (const record of recording.processes) {
          yield {
            ...record,
            tid: move(record.tid),
            pid: move(record.pid),
            ptid: move(record.ptid),
            sid: move(record.sid),
            vpgid: move(record.vpgid),
            vtid: move(record.vtid),
            vpid: move(record.vpid),
          };
        }
      }
    })(),
    fds: (tid) => recording.fds.get(tid % COPY_STEP) ?? [],
  };
  const temporary = `${target}.${process.pid}`;
  const fd = fs.openSync(temporary, 'w');
  writeHeaderBlocks(header, (blocks) => fs.writeSync(fd, blocks));
  const first = recording.events.readBigUInt64LE(10);
  let last = first;
  for (let at = 0; at < recording.events.length; at += recording.events.readUInt32LE(at + 4)) {
    const kind = eventBlockKind(recording.events.readUInt32LE(at));
    last = recording.events.readBigUInt64LE(at + (kind & WITH_FLAGS ? 14 : 10));
  }
  const span = last - first + 1_000_000n;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const copy = (repetition % COPIES) * COPY_STEP;
    const round = (1 + (Math.floor(repetition / COPIES) % NEW_ROUND)) * NEW_STEP;
    const offset = (tid: number) => (known.has(tid) ? tid + copy : tid + copy + round);
    fs.writeSync(fd, moved(recording, offset, BigInt(repetition) * span, repetition));
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
