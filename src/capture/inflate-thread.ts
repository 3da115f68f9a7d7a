/**
 * Gunzip in a thread of its own: the thread inflates into a few shared slots while events are being decoded, and both
 * sides wait for each other with Atomics, so the reader stays synchronous. Memory is the slots, whatever comes.
 */
import type { ByteInput } from './byte-input.js';
import { createInflater, GzipDamage } from './gzip-inflate.js';

const SLOTS = 4;
const SLOT_SIZE = 256 << 10;
/** Int32 cells before the slots: written, consumed, stop, started, error text length, then the fill of each slot. */
const WRITTEN = 0;
const CONSUMED = 1;
const STOP = 2;
const STARTED = 3;
const ERROR = 4;
const FILL = 5;
const HEADER_BYTES = 64;
/** Room for a double, bytes read of the file, inside the header. */
const PROGRESS_AT = 48;
/** A thread that does not start in this time (ms) is given up. */
const START_TIMEOUT = 5000;

interface Shared {
  fd: number;
  memory: SharedArrayBuffer;
  slots: number;
  slotSize: number;
  headerBytes: number;
  progressAt: number;
}

/** Runs in the thread; sent there as text, so it uses only its arguments and what it asks for itself. */
function threadMain(
  shared: Shared,
  fs: typeof import('node:fs'),
  zlib: typeof import('node:zlib'),
  makeInflater: typeof createInflater,
): void {
  const { fd, memory, slots, slotSize, headerBytes, progressAt } = shared;
  const cells = new Int32Array(memory, 0, 12);
  const progress = new Float64Array(memory, progressAt, 1);
  const bytes = new Uint8Array(memory, headerBytes);
  // zlib gets ordinary memory to write to.
  const slot = new Uint8Array(slotSize);
  Atomics.store(cells, 3, 1);
  Atomics.notify(cells, 3);
  const stopped = () => Atomics.load(cells, 2) !== 0;
  /** Hands a filled slot over; a fill of 0 is the end, -1 an error. */
  const publish = (fill: number) => {
    const index = Atomics.load(cells, 0);
    let consumed = Atomics.load(cells, 1);
    while (index - consumed >= slots && !stopped()) {
      Atomics.wait(cells, 1, consumed);
      consumed = Atomics.load(cells, 1);
    }
    if (stopped()) return;
    const at = (index % slots) * slotSize;
    if (fill > 0) bytes.set(slot.subarray(0, fill), at);
    cells[5 + (index % slots)] = fill;
    Atomics.store(cells, 0, index + 1);
    Atomics.notify(cells, 0);
  };
  const fail = (error: unknown, damage: boolean) => {
    const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, 1024);
    slot.set(text);
    slot[text.length] = damage ? 1 : 0;
    Atomics.store(cells, 4, text.length);
    // The text travels in the slot; the fill says that it is one.
    const index = Atomics.load(cells, 0);
    let consumed = Atomics.load(cells, 1);
    while (index - consumed >= slots && !stopped()) {
      Atomics.wait(cells, 1, consumed);
      consumed = Atomics.load(cells, 1);
    }
    bytes.set(slot.subarray(0, text.length + 1), (index % slots) * slotSize);
    cells[5 + (index % slots)] = -1;
    Atomics.store(cells, 0, index + 1);
    Atomics.notify(cells, 0);
  };
  class Damage extends Error {}
  try {
    const inflater = makeInflater(fd, new Uint8Array(0), true, Damage, fs, zlib);
    let fill = 0;
    try {
      while (!stopped()) {
        const count = inflater.read(slot, fill, slotSize - fill);
        progress[0] = inflater.bytesRead();
        if (count === 0) break;
        fill += count;
        if (fill === slotSize) {
          publish(fill);
          fill = 0;
        }
      }
      if (fill > 0) publish(fill);
      publish(0);
    } catch (error) {
      if (fill > 0) publish(fill);
      fail(error, error instanceof Damage);
    }
    inflater.close();
  } catch (error) {
    fail(error, false);
  }
  fs.closeSync(fd);
}

/** Starts the thread on a regular file, which it then owns; null where threads cannot be had. */
export function openInflateThread(fd: number): ByteInput | null {
  const memory = new SharedArrayBuffer(HEADER_BYTES + SLOTS * SLOT_SIZE);
  const cells = new Int32Array(memory, 0, HEADER_BYTES / 4);
  const progress = new Float64Array(memory, PROGRESS_AT, 1);
  const bytes = new Uint8Array(memory, HEADER_BYTES);
  const shared: Shared = {
    fd,
    memory,
    slots: SLOTS,
    slotSize: SLOT_SIZE,
    headerBytes: HEADER_BYTES,
    progressAt: PROGRESS_AT,
  };
  // A loader such as tsx names functions through a helper that the thread does not have.
  const source = `const __name = (f) => f;
const { workerData } = require('node:worker_threads');
(${threadMain.toString()})(workerData, require('node:fs'), require('node:zlib'), ${createInflater.toString()});`;
  try {
    // Loaded late: most runs need no thread.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(source, {
      eval: true,
      workerData: shared,
      execArgv: [],
      env: {},
      trackUnmanagedFds: false,
    });
    worker.unref();
    worker.on('error', () => {});
  } catch {
    return null;
  }
  if (Atomics.wait(cells, STARTED, 0, START_TIMEOUT) === 'timed-out') {
    Atomics.store(cells, STOP, 1);
    throw new Error('the thread that inflates the capture does not start');
  }

  let consumed = 0;
  let used = 0;
  let closed = false;
  return {
    read(target, at, length) {
      let written = Atomics.load(cells, WRITTEN);
      while (written === consumed) {
        Atomics.wait(cells, WRITTEN, written);
        written = Atomics.load(cells, WRITTEN);
      }
      const index = consumed % SLOTS;
      const fill = cells[FILL + index]!;
      if (fill === 0) return 0;
      const from = index * SLOT_SIZE;
      if (fill < 0) {
        const textLength = cells[ERROR]!;
        const text = new TextDecoder().decode(bytes.slice(from, from + textLength));
        throw bytes[from + textLength] === 1 ? new GzipDamage(text) : new Error(text);
      }
      const count = Math.min(length, fill - used);
      target.set(bytes.subarray(from + used, from + used + count), at);
      used += count;
      if (used === fill) {
        used = 0;
        consumed++;
        Atomics.store(cells, CONSUMED, consumed);
        Atomics.notify(cells, CONSUMED);
      }
      return count;
    },
    bytesRead: () => progress[0]!,
    close() {
      if (closed) return;
      closed = true;
      Atomics.store(cells, STOP, 1);
      // A thread that waits for room looks again.
      Atomics.add(cells, CONSUMED, 1);
      Atomics.notify(cells, CONSUMED);
    },
  };
}
