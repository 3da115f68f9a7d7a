/**
 * Reads files of /proc: no size is asked for, one buffer serves all, and a process that is gone gives undefined.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

let buffer = Buffer.alloc(64 * 1024);

/** The bytes as latin-1 text, at most `max` of them; undefined when the file cannot be read. */
export function readProc(path: string, max = 16 * 1024 * 1024): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    let length = 0;
    for (;;) {
      if (length === buffer.length) {
        const grown = Buffer.alloc(buffer.length * 2);
        buffer.copy(grown);
        buffer = grown;
      }
      const n = readSync(fd, buffer, length, Math.min(buffer.length, max) - length, null);
      length += n;
      if (n === 0 || length >= max) return buffer.toString('latin1', 0, length);
    }
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** As {@link readProc}, for files of a few thousand bytes, which the kernel hands out in one piece: one call less. */
export function readSmallProc(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Where a symbolic link points, as latin-1; undefined when it cannot be read. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path, 'buffer').toString('latin1');
  } catch {
    return undefined;
  }
}

/** Numeric names in a folder, in its own order; empty when it is gone. */
export function numbersIn(path: string): number[] {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch {
    return [];
  }
  const out: number[] = [];
  for (const name of names) {
    const c = name.charCodeAt(0);
    if (c >= 48 && c <= 57) out.push(Number(name));
  }
  return out;
}
