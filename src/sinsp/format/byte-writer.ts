/**
 * Text is bytes: everything that is printed is written into one preallocated buffer and flushed in large writes.
 *
 * ASCII is copied eight bytes at a time as doubles, the fastest copy of short texts there is in V8; bytes from 0x80 on
 * must not take that way, since a pattern that is a signalling NaN may be changed.
 */
import { latin1, Name } from '../names.js';

/** Takes the bytes of a full buffer; they are only valid during the call. */
export type Sink = (bytes: Uint8Array) => void;

/** Bytes that fast copies may write behind the end of the text. */
const SLACK = 8;
const DOT = 46;
/** From this length on a call of Node's own copy is faster than a loop, the more so for texts that were put together. */
const LONG_TEXT = 32;

/** Runs of these four bytes are printable ASCII: no byte below 0x20, none above 0x7e. */
export const isPrintable4 = (x: number): boolean =>
  ((x | ((x + 0x01010101) | 0) | ((x - 0x20202020) | 0)) & 0x80808080) === 0;

/**
 * Fixed texts lie side by side in few arrays, each text once: printing a line takes a dozen of them, and what lies apart
 * has to come from slower memory.
 */
const LITERALS_SIZE = 1 << 14;
let literalBytes = new Uint8Array(0);
let literalView = new DataView(literalBytes.buffer);
let literalsUsed = 0;
const literals = new Map<string, Name>();

/** Fixed text, prepared for {@link ByteWriter.literal}. ASCII only. */
export function literal(text: string): Name {
  const known = literals.get(text);
  if (known !== undefined) return known;
  const { length } = text;
  if (literalsUsed + length + SLACK > literalBytes.length) {
    literalBytes = new Uint8Array(Math.max(LITERALS_SIZE, length + SLACK));
    literalView = new DataView(literalBytes.buffer);
    literalsUsed = 0;
  }
  const offset = literalsUsed;
  for (let i = 0; i < length; i++) literalBytes[offset + i] = text.charCodeAt(i);
  literalsUsed += length;
  const name = new Name(-1, literalBytes, literalView, offset, length);
  literals.set(text, name);
  return name;
}

export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes written and not yet flushed. */
  length = 0;
  /** The same bytes, for long texts; made on first use. */
  private buffer: Buffer | null = null;
  /** Largest length that leaves room for fast copies. */
  private limit: number;

  constructor(
    private readonly sink: Sink | null = null,
    size = 1 << 18,
  ) {
    this.bytes = new Uint8Array(size + SLACK);
    this.view = new DataView(this.bytes.buffer);
    this.limit = size;
  }

  /**
   * Makes room for `count` more bytes. The buffer grows and is never flushed here, so that {@link rewind} works; owners
   * call {@link flush} or {@link flushAbove} between lines.
   */
  reserve(count: number): void {
    if (this.length + count <= this.limit) return;
    this.makeRoom(count);
  }

  private makeRoom(count: number): void {
    let size = this.limit;
    while (size < this.length + count) size *= 2;
    const bytes = new Uint8Array(size + SLACK);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.buffer = null;
    this.limit = size;
  }

  /** From now on writes into this memory, as long as it has room enough; nothing may be waiting. */
  useMemory(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.buffer = null;
    this.limit = bytes.length - SLACK;
  }

  /** Hands what was written to the sink. */
  flush(): void {
    if (this.length === 0 || this.sink === null) return;
    const { bytes, length } = this;
    this.length = 0;
    this.sink(bytes.subarray(0, length));
  }

  /** Flushes when more than `count` bytes wait. */
  flushAbove(count: number): void {
    if (this.length > count) this.flush();
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A latin1 string. */
  text(text: string): void {
    const length = text.length;
    this.reserve(length);
    const { bytes } = this;
    const at = this.length;
    this.length = at + length;
    if (length >= LONG_TEXT) {
      this.buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      this.buffer.write(text, at, 'latin1');
      return;
    }
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  }

  /** An interned text, byte for byte. */
  name(name: Name): void {
    if (name.printable) {
      this.literal(name);
      return;
    }
    this.copy(name.bytes, name.offset, name.offset + name.length);
  }

  /** ASCII text with eight readable bytes behind it. */
  literal(name: Name): void {
    const { length, view: from, offset } = name;
    this.reserve(length);
    const to = this.view;
    const at = this.length;
    for (let i = 0; i < length; i += 8) to.setFloat64(at + i, from.getFloat64(offset + i, true), true);
    this.length = at + length;
  }

  /** Bytes as they are. */
  copy(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const bytes = this.bytes;
    const at = this.length;
    if (count > 200) bytes.set(from.subarray(start, end), at);
    else for (let i = 0; i < count; i++) bytes[at + i] = from[start + i]!;
    this.length = at + count;
  }

  /** Bytes, each one that is not printable ASCII as a dot. */
  dotted(from: Uint8Array, view: DataView, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes, view: to } = this;
    let at = this.length;
    let i = start;
    while (i < end) {
      if (i + 4 <= end) {
        const word = view.getInt32(i, true);
        if (isPrintable4(word)) {
          to.setInt32(at, word, true);
          i += 4;
          at += 4;
          continue;
        }
      }
      const stop = Math.min(i + 4, end);
      for (; i < stop; i++) {
        const byte = from[i]!;
        bytes[at++] = byte >= 32 && byte < 127 ? byte : DOT;
      }
    }
    this.length = at;
  }

  /** Bytes, leaving out those that are not printable ASCII. */
  printable(from: Uint8Array, view: DataView, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes, view: to } = this;
    let at = this.length;
    let i = start;
    while (i < end) {
      if (i + 4 <= end) {
        const word = view.getInt32(i, true);
        if (isPrintable4(word)) {
          to.setInt32(at, word, true);
          i += 4;
          at += 4;
          continue;
        }
      }
      const stop = Math.min(i + 4, end);
      for (; i < stop; i++) {
        const byte = from[i]!;
        if (byte >= 32 && byte < 127) bytes[at++] = byte;
      }
    }
    this.length = at;
  }

  /** Takes back what was written since `mark` (a former value of {@link length}). */
  rewind(mark: number): void {
    this.length = mark;
  }

  /** What was written since `mark`, as a latin1 string. */
  textSince(mark: number): string {
    return latin1(this.bytes, mark, this.length);
  }
}
