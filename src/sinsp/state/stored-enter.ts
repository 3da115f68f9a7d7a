/**
 * The copy of an enter event that waits for its exit, in a buffer that the thread reuses. The copy never points into the
 * source's window, which may be overwritten before the exit comes.
 */
import type { EventCursor } from '../event.js';
import { int64 } from '../integers.js';
import { NO_EVENT, ROOM_BYTES, SLOT_INTEGERS, STORED_SHAPE, STORED_TYPE, type ThreadSlots } from './thread-slots.js';

/** Longer enter events are not kept. */
export const LONGEST_STORED = 4096;

const NOTHING = new Uint8Array(1);
const NOTHING_VIEW = new DataView(NOTHING.buffer);

export class StoredEnter {
  /** The length array and the values of the event, from `start` on. */
  bytes: Uint8Array = NOTHING;
  view: DataView = NOTHING_VIEW;
  private start = 0;
  /** Event code; only good while something is stored. */
  type = NO_EVENT;
  nparams = 0;
  private lengthSize = 2;
  private own: Uint8Array = NOTHING;
  private ownView: DataView = NOTHING_VIEW;

  /** Copies the event; false for one that is too long, which is not stored. */
  store(event: EventCursor): boolean {
    const source = event.view;
    const eventLength = source.getUint32(event.headerOffset + 16, true);
    const from = event.lengthsOffset;
    const size = event.headerOffset + eventLength - from;
    if (eventLength > LONGEST_STORED || size < 0) return false;
    this.makeRoom(size + 4);
    const target = this.view;
    // Four bytes at a time: the event is followed by at least the four bytes of its block's trailer.
    for (let at = 0; at < size; at += 4) target.setInt32(at, source.getInt32(from + at, true), true);
    this.type = event.type;
    this.nparams = event.nparams;
    this.lengthSize = event.lengthSize;
    return true;
  }

  /** Shows the event in a slot's room: good as long as the slot keeps it. */
  take(slots: ThreadSlots, slot: number): void {
    const shape = slots.integers[slot * SLOT_INTEGERS + STORED_SHAPE]!;
    this.bytes = slots.rooms;
    this.view = slots.roomView;
    this.start = slot * ROOM_BYTES;
    this.type = slots.integers[slot * SLOT_INTEGERS + STORED_TYPE]!;
    this.nparams = shape >> 8;
    this.lengthSize = shape & 0xff;
  }

  copy(): StoredEnter {
    const other = new StoredEnter();
    const size = this.paramOffset(this.nparams) - this.start;
    other.makeRoom(size);
    other.bytes.set(this.bytes.subarray(this.start, this.start + size));
    other.type = this.type;
    other.nparams = this.nparams;
    other.lengthSize = this.lengthSize;
    return other;
  }

  /** Bytes of its own, at least so many. */
  private makeRoom(size: number): void {
    if (this.own.length < size) {
      let length = 256;
      while (length < size) length *= 2;
      this.own = new Uint8Array(length);
      this.ownView = new DataView(this.own.buffer);
    }
    this.bytes = this.own;
    this.view = this.ownView;
    this.start = 0;
  }

  /** Bytes of a parameter, 0 when it is absent. */
  paramLength(index: number): number {
    if (index >= this.nparams) return 0;
    const at = this.start + index * this.lengthSize;
    return this.lengthSize === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  /** Offset of a parameter in {@link bytes}. */
  paramOffset(index: number): number {
    let offset = this.start + this.nparams * this.lengthSize;
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
