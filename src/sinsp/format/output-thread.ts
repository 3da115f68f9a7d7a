/**
 * A thread that writes to a terminal, so that events are read on meanwhile. Text waits for it in a shared ring; both sides
 * wait for each other with Atomics. Where the thread cannot write, it stops and leaves the rest to the caller, who meets the
 * same error where it can be told.
 */

import { startWorkerThread } from '../../worker-thread.js';

/** Bytes that may wait: what is shown after Ctrl-C on a slow terminal, too. A power of two. */
const RING_BYTES = 1 << 18;
/** At most so many go out at once, so that there is room again soon. */
const PIECE_BYTES = 1 << 15;
/**
 * Cells: bytes put into the ring and written from it, both wrapping around; how the thread is, 0 while it starts; and how often
 * it has written or stopped, which is what the caller waits on.
 */
const PUT = 0;
const WRITTEN = 1;
const STATE = 2;
const NEWS = 3;
const CELLS = 4;
const RUNNING = 1;
const STOPPED = 2;
const HEADER_BYTES = 64;

interface Shared {
  fd: number;
  memory: SharedArrayBuffer;
  headerBytes: number;
  pieceBytes: number;
}

/** Runs in the thread; sent there as text, so it uses only its arguments. */
function threadMain({ fd, memory, headerBytes, pieceBytes }: Shared, fs: typeof import('node:fs')): void {
  const cells = new Int32Array(memory, 0, 4);
  const ring = new Uint8Array(memory, headerBytes);
  let written = 0;
  const tell = () => {
    Atomics.add(cells, 3, 1);
    Atomics.notify(cells, 3);
  };
  Atomics.store(cells, 2, 1);
  try {
    for (;;) {
      const put = Atomics.load(cells, 0);
      if (put === written) {
        Atomics.wait(cells, 0, put);
        continue;
      }
      const at = written & (ring.length - 1);
      const count = Math.min((put - written) | 0, ring.length - at, pieceBytes);
      written = (written + fs.writeSync(fd, ring, at, count)) | 0;
      Atomics.store(cells, 1, written);
      tell();
    }
  } catch {
    // The caller tries again, and learns why.
  }
  Atomics.store(cells, 2, 2);
  tell();
}

/** The caller's side of the thread. */
export class OutputThread {
  private readonly cells: Int32Array;
  private readonly ring: Uint8Array;
  private put = 0;

  /** Throws when there can be no threads. */
  constructor(fd: number) {
    const memory = new SharedArrayBuffer(HEADER_BYTES + RING_BYTES);
    this.cells = new Int32Array(memory, 0, CELLS);
    this.ring = new Uint8Array(memory, HEADER_BYTES);
    const workerData: Shared = { fd, memory, headerBytes: HEADER_BYTES, pieceBytes: PIECE_BYTES };
    startWorkerThread(`(${threadMain.toString()})(workerData, require('node:fs'));`, workerData);
  }

  /** It takes some 0.1 s to start, and ends when it cannot write. */
  get isRunning(): boolean {
    return Atomics.load(this.cells, STATE) === RUNNING;
  }

  get hasStopped(): boolean {
    return Atomics.load(this.cells, STATE) === STOPPED;
  }

  /** Takes a copy of the bytes, waiting for room. Returns how many it took: fewer than all only when it has stopped. */
  write(bytes: Uint8Array): number {
    const { cells, ring } = this;
    let taken = 0;
    while (taken < bytes.length) {
      const news = Atomics.load(cells, NEWS);
      const written = Atomics.load(cells, WRITTEN);
      const at = this.put & (RING_BYTES - 1);
      const count = Math.min(RING_BYTES - ((this.put - written) | 0), RING_BYTES - at, bytes.length - taken);
      if (count === 0) {
        if (!this.isRunning) break;
        Atomics.wait(cells, NEWS, news);
        continue;
      }
      ring.set(bytes.subarray(taken, taken + count), at);
      taken += count;
      this.put = (this.put + count) | 0;
      Atomics.store(cells, PUT, this.put);
      Atomics.notify(cells, PUT);
    }
    return taken;
  }

  /** Waits until everything is written, or the thread has stopped. */
  drain(): void {
    const { cells } = this;
    for (;;) {
      const news = Atomics.load(cells, NEWS);
      if (Atomics.load(cells, WRITTEN) === this.put || !this.isRunning) return;
      Atomics.wait(cells, NEWS, news);
    }
  }

  /** What a thread that has stopped did not write, in one or two pieces. */
  left(): Uint8Array[] {
    const from = Atomics.load(this.cells, WRITTEN);
    const count = (this.put - from) | 0;
    const at = from & (RING_BYTES - 1);
    const first = Math.min(count, RING_BYTES - at);
    return [this.ring.subarray(at, at + first), this.ring.subarray(0, count - first)];
  }
}
