/**
 * The file that a capture is written to, compressed or not. Blocks are collected and written whole; when the disk is full
 * the file is cut back to the last whole block, so that what was written stays readable.
 */
import fs from 'node:fs';
import zlib from 'node:zlib';
import { sleepMs } from '../clock.js';
import { createDeflater, type Deflater } from './gzip-deflate.js';

const BUFFER = 512 << 10;
/** Blocks up to this length are copied by a loop; their lengths are multiples of 4. */
const SHORT = 256;

export interface OutputOptions {
  /** Write gzip. */
  compress?: boolean;
  /** Permissions of a new file; default 0o644. Live captures hold what others must not see: 0o600. */
  mode?: number;
}

export class CaptureOutput {
  /** Bytes written to the file, compressed where it is, those still in the buffer included as they are. */
  private written = 0;
  private readonly buffer = new Uint8Array(BUFFER);
  private readonly bufferView = new DataView(this.buffer.buffer);
  private used = 0;
  private readonly fd: number;
  private readonly deflater: Deflater | null;
  private failed = false;
  private closed = false;

  /** Opens (and empties) the file; `-` is standard output. Throws an Error with a full sentence. */
  constructor(
    readonly path: string,
    options: OutputOptions = {},
  ) {
    try {
      this.fd = path === '-' ? 1 : fs.openSync(path, 'w', options.mode ?? 0o644);
      if (path !== '-' && options.mode !== undefined) fs.fchmodSync(this.fd, options.mode);
    } catch (error) {
      throw new Error(`cannot write capture ${path}: ${explain(error)}`, { cause: error });
    }
    this.deflater = options.compress
      ? createDeflater(zlib, (bytes, length) => this.put(bytes, 0, length, false))
      : null;
  }

  get size(): number {
    return this.written + (this.deflater ? 0 : this.used);
  }

  /** Room for one block of `length` bytes in {@link target}; its offset. Larger blocks go through {@link writeLarge}. */
  reserve(length: number): number {
    if (this.used + length > BUFFER) this.flush();
    const at = this.used;
    this.used += length;
    return at;
  }

  /** The buffer that `reserve` gives room in. */
  get target(): Uint8Array {
    return this.buffer;
  }

  /** Copies one block; for the usual short one a loop is several times faster than a call that copies bytes. */
  writeBlock(view: DataView, bytes: Uint8Array, from: number, length: number): void {
    if (length > SHORT) {
      this.writeBlocks(bytes, from, from + length);
      return;
    }
    const at = this.reserve(length);
    const target = this.bufferView;
    for (let i = 0; i < length; i += 4) target.setUint32(at + i, view.getUint32(from + i, true), true);
  }

  /** Copies whole blocks, of any total length. */
  writeBlocks(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length > BUFFER >> 1) {
      this.flush();
      this.drain(bytes, from, to);
      return;
    }
    this.buffer.set(bytes.subarray(from, to), this.reserve(length));
  }

  /** Hands everything to the operating system. A gzip stream keeps up to its block size to itself. */
  flush(): void {
    const used = this.used;
    this.used = 0;
    if (used > 0) this.drain(this.buffer, 0, used);
  }

  private drain(bytes: Uint8Array, from: number, to: number): void {
    if (this.deflater) this.deflater.write(bytes, from, to);
    else this.put(bytes, from, to, true);
  }

  private put(bytes: Uint8Array, from: number, to: number, blocks: boolean): void {
    if (this.failed) return;
    let at = from;
    while (at < to) {
      try {
        at += fs.writeSync(this.fd, bytes, at, to - at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          sleepMs(5);
          continue;
        }
        this.failed = true;
        const whole = blocks ? wholeBlocks(bytes, from, at) : at;
        this.written += whole - from;
        try {
          if (this.path !== '-') fs.ftruncateSync(this.fd, this.written);
        } catch {
          // A device that is no file; nothing to cut.
        }
        throw new Error(
          `cannot write capture ${this.path}: ${explain(error)}; the ${this.written} bytes written before are kept`,
          { cause: error },
        );
      }
    }
    this.written += to - from;
  }

  /** Writes what is left and closes the file. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      if (!this.failed) {
        this.flush();
        this.deflater?.end();
      }
    } finally {
      this.deflater?.close();
      if (this.path !== '-') fs.closeSync(this.fd);
    }
  }
}

/** The end of the last block that lies whole in front of `end`. */
function wholeBlocks(bytes: Uint8Array, from: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  while (end - at >= 8) {
    const length = view.getUint32(at + 4, true);
    if (length < 12 || length > end - at) break;
    at += length;
  }
  return at;
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
      return 'no space left on the device';
    case 'EDQUOT':
      return 'the disk quota is used up';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'no such directory';
    case 'EISDIR':
      return 'it is a directory';
    case 'EPIPE':
      return 'the reader has gone away';
    default:
      return message;
  }
}
