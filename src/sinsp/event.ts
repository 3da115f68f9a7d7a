/**
 * The cursor: the one event that is being looked at, as offsets into the source's window plus a handful of numbers.
 * No object, string or BigInt is made for an event that nobody asks about.
 */
import { int64, uint64 } from './integers.js';
import { EVENTS, type EventInfo } from './schema/index.js';
import type { FdInfo } from './state/fd-info.js';
import type { ThreadInfo } from './state/thread-info.js';

/** The event is only there for its effect on state: it is never shown or counted. */
export const DUMP_FLAG_STATE_ONLY = 1;

/** The event is a tracer mark, whatever is known of its descriptor. */
export const DUMP_FLAG_TRACER = 2;

/** Parameters that the cursor looks at; the largest table has 32. */
export const MAX_PARAMS = 64;

/** Where an event's block is. */
export interface EventBlock {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly blockOffset: number;
  readonly blockLength: number;
}

export class EventCursor implements EventBlock {
  /** The window of the source. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));

  /** Offset of the block (its 8-byte header) in the window, and its total length. */
  blockOffset = 0;
  blockLength = 0;
  /** Offset of the event header (its timestamp). */
  headerOffset = 0;
  /** Offset of the array of parameter lengths. */
  lengthsOffset = 0;
  /** Bytes a parameter length takes: 2, or 4 in large-payload events. */
  lengthSize = 2;
  /** Offset of the first parameter's bytes. */
  dataOffset = 0;
  /** Parameters present. */
  nparams = 0;

  /** Event code: index into EVENTS. */
  type = 0;
  /** Event number, from 1, counting hidden events too. */
  num = 0;
  cpu = 0;
  /** Thread id; -1 or 0 for events of no thread. */
  tid = 0;
  /** Timestamp: nanoseconds since the epoch as two unsigned halves. */
  tsHigh = 0;
  tsLow = Number.NaN;
  /** Nanoseconds since the first event of the capture, exact below 2^53. */
  time = Number.NaN;
  /** DUMP_FLAG_* bits. */
  dumpFlags = 0;

  /** The thread of the event, when known. */
  thread: ThreadInfo | null = null;
  private ownFd: FdInfo | null = null;
  /** Nobody has looked for the event's descriptor yet, which the event has made, or not. */
  fdWaits = false;
  fdIsNew = false;
  /** Looks for it, which sets {@link fd}. */
  lookForFd: (event: EventCursor) => void = () => {};
  /** The number of that descriptor, known or not; -1 when the event has none. */
  fdNum = -1;

  /** The block in the source of an event that the cursor shows another one for; null for all others. See {@link block}. */
  standsFor: EventBlock | null = null;
  /** Nothing is to be seen of the event, unless a filter lets it through after this was found out. */
  withheld = false;

  /** An exit event that directly followed its enter event in its thread. */
  paired = false;

  /** Serial of the latest event that made its own thread: the thread was not known when the event came. */
  lateThread = -1;

  /** Offsets and lengths of the parameters; those from nparams on are of other events. */
  paramOffsets: Int32Array = new Int32Array(MAX_PARAMS);
  paramLengths: Int32Array = new Int32Array(MAX_PARAMS);
  /** Changes with every event; lets others remember things for one event. */
  serial = 0;

  constructor() {
    // Declared as NaN so that the engine keeps them as doubles from the start: code that it has compiled would be thrown
    // away when the first large value comes.
    this.tsLow = 0;
    this.time = 0;
  }

  /** The descriptor that the event works on, when known. */
  get fd(): FdInfo | null {
    if (this.fdWaits) this.lookForFd(this);
    return this.ownFd;
  }

  set fd(fd: FdInfo | null) {
    this.fdWaits = false;
    this.ownFd = fd;
  }

  get info(): EventInfo {
    return EVENTS[this.type]!;
  }

  get isExit(): boolean {
    return (this.type & 1) === 1;
  }

  /** Points the cursor at another window. */
  setWindow(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.standsFor = null;
  }

  /** The event's block in the source, whatever is shown in its place. */
  get block(): EventBlock {
    return this.standsFor ?? this;
  }

