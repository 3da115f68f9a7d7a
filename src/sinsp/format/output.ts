/**
 * Standard output, shared by everything that prints (event lines, Lua's print): one buffer, large synchronous writes.
 * A closed pipe (`| head`) ends the process quietly with status 0.
 */

import { fstatSync, writeSync } from 'node:fs';
import { sleepMs, waiting } from '../../clock.js';
import { ByteWriter } from './byte-writer.js';

/** Bytes that may wait before they are written. */
const FLUSH_AT = 1 << 17;

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

  constructor(private readonly fd = 1) {
    this.isTerminal = isTerminal(fd);
    this.writer = new ByteWriter((bytes) => this.write(bytes), FLUSH_AT * 2);
  }

  private write(bytes: Uint8Array): void {
    try {
      waiting(() => writeAll(this.fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more: nothing left to do, and nothing to complain about.
      if (code === 'EPIPE') process.exit(0);
      throw new Error(`cannot write to standard output: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Called after each whole line. */
  lineDone(): void {
    if (this.writer.length > FLUSH_AT || this.unbuffered) this.writer.flush();
  }

  flush(): void {
    this.writer.flush();
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
