/**
 * The recordings that the capture of the benchmark is made of, and how their events are moved: each is kept as bytes with
 * lists of the places that change when it is repeated (times, thread ids, digits of paths).
 *
 * Only events that sysdig 0.29.3 knows are taken, with the parameters it knows: it skips others at no cost, and two
 * programs are only worth comparing while they look at the same events. The events in which a recorder tells the CPU times
 * of all threads each second are left out: recordings of idle machines are full of them, a busy machine's are not. The
 * process list keeps the threads that the remaining events speak of, and their processes and ancestors.
 */
import { openCaptureFile } from '../../src/capture/file-source.js';
import {
  EVENT_V1_HEADER,
  EVENT_V2_HEADER,
  eventBlockKind,
  LARGE,
  LENGTH_OFF_BY_3,
  recoverParamCount,
  V2,
  WITH_FLAGS,
} from '../../src/scap/event-blocks.js';
import { readMetadataBlock } from '../../src/scap/metadata.js';
import type {
  FdRecord,
  GroupRecord,
  InterfaceRecord,
  MachineRecord,
  ProcessRecord,
  UserRecord,
} from '../../src/scap/records.js';
import { EVENTS, PPME, PT } from '../../src/sinsp/schema/index.js';

const EVENT_BLOCK_V2 = 0x216;
/** Times in seconds that an event can have. */
const EARLIEST = 1_000_000_000n;
const LATEST = 4_000_000_000n;

export interface Recording {
  machine: MachineRecord | null;
  interfaces: InterfaceRecord[];
  users: UserRecord[];
  groups: GroupRecord[];
  processes: ProcessRecord[];
  fds: Map<number, FdRecord[]>;
  /** Event blocks one after the other, their number, and the nanoseconds from the first to the last. */
  events: Buffer;
  count: number;
  span: bigint;
  /** Offsets of the timestamps (from 0 at the first event), of 64-bit thread ids above 0, and of digits in paths that come and go. */
  times: number[];
  ids: number[];
  digits: number[];
}

/** Reads a recording: its lists, and the events that can be used. */
export function readRecording(path: string): Recording {
  const recording: Recording = {
    machine: null,
    interfaces: [],
    users: [],
    groups: [],
    processes: [],
    fds: new Map(),
    events: Buffer.alloc(0),
    count: 0,
    span: 0n,
    times: [],
    ids: [],
    digits: [],
  };
  const visitor = {
    machine: (record: MachineRecord) => {
      recording.machine = record;
    },
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
  const source = openCaptureFile(path);
  const blocks: Buffer[] = [];
  while (source.nextBatch()) {
    const view = new DataView(source.window.buffer);
    for (let at = source.start; at < source.end; ) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      const kind = eventBlockKind(type);
      if (kind < 0) readMetadataBlock(source.window, view, type, at, length, visitor);
      else {
        const block = usableBlock(view, at, length, kind);
        if (block !== null) blocks.push(block);
      }
      at += length;
    }
  }
  source.close();
  recording.count = blocks.length;
  recording.events = Buffer.concat(blocks);
  findPlaces(recording);
  keepUsedProcesses(recording);
  return recording;
}

function keepUsedProcesses(recording: Recording): void {
  const { events, ids, processes } = recording;
  const byTid = new Map(processes.map((record) => [record.tid, record]));
  const used = new Set<number>();
  const use = (tid: number): void => {
    const record = byTid.get(tid);
    if (record === undefined || used.has(tid)) return;
    used.add(tid);
    use(record.pid);
    use(record.ptid);
  };
  for (const at of ids) use(events.readUInt32LE(at));
  recording.processes = processes.filter((record) => used.has(record.tid));
}

