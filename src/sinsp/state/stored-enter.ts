/**
 * The copy of an enter event that waits for its exit, in a buffer that the thread reuses. The copy never points into the
 * source's window, which may be overwritten before the exit comes.
 */
import type { EventCursor } from '../event.js';
import { int64 } from '../integers.js';
import { NO_EVENT } from './thread-info.js';

/** Longer enter events are not kept. */
export const LONGEST_STORED = 4096;

export class StoredEnter {
  /** The length array and the values of the event. */
  bytes = new Uint8Array(256);
  view = new DataView(this.bytes.buffer);
  /** Event code, or NO_EVENT when nothing is stored. */
  type = NO_EVENT;
  nparams = 0;
  private lengthSize = 2;

  /** Copies the event; one that is too long is not stored. */
  store(event: EventCursor): void {
    const source = event.view;
    const eventLength = source.getUint32(event.headerOffset + 16, true);
    const from = event.lengthsOffset;
    const size = event.headerOffset + eventLength - from;
    if (eventLength > LONGEST_STORED || size < 0) return;
    if (size + 4 > this.bytes.length) this.grow(size + 4);
    const target = this.view;
    // Four bytes at a time: the event is followed by at least the four bytes of its block's trailer.
    for (let at = 0; at < size; at += 4) target.setInt32(at, source.getInt32(from + at, true), true);
    this.type = event.type;
    this.nparams = event.nparams;
    this.lengthSize = event.lengthSize;
  }

  copy(): StoredEnter {
    const other = new StoredEnter();
    other.bytes = this.bytes.slice();
    other.view = new DataView(other.bytes.buffer);
    other.type = this.type;
    other.nparams = this.nparams;
    other.lengthSize = this.lengthSize;
    return other;
  }

  private grow(size: number): void {
    let length = this.bytes.length;
    while (length < size) length *= 2;
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Bytes of a parameter, 0 when it is absent. */
  paramLength(index: number): number {
    if (index >= this.nparams) return 0;
    return this.lengthSize === 2 ? this.view.getUint16(index * 2, true) : this.view.getUint32(index * 4, true);
  }

  /** Offset of a parameter in {@link bytes}. */
  paramOffset(index: number): number {
    let offset = this.nparams * this.lengthSize;
    for (let i = 0; i < index; i++) offset += this.paramLength(i);
    return offset;
  }

  /** Offset of the first NUL of a text parameter, or of its end. */
  paramTextEnd(index: number): number {
    const from = this.paramOffset(index);
    const to = from + this.paramLength(index);
    let at = from;
    while (at < to && this.bytes[at] !== 0) at++;
    return at;
  }

  /** A signed 64-bit parameter as a double; NaN when it is absent or short. */
  int64(index: number): number {
    if (this.paramLength(index) < 8) return Number.NaN;
    const at = this.paramOffset(index);
    return int64(this.view, at);
  }

  /** An unsigned parameter of 1, 2 or 4 bytes; NaN when it is absent. */
  uint32(index: number): number {
    const at = this.paramOffset(index);
    switch (this.paramLength(index)) {
      case 0:
        return Number.NaN;
      case 1:
        return this.bytes[at]!;
      case 2:
      case 3:
        return this.view.getUint16(at, true);
      default:
        return this.view.getUint32(at, true);
    }
  }
}