  /**
   * Shows an event of another code, with parameters of its own, in the place of the one in the source; until the window is set
   * again.
   */
  standIn(type: number, params: readonly Uint8Array[]): void {
    const { bytes, view, blockOffset, blockLength } = this;
    this.setWindow(Buffer.concat(params));
    this.standsFor = { bytes, view, blockOffset, blockLength };
    this.type = type;
    this.blockOffset = 0;
    this.blockLength = this.bytes.length;
    this.nparams = params.length;
    let offset = 0;
    for (const [index, { length }] of params.entries()) {
      this.paramOffsets[index] = offset;
      this.paramLengths[index] = length;
      offset += length;
    }
  }

  /**
   * Fills paramOffsets and paramLengths from nparams, lengthsOffset, lengthSize and dataOffset, at most MAX_PARAMS of them,
   * and returns the offset behind the last parameter, whatever their number.
   */
  locateParams(): number {
    const { view, paramOffsets, paramLengths, nparams, lengthSize } = this;
    const count = Math.min(nparams, MAX_PARAMS);
    let at = this.lengthsOffset;
    let offset = this.dataOffset;
    if (lengthSize === 2) {
      for (let i = 0; i < count; i++, at += 2) {
        const length = view.getUint16(at, true);
        paramOffsets[i] = offset;
        paramLengths[i] = length;
        offset += length;
      }
    } else {
      for (let i = 0; i < count; i++, at += 4) {
        const length = view.getUint32(at, true);
        paramOffsets[i] = offset;
        paramLengths[i] = length;
        offset += length;
      }
    }
    for (let i = count; i < nparams; i++, at += lengthSize) {
      offset += lengthSize === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    }
    return offset;
  }

  /** The length of a parameter; 0 when it is absent or empty. */
  paramLength(index: number): number {
    if (index >= this.nparams) return 0;
    return this.paramLengths[index]!;
  }

  /** A signed 64-bit parameter as a double (inexact beyond 2^53); `missing` when it is absent or too short. */
  paramInt64(index: number, missing = Number.NaN): number {
    if (index >= this.nparams) return missing;
    if (this.paramLengths[index]! < 8) return missing;
    const at = this.paramOffsets[index]!;
    return int64(this.view, at);
  }

  /** An unsigned 64-bit parameter as a double (inexact beyond 2^53). */
  paramUint64(index: number, missing = Number.NaN): number {
    if (index >= this.nparams) return missing;
    if (this.paramLengths[index]! < 8) return missing;
    const at = this.paramOffsets[index]!;
    return uint64(this.view, at);
  }

  /** An unsigned parameter of up to 4 bytes. */
  paramUint32(index: number, missing = Number.NaN): number {
    if (index >= this.nparams) return missing;
    const at = this.paramOffsets[index]!;
    switch (this.paramLengths[index]) {
      case 0:
        return missing;
      case 1:
        return this.bytes[at]!;
      case 2:
      case 3:
        return this.view.getUint16(at, true);
      default:
        return this.view.getUint32(at, true);
    }
  }

  /** A signed parameter of up to 4 bytes. */
  paramInt32(index: number, missing = Number.NaN): number {
    if (index >= this.nparams) return missing;
    const at = this.paramOffsets[index]!;
    switch (this.paramLengths[index]) {
      case 0:
        return missing;
      case 1:
        return this.view.getInt8(at);
      case 2:
      case 3:
        return this.view.getInt16(at, true);
      default:
        return this.view.getInt32(at, true);
    }
  }

  /** A text parameter's end: the offset of its first NUL, or of its end. -1 when the parameter is absent. */
  paramTextEnd(index: number): number {
    if (index >= this.nparams) return -1;
    const bytes = this.bytes;
    const from = this.paramOffsets[index]!;
    const to = from + this.paramLengths[index]!;
    // The NUL is nearly always the last byte.
    if (to > from && bytes[to - 1] === 0) {
      const nul = bytes.indexOf(0, from);
      return nul >= 0 && nul < to ? nul : to;
    }
    for (let i = from; i < to; i++) if (bytes[i] === 0) return i;
    return to;
  }
}