/** The event as a block of the usual form, without parameters that 0.29.3 does not know; null for an event it does not know. */
function usableBlock(view: DataView, offset: number, length: number, kind: number): Buffer | null {
  const at = offset + (kind & WITH_FLAGS ? 14 : 10);
  const type = view.getUint16(at + 20, true);
  const info = EVENTS[type];
  if (info === undefined || !info.in0293 || kind & LARGE || type === PPME.PROCINFO_E) return null;
  // Containers that were there before the recording have no time.
  const seconds = view.getBigUint64(at, true) / 1_000_000_000n;
  if (seconds < EARLIEST || seconds > LATEST) return null;
  let stored: number;
  let lengths: number;
  if (kind & V2) {
    stored = view.getUint32(at + 22, true);
    lengths = at + EVENT_V2_HEADER;
  } else {
    stored = recoverParamCount(view, at, view.getUint32(at + 16, true), type, offset + length - 4);
    if (stored < 0 || stored >= LENGTH_OFF_BY_3) return null;
    lengths = at + EVENT_V1_HEADER;
  }
  const count = Math.min(stored, info.shown);
  let dataSize = 0;
  for (let i = 0; i < count; i++) dataSize += view.getUint16(lengths + i * 2, true);
  const eventSize = EVENT_V2_HEADER + count * 2 + dataSize;
  const blockSize = (10 + eventSize + 4 + 3) & ~3;
  const block = Buffer.alloc(blockSize);
  block.writeUInt32LE(EVENT_BLOCK_V2, 0);
  block.writeUInt32LE(blockSize, 4);
  block.writeUInt32LE(blockSize, blockSize - 4);
  const source = Buffer.from(view.buffer);
  source.copy(block, 8, offset + 8, offset + 10);
  source.copy(block, 10, at, at + EVENT_V1_HEADER);
  block.writeUInt32LE(eventSize, 26);
  block.writeUInt32LE(count, 32);
  source.copy(block, 36, lengths, lengths + count * 2);
  source.copy(block, 36 + count * 2, lengths + stored * 2, lengths + stored * 2 + dataSize);
  return block;
}

/** Notes what moves, and makes times start at 0. */
function findPlaces(recording: Recording): void {
  const { events, times, ids, digits } = recording;
  const first = events.length > 0 ? events.readBigUInt64LE(10) : 0n;
  for (let at = 0; at < events.length; at += events.readUInt32LE(at + 4)) {
    // Clocks of processors may be apart: none goes below the start.
    const time = events.readBigUInt64LE(at + 10);
    const since = time > first ? time - first : 0n;
    events.writeBigUInt64LE(since, at + 10);
    if (since > recording.span) recording.span = since;
    times.push(at + 10);
    noteId(events, at + 18, ids);
    const info = EVENTS[events.readUInt16LE(at + 30)]!;
    const count = events.readUInt32LE(at + 32);
    let data = at + 36 + count * 2;
    for (let i = 0; i < count; i++) {
      const length = events.readUInt16LE(at + 36 + i * 2);
      const type = info.params[i]!.type;
      if (type === PT.PID && length === 8) noteId(events, data, ids);
      else if (type === PT.FSPATH || type === PT.FSRELPATH) noteDigits(events, data, data + length, digits);
      data += length;
    }
  }
}

function noteId(events: Buffer, at: number, ids: number[]): void {
  const id = events.readBigInt64LE(at);
  if (id > 0n && id < 0x4000_0000n) ids.push(at);
}

function noteDigits(events: Buffer, from: number, to: number, digits: number[]): void {
  if (!/^\/(tmp|proc|var|home)/.test(events.toString('latin1', from, Math.min(to, from + 5)))) return;
  for (let at = from; at < to; at++) if (events[at]! >= 48 && events[at]! <= 57) digits.push(at);
}

/** How one repetition of a recording differs from it. */
export interface Move {
  /** Time of its first event. */
  time: bigint;
  /** What a thread id becomes. */
  id: (id: number) => number;
  /** Added to every digit, modulo 10. */
  turn: number;
}

/** The recording's events, moved. */
export function movedEvents({ events, times, ids, digits }: Recording, move: Move): Buffer {
  const out = Buffer.from(events);
  for (const at of times) out.writeBigUInt64LE(out.readBigUInt64LE(at) + move.time, at);
  for (const at of ids) out.writeUInt32LE(move.id(out.readUInt32LE(at)), at);
  for (const at of digits) out[at] = 48 + ((out[at]! - 48 + move.turn) % 10);
  return out;
}
