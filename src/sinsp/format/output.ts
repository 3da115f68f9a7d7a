/**
 * Standard output, shared by everything that prints (event lines, Lua's print): one buffer, large synchronous writes.
 * A closed pipe (`| head`) ends the process quietly with status 0.
 */

import { fstatSync, writeSync } from 'node:fs';
import { clockMs, sleepMs, waiting } from '../../clock.js';
import { ByteWriter } from './byte-writer.js';
import { OutputThread } from './output-thread.js';

/** Bytes that may wait before they are written. */
const FLUSH_AT = 1 << 17;

/**
 * When writing to a terminal has taken so long, a thread is worth its start: what draws spends a fifth of its time in the
 * kernel's terminal layer. Pipes and files gain nothing: there the time goes into copying, which the thread would do twice.
 */
const LONG_MS = 50;

/** Device number of /dev/null on Linux. */
const NULL_DEVICE = 0x103;

/** Node's module for terminals takes a few milliseconds to load, so files, pipes and /dev/null are told apart before. */
function isTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    if (process.platform === 'linux' && (!stat.isCharacterDevice() || stat.rdev === NULL_DEVICE)) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(fd);
}

/** Writes all bytes to a descriptor, waiting while a non-blocking one is full. Throws what `fs.writeSync` throws. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  let wait = 1;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at);
      wait = 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      sleepMs(wait);
      if (wait < 16) wait *= 2;
    }
  }
}

export class Output {
  readonly writer: ByteWriter;
  /** The descriptor is a terminal. */
  readonly isTerminal: boolean;
  /** Every line goes out at once (--unbuffered). */
  unbuffered = false;
  /** Milliseconds spent in writing to a terminal. */
  private writingMs = 0;
  /** Writes to a terminal in place of the caller; undefined until that takes long, null where it cannot be had. */
  private thread: OutputThread | null | undefined;

  constructor(private readonly fd = 1) {
    this.isTerminal = isTerminal(fd);
    if (!this.isTerminal) this.thread = null;
    this.writer = new ByteWriter((bytes) => this.attempt(() => this.writeOut(bytes)), FLUSH_AT * 2);
  }

  private attempt(run: () => void): void {
    try {
      waiting(run);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more: nothing left to do, and nothing to complain about.
      if (code === 'EPIPE') process.exit(0);
      throw new Error(`cannot write to standard output: ${(error as Error).message}`, { cause: error });
    }
  }

  private writeOut(bytes: Uint8Array): void {
    const { fd, thread } = this;
    if (thread?.isRunning) {
      const taken = thread.write(bytes);
      if (taken === bytes.length) return;
      bytes = bytes.subarray(taken);
    }
    this.takeOver();
    if (thread !== undefined) {
      writeAll(fd, bytes);
      return;
    }
    const begun = clockMs();
    writeAll(fd, bytes);
    this.writingMs += clockMs() - begun;
    if (this.writingMs > LONG_MS && !this.unbuffered) this.startThread();
  }

  private startThread(): void {
    this.thread = null;
    try {
      if (process.getBuiltinModule('node:os').availableParallelism() > 1) this.thread = new OutputThread(this.fd);
    } catch {
      // No threads: it goes on as before.
    }
  }

  /** Writes what a thread that has stopped could not. */
  private takeOver(): void {
    const { thread } = this;
    if (!thread?.hasStopped) return;
    this.thread = null;
    for (const bytes of thread.left()) writeAll(this.fd, bytes);
  }

  /** Called after each whole line. */
  lineDone(): void {
    if (this.writer.length > FLUSH_AT || this.unbuffered) this.writer.flush();
  }

  /** Hands over what was written; it is on its way then. */
  handOut(): void {
    this.writer.flush();
  }

  /** Returns when everything is written. */
  flush(): void {
    this.writer.flush();
    this.attempt(() => {
      this.thread?.drain();
      this.takeOver();
    });
  }
}

let shared: Output | null = null;

/** The one output of this process; flushed when it exits. */
export function standardOutput(): Output {
  if (shared === null) {
    const output = new Output();
    process.on('exit', () => output.flush());
    shared = output;
  }
  return shared;
}
