/**
 * Writes captures. Events of every version come out in the form that sysdig 0.29.3 writes itself: with their parameter
 * count, flags and large payloads kept.
 */
import { EVENT_COUNT, PPME } from '../sinsp/schema/index.js';
import { CaptureOutput, type OutputOptions } from './capture-output.js';
import {
  EVENT_V1_HEADER,
  EVENT_V2_HEADER,
  eventBlockKind,
  LARGE,
  LENGTH_OFF_BY_3,
  recoverParamCount,
  V2,
  WITH_FLAGS,
} from './event-blocks.js';
import { type HeaderRecords, writeHeaderBlocks } from './metadata-writer.js';

export type { HeaderRecords } from './metadata-writer.js';

export class CaptureWriter {
  private readonly output: CaptureOutput;
  private readonly targetView: DataView;
  /** Events written. */
  events = 0;

  /** Opens the file; `-` is standard output. Throws an Error with a full sentence, as all methods do when writing fails. */
  constructor(path: string, options: OutputOptions = {}) {
    this.output = new CaptureOutput(path, options);
    this.targetView = new DataView(this.output.target.buffer);
  }

  get path(): string {
    return this.output.path;
  }

  /** Bytes of the file so far; compressed data lags behind by what the compressor holds. */
  get size(): number {
    return this.output.size;
  }

  /** Begins a section; a file may have several. */
  writeHeader(records: HeaderRecords): void {
    writeHeaderBlocks(records, (blocks) => this.output.writeBlocks(blocks, 0, blocks.length));
  }

  /**
   * Writes the event block at `offset`, which was checked by a reader. `addedFlags`: DUMP_FLAG_* that it does not have yet, as
   * that it is needed for state and otherwise invisible.
   */
  writeEvent(bytes: Uint8Array, view: DataView, offset: number, length: number, addedFlags = 0): void {
    const kind = eventBlockKind(view.getUint32(offset, true));
    if (kind >= 0 && kind & V2 && addedFlags === 0) this.output.writeBlock(view, bytes, offset, length);
    else if (!this.rewrite(bytes, view, offset, length, kind, addedFlags)) return;
    this.events++;
  }

  /** Writes all event blocks of a batch, and no others. */
  writeEvents(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    let runStart = start;
    for (let at = start; at < end; ) {
      const kind = eventBlockKind(view.getUint32(at, true));
      const length = view.getUint32(at + 4, true);
      if (kind >= 0 && kind & V2) {
        this.events++;
      } else {
        if (at > runStart) this.output.writeBlocks(bytes, runStart, at);
        runStart = at + length;
        if (kind >= 0) this.writeEvent(bytes, view, at, length);
      }
      at += length;
    }
    if (end > runStart) this.output.writeBlocks(bytes, runStart, end);
  }

  /** Makes a new block; false for an event of a type that is unknown, of whose old form nothing can be made. */
  private rewrite(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    kind: number,
    addedFlags: number,
  ): boolean {
    const cpu = view.getUint16(offset + 8, true);
    const from = offset + (kind & WITH_FLAGS ? 14 : 10);
    const flags = (kind & WITH_FLAGS ? view.getUint32(offset + 10, true) : 0) | addedFlags;
    const type = view.getUint16(from + 20, true);
    let count = -1;
    let eventLength = view.getUint32(from + 16, true);
    if ((kind & V2) === 0) {
      if (type >= EVENT_COUNT) return false;
      count = recoverParamCount(view, from, eventLength, type, offset + length - 4);
      if (count < 0) return false;
      if (count >= LENGTH_OFF_BY_3) {
        count -= LENGTH_OFF_BY_3;
        eventLength -= 3;
      }
    }
    const newLength = count < 0 ? eventLength : eventLength + EVENT_V2_HEADER - EVENT_V1_HEADER;
    const head = flags === 0 ? 10 : 14;
    const blockLength = (head + newLength + 4 + 3) & ~3;
    const large = blockLength > this.output.target.length;
    const target = large ? new Uint8Array(blockLength) : this.output.target;
    const out = large ? new DataView(target.buffer) : this.targetView;
    const at = large ? 0 : this.output.reserve(blockLength);
    const blockType = kind & LARGE ? (flags === 0 ? 0x221 : 0x222) : flags === 0 ? 0x216 : 0x217;
    out.setUint32(at, blockType, true);
    out.setUint32(at + 4, blockLength, true);
    out.setUint16(at + 8, cpu, true);
    if (flags !== 0) out.setUint32(at + 10, flags, true);
    const event = at + head;
    if (count < 0) {
      target.set(bytes.subarray(from, from + eventLength), event);
    } else {
      target.set(bytes.subarray(from, from + EVENT_V1_HEADER), event);
      out.setUint32(event + 16, newLength, true);
      out.setUint32(event + EVENT_V1_HEADER, count, true);
      target.set(bytes.subarray(from + EVENT_V1_HEADER, from + eventLength), event + EVENT_V2_HEADER);
    }
    target.fill(0, event + newLength, at + blockLength - 4);
    out.setUint32(at + blockLength - 4, blockLength, true);
    if (large) this.output.writeBlocks(target, 0, blockLength);
    return true;
  }

  /** Writes what is known of a container, JSON as latin1 text, as the event that tells of it. */
  writeContainer(json: string, tsLow: number, tsHigh: number): void {
    const eventLength = EVENT_V2_HEADER + 4 + json.length + 1;
    const block = new Uint8Array((10 + eventLength + 4 + 3) & ~3);
    const view = new DataView(block.buffer);
    view.setUint32(0, 0x221, true);
    view.setUint32(4, block.length, true);
    view.setUint32(10, tsLow, true);
    view.setUint32(14, tsHigh, true);
    view.setBigInt64(18, -1n, true);
    view.setUint32(26, eventLength, true);
    view.setUint16(30, PPME.CONTAINER_JSON_2_E, true);
    view.setUint32(32, 1, true);
    view.setUint32(36, json.length + 1, true);
    for (let i = 0; i < json.length; i++) block[40 + i] = json.charCodeAt(i);
    view.setUint32(block.length - 4, block.length, true);
    this.writeEvent(block, view, 0, block.length);
  }

  flush(): void {
    this.output.flush();
  }

  close(): void {
    this.output.close();
  }
}
