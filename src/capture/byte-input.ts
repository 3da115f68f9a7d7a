/**
 * Bytes of a capture before anyone looks at blocks: a file or standard input read synchronously, gunzipped when the
 * first two bytes say so (the name does not matter).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sleepMs } from '../clock.js';
import { createInflater, GzipDamage } from './gzip-inflate.js';
import { type InflateAhead, startInflateAhead } from './inflate-ahead.js';

/** A stream of bytes. */
export interface ByteInput {
  /**
   * Reads up to `length` bytes to `target[at...]` and returns their number; waits for at least one; 0 at the end.
   * Throws {@link GzipDamage} when compressed data is damaged, after everything before the damage was returned.
   */
  read(target: Uint8Array, at: number, length: number): number;
  /** Bytes consumed of the underlying file, compressed ones where it is compressed. */
  bytesRead(): number;
  /** The thread that inflates ahead, where a file is worth one and `position` bytes have been read: see {@link InflateAhead}. */
  ahead?(position: number): InflateAhead | null;
  close(): void;
}

/** `fs.readSync` that waits where a non-blocking descriptor has nothing yet, and sees the end of a pipe on every system. */
export function readWaiting(fd: number, target: Uint8Array, at: number, length: number): number {
  for (;;) {
    try {
      return readSync(fd, target, at, length, null);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      sleepMs(5);
    }
  }
}

/** Compressed files from this size on are inflated ahead; for smaller ones starting a thread costs more than it saves. */
const AHEAD_FROM = 2 << 20;
/** It is started when so much has been read: who only wants the first lines has them by then. */
const AHEAD_AFTER = 2 << 20;

/**
 * Opens `path` (`-` is standard input). Compressed files of `aheadFrom` bytes or more are inflated ahead. Throws the error
 * of the operating system when it cannot be opened.
 */
export function openBytes(path: string, aheadFrom = AHEAD_FROM): { input: ByteInput; size: number } {
  const fd = path === '-' ? 0 : openSync(path, 'r');
  const closeFd = () => {
    if (fd !== 0) closeSync(fd);
  };
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    const regular = stat.isFile();
    const head = new Uint8Array(2);
    let have = 0;
    while (have < 2) {
      const got = readWaiting(fd, head, have, 2 - have);
      if (got === 0) break;
      have += got;
    }
    const size = regular ? stat.size : 0;
    const gzip = have === 2 && head[0] === 0x1f && head[1] === 0x8b;
    const inflater = gzip
      ? createInflater(
          fd,
          head,
          regular && fd !== 0,
          GzipDamage,
          process.getBuiltinModule('node:fs'),
          // Loading this one takes a few milliseconds of every start.
          process.getBuiltinModule('node:zlib'),
        )
      : plainInput(fd, head.subarray(0, have));
    let ahead: InflateAhead | null | undefined;
    const large = gzip && regular && fd !== 0 && size >= aheadFrom;
    return {
      input: {
        read: inflater.read,
        bytesRead: () => (ahead ? Math.max(ahead.bytesRead(), inflater.bytesRead()) : inflater.bytesRead()),
        ahead: (position) => {
          if (large && position >= AHEAD_AFTER && ahead === undefined) ahead = startInflateAhead(path, fd);
          return ahead ?? null;
        },
        close: () => {
          ahead?.close();
          inflater.close();
          closeFd();
        },
      },
      size,
    };
  } catch (error) {
    closeFd();
    throw error;
  }
}

function plainInput(fd: number, head: Uint8Array): ByteInput {
  let pending = head;
  let total = 0;
  return {
    read(target, at, length) {
      if (pending.length > 0) {
        const count = Math.min(length, pending.length);
        target.set(pending.subarray(0, count), at);
        pending = pending.subarray(count);
        total += count;
        return count;
      }
      const count = readWaiting(fd, target, at, length);
      total += count;
      return count;
    },
    bytesRead: () => total,
    close() {},
  };
}
