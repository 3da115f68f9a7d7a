/**
 * Inflates a large capture ahead in a thread of its own: it fills a few shared slots while events are being decoded, and
 * both sides wait for each other with Atomics, so the reader stays synchronous. Memory is the slots, whatever comes.
 * (Files that are not compressed are not read ahead: what another processor has copied costs as much as copying it.)
 *
 * A thread takes about 0.1 s to start. Meanwhile the reader goes on by itself; once the thread runs, the reader names a
 * place a little ahead of its own, from which on the slots continue the stream.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { startWorkerThread } from '../worker-thread.js';
import { createInflater, GzipDamage } from './gzip-inflate.js';

const SLOTS = 4;
const SLOT_SIZE = 256 << 10;
/** Room before each slot, for the block that was begun in the one before. */
export const ROOM_BEFORE_SLOT = 128 << 10;
/** Int32 cells before the slots: written, consumed, stop, started, error text length, then the fill of each slot. */
const WRITTEN = 0;
const CONSUMED = 1;
const STOP = 2;
const STARTED = 3;
const ERROR = 4;
const FILL = 5;
const HEADER_BYTES = 128;
/** Doubles inside the header: bytes read of the file; where the slots begin in the stream, set by the reader. */
const PROGRESS_AT = 48;
const FROM_AT = 56;
/** The slots begin so far ahead of the reader, and this share of its position: the thread first has to catch up. */
const LEAD = 1 << 20;
const LEAD_SHARE = 0.6;

interface Shared {
  fd: number;
  memory: SharedArrayBuffer;
  slots: number;
  slotSize: number;
  room: number;
  headerBytes: number;
  progressAt: number;
  fromAt: number;
}

/** Runs in the thread; sent there as text, so it uses only its arguments and what it asks for itself. */
function threadMain(
  shared: Shared,
  fs: typeof import('node:fs'),
  zlib: typeof import('node:zlib'),
  makeInflater: typeof createInflater,
): void {
  const { fd, memory, slots, slotSize, room, headerBytes, progressAt, fromAt } = shared;
  const cells = new Int32Array(memory, 0, 12);
  const progress = new Float64Array(memory, progressAt, 1);
  const bytes = new Uint8Array(memory, headerBytes);
  const stopped = () => Atomics.load(cells, 2) !== 0;
  let index = 0;
  /** Waits until the next slot is free and returns where it begins; -1 when nobody reads any more. */
  const acquire = (): number => {
    let consumed = Atomics.load(cells, 1);
    while (index - consumed >= slots && !stopped()) {
      Atomics.wait(cells, 1, consumed);
      consumed = Atomics.load(cells, 1);
    }
    return stopped() ? -1 : (index % slots) * (room + slotSize) + room;
  };
  /** Hands the slot over; a fill of 0 is the end, -1 an error, whose text is in the slot. */
  const publish = (fill: number) => {
    cells[5 + (index % slots)] = fill;
    index++;
    Atomics.store(cells, 0, index);
    Atomics.notify(cells, 0);
  };
  const fail = (error: unknown, damage: boolean) => {
    const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, 1024);
    const at = acquire();
    if (at < 0) return;
    bytes.set(text, at);
    bytes[at + text.length] = damage ? 1 : 0;
    Atomics.store(cells, 4, text.length);
    publish(-1);
  };
  class Damage extends Error {}
  /** Inflates what the reader has had. */
  const skip = (input: { read(target: Uint8Array, at: number, length: number): number }, count: number) => {
    const scratch = new Uint8Array(65536);
    while (count > 0 && !stopped()) {
      const got = input.read(scratch, 0, Math.min(count, scratch.length));
      if (got === 0) break;
      count -= got;
    }
  };
  // The reader answers with the place from which on it wants the stream.
  Atomics.store(cells, 3, 1);
  while (Atomics.load(cells, 3) === 1 && !stopped()) Atomics.wait(cells, 3, 1);
  try {
    const from = new Float64Array(memory, fromAt, 1)[0]!;
    const input = makeInflater(fd, new Uint8Array(0), true, Damage, fs, zlib);
    let fill = 0;
    try {
      skip(input, from);
      let at = acquire();
      while (at >= 0) {
        const count = input.read(bytes, at + fill, slotSize - fill);
        progress[0] = input.bytesRead();
        if (count === 0) break;
        fill += count;
        if (fill === slotSize) {
          publish(fill);
          fill = 0;
          at = acquire();
        }
      }
      if (at >= 0) {
        if (fill > 0) publish(fill);
        if (acquire() >= 0) publish(0);
      }
    } catch (error) {
      if (fill > 0) publish(fill);
      fail(error, error instanceof Damage);
    }
    input.close();
  } catch (error) {
    fail(error, false);
  }
  fs.closeSync(fd);
}

