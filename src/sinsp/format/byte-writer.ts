/**
 * Text is bytes: everything that is printed is written into one preallocated buffer and flushed in large writes.
 */
import type { Name } from '../names.js';

/** Takes the bytes of a full buffer. */
export type Sink = (bytes: Uint8Array) => void;

export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes written and not yet flushed. */
  length = 0;

  constructor(
    private readonly sink: Sink | null = null,
    size = 1 << 18,
  ) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes: flushes, or grows when there is no sink or it is needed. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    this.makeRoom(count);
  }

  private makeRoom(count: number): void {
    let size = this.bytes.length;
    while (size < this.length + count) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  flush(): void {
    if (this.length === 0 || this.sink === null) return;
    const { bytes, length } = this;
    this.length = 0;
    this.sink(bytes.subarray(0, length));
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A latin1 string. */
  text(text: string): void {
    const length = text.length;
    this.reserve(length);
    const bytes = this.bytes;
    let at = this.length;
    for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  name(name: Name): void {
    const { length, bytes: from, offset } = name;
    this.reserve(length);
    const bytes = this.bytes;
    const at = this.length;
    for (let i = 0; i < length; i++) bytes[at + i] = from[offset + i]!;
    this.length = at + length;
  }

  /** Takes back what was written since `mark` (a former value of {@link length}). */
  rewind(mark: number): void {
    this.length = mark;
  }
}