/** Starts the thread on a regular file, compressed with gzip; null where it cannot be had. `fd` is the reader's own descriptor of it. */
export function startInflateAhead(path: string, fd: number): InflateAhead | null {
  // A descriptor of its own: the thread may still read when the reader closes the other one.
  let own = -1;
  try {
    own = openSync(path, 'r');
    const [a, b] = [fstatSync(own), fstatSync(fd)];
    if (a.ino !== b.ino || a.dev !== b.dev) throw new Error('another file has taken the name');
    return new InflateAhead(own);
  } catch {
    if (own >= 0) closeSync(own);
    return null;
  }
}

/** The reader's side of the thread. */
export class InflateAhead {
  /** All slots, with the room before each. */
  readonly memory: Uint8Array;
  /** Offset in {@link memory} of the slot that {@link next} brought. */
  at = 0;
  private readonly cells: Int32Array;
  private readonly progress: Float64Array;
  /** Slots that {@link next} brought. */
  private taken = 0;
  private from = Number.POSITIVE_INFINITY;
  private closed = false;

  /** The thread owns `fd`. Throws when it cannot be started. */
  constructor(fd: number) {
    const memory = new SharedArrayBuffer(HEADER_BYTES + SLOTS * (ROOM_BEFORE_SLOT + SLOT_SIZE));
    this.cells = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.progress = new Float64Array(memory, PROGRESS_AT, 1);
    this.memory = new Uint8Array(memory, HEADER_BYTES);
    const workerData: Shared = {
      fd,
      memory,
      slots: SLOTS,
      slotSize: SLOT_SIZE,
      room: ROOM_BEFORE_SLOT,
      headerBytes: HEADER_BYTES,
      progressAt: PROGRESS_AT,
      fromAt: FROM_AT,
    };
    startWorkerThread(
      `(${threadMain.toString()})(workerData, require('node:fs'), require('node:zlib'), ${createInflater.toString()});`,
      workerData,
    );
  }

  /**
   * Where the slots begin in the stream: up to there the reader reads by itself. Infinite while the thread is starting;
   * `position` is the reader's own.
   */
  begin(position: number): number {
    const { cells } = this;
    if (this.from === Number.POSITIVE_INFINITY && Atomics.load(cells, STARTED) === 1) {
      const from = position + Math.max(LEAD, position * LEAD_SHARE);
      this.from = Math.floor(from / 64) * 64;
      new Float64Array(cells.buffer, FROM_AT, 1)[0] = this.from;
      Atomics.store(cells, STARTED, 2);
      Atomics.notify(cells, STARTED);
    }
    return this.from;
  }

  /**
   * Waits for the next slot and returns the number of its bytes, 0 at the end of the stream; ROOM_BEFORE_SLOT bytes before
   * it may be written to. The slot before it stays as it is until {@link release}. Throws {@link GzipDamage} when
   * compressed data is damaged, after everything before the damage was handed over.
   */
  next(): number {
    const { cells, memory, taken } = this;
    let written = Atomics.load(cells, WRITTEN);
    while (written === taken) {
      Atomics.wait(cells, WRITTEN, written);
      written = Atomics.load(cells, WRITTEN);
    }
    const index = taken % SLOTS;
    const fill = cells[FILL + index]!;
    const at = index * (ROOM_BEFORE_SLOT + SLOT_SIZE) + ROOM_BEFORE_SLOT;
    if (fill === 0) return 0;
    if (fill < 0) {
      const textLength = cells[ERROR]!;
      const text = new TextDecoder().decode(memory.slice(at, at + textLength));
      throw memory[at + textLength] === 1 ? new GzipDamage(text) : new Error(text);
    }
    this.taken++;
    this.at = at;
    return fill;
  }

  /** Gives back all slots but the latest. */
  release(): void {
    if (this.closed) return;
    Atomics.store(this.cells, CONSUMED, this.taken - 1);
    Atomics.notify(this.cells, CONSUMED);
  }

  /** Bytes consumed of the file. */
  bytesRead(): number {
    return this.progress[0]!;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const { cells } = this;
    Atomics.store(cells, STOP, 1);
    // A thread that waits, for room or for where to begin, looks again.
    Atomics.add(cells, CONSUMED, 1);
    Atomics.notify(cells, CONSUMED);
    Atomics.store(cells, STARTED, 2);
    Atomics.notify(cells, STARTED);
  }
}
