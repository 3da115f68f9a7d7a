/**
 * Writes what an inspector walks to a capture (-w): the state as it is when a section begins, then the events that the
 * filter accepts, and those that the reader of the result needs.
 */
import type { EventSource } from '../capture/event-source.js';
import type { OutputOptions } from '../scap/capture-output.js';
import { BLOCK_SECTION_HEADER, eventBlockKind, isEventBlock, WITH_FLAGS } from '../scap/event-blocks.js';
import { CaptureFiles, type RotationOptions, rotates } from '../scap/rotation.js';
import type { CaptureWriter } from '../scap/writer.js';
import { DUMP_FLAG_STATE_ONLY, DUMP_FLAG_TRACER, type EventCursor } from './event.js';
import type { Inspector } from './inspector.js';
import { EC, EF, EVENT_CATEGORIES, EVENT_FLAGS, PPME } from './schema/index.js';
import { stateRecords, type WantedFd } from './state-records.js';

export interface DumpOptions extends OutputOptions, RotationOptions {
  /** Write events that the filter rejects but that change state, marked as invisible (-F). */
  fatfile?: boolean;
  /** Descriptors of the process list that are written, with their threads (--filter-proclist); all when missing. */
  wantedFd?: WantedFd;
}

/** Tells whether a container event, in any of its versions. */
const isContainerEvent = (type: number): boolean =>
  type === PPME.CONTAINER_E || type === PPME.CONTAINER_JSON_E || type === PPME.CONTAINER_JSON_2_E;

export class CaptureDump {
  private readonly files: CaptureFiles;
  private headerWritten = false;
  /** While copying: events of the section have come. */
  private inEvents = false;
  /**
   * Container events in front of all others belong to the header: whatever the filter says they are written, the latest
   * of each container. They are held here, by container, until another event comes.
   */
  private held: Map<string, Uint8Array> | null = null;

  /**
   * Opens the file, unless it is one of several, and joins the inspector's onSection, onRejected and onLeading.
   * Throws an Error with a full sentence when the file cannot be written; so do the other methods.
   */
  constructor(
    private readonly inspector: Inspector,
    path: string,
    private readonly options: DumpOptions = {},
  ) {
    this.files = new CaptureFiles(path, options, options);
    inspector.state.tracers.recording = true;
    const { onSection, onRejected, onLeading } = inspector;
    inspector.onSection = () => {
      onSection?.();
      this.headerWritten = true;
      this.held = new Map();
      const writer = this.files.current;
      if (writer !== null) this.writeHeader(writer);
    };
    inspector.onRejected = (event) => {
      onRejected?.(event);
      this.rejected(event);
    };
    inspector.onLeading = (event) => {
      onLeading?.(event);
      this.rejected(event);
    };
  }

  /** Writes an event that the filter accepted. */
  write(event: EventCursor): void {
    if (!this.isLeading(event)) this.put(event, false);
  }

  /**
   * True when a whole source can be copied with {@link copy}: nothing has to be known of single events.
   */
  get canCopy(): boolean {
    return !this.inspector.filtering && !rotates(this.options);
  }

  /**
   * Copies all events of a source without walking them, which is as fast as reading; the state follows metadata only.
   * Returns the number of events. Throws CaptureError for damage in the framing, after all before it was written.
   */
  copy(source: EventSource, batchDone?: () => void): number {
    const writer = this.files.current!;
    const before = writer.events;
    while (source.nextBatch()) {
      this.copyBatch(source);
      batchDone?.();
    }
    return writer.events - before;
  }

  /** Copies the events of one batch. */
  copyBatch(source: EventSource): void {
    const { inspector } = this;
    const { state } = inspector;
    const writer = this.files.current!;
    const bytes = source.window;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = source.start; at < source.end; ) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (!isEventBlock(type)) {
        if (type === BLOCK_SECTION_HEADER && this.inEvents) {
          state.reset();
          this.inEvents = false;
        }
        state.loadBlock(source, type, at, length);
        at += length;
        continue;
      }
      if (!this.inEvents) {
        this.inEvents = true;
        state.headerComplete();
        inspector.onSection?.();
      }
      if (this.held !== null) {
        if (this.hold(bytes, view, at, length)) {
          at += length;
          continue;
        }
        this.writeHeld(0);
      }
      let end = at + length;
      while (end < source.end && view.getUint32(end, true) !== BLOCK_SECTION_HEADER) {
        end += view.getUint32(end + 4, true);
      }
      writer.writeEvents(bytes, view, at, end);
      at = end;
    }
    source.start = source.end;
  }

  /** Hands what was written to the operating system. */
  flush(): void {
    this.files.flush();
  }

  /** Ends the capture. Without any event its header is there all the same. */
  close(): void {
    try {
      if (this.held !== null && this.held.size > 0) this.writeHeld(0);
      const writer = this.files.current;
      if (!this.headerWritten && writer !== null) this.writeHeader(writer);
    } finally {
      this.files.close();
    }
  }

  private readonly writeHeader = (writer: CaptureWriter): void =>
    writer.writeHeader(stateRecords(this.inspector.state, this.options.wantedFd));

  /** Begins one of several files: what was learnt of containers since the capture began goes along. */
  private readonly beginFile = (writer: CaptureWriter): void => {
    this.writeHeader(writer);
    if (this.held !== null) return;
    const { event, state } = this.inspector;
    for (const container of state.containers.values()) {
      if (container.json !== '') writer.writeContainer(container.json, event.tsLow, event.tsHigh);
    }
  };

  private put(event: EventCursor, stateOnly: boolean): void {
    const { bytes, view, blockOffset, blockLength } = event.block;
    const flags = (stateOnly ? DUMP_FLAG_STATE_ONLY : 0) | (event.standsFor === null ? 0 : DUMP_FLAG_TRACER);
    this.files.writerAt(secondsOf(event), this.beginFile).writeEvent(bytes, view, blockOffset, blockLength, flags);
  }

  /** Keeps a container event; false for any other event. */
  private hold(bytes: Uint8Array, view: DataView, offset: number, length: number): boolean {
    const kind = eventBlockKind(view.getUint32(offset, true));
    const header = offset + (kind & WITH_FLAGS ? 14 : 10);
    if (header + 22 > offset + length || !isContainerEvent(view.getUint16(header + 20, true))) return false;
    const block = bytes.slice(offset, offset + length);
    this.held!.set(containerKey(block, this.held!.size), block);
    return true;
  }

  private writeHeld(seconds: number): void {
    const held = this.held!;
    if (held.size > 0) {
      const writer = this.files.writerAt(seconds, this.beginFile);
      for (const block of held.values()) writer.writeEvent(block, new DataView(block.buffer), 0, block.length);
    }
    this.held = null;
  }

  /** True when the event was one of those in front, and is taken care of. */
  private isLeading(event: EventCursor): boolean {
    if (this.held === null) return false;
    const { bytes, view, blockOffset, blockLength } = event.block;
    if (this.hold(bytes, view, blockOffset, blockLength)) return true;
    this.writeHeld(secondsOf(event));
    return false;
  }

  /** Events of the program's own (containers, users) are always written; the fatfile has all that change state. */
  private rejected(event: EventCursor): void {
    if (this.isLeading(event)) return;
    const { fatfile } = this.options;
    if (event.dumpFlags & DUMP_FLAG_STATE_ONLY) {
      if (fatfile || !this.inspector.filtering) this.put(event, false);
    } else if (fatfile && (EVENT_FLAGS[event.type]! & EF.MODIFIES_STATE) !== 0) {
      this.put(event, true);
    } else if ((EVENT_CATEGORIES[event.type]! & EC.INTERNAL) !== 0) {
      this.put(event, false);
    }
  }
}

const secondsOf = (event: EventCursor): number => Math.floor((event.tsHigh * 0x1_0000_0000 + event.tsLow) / 1e9);

/** The container's id out of the JSON in an event; something unique when there is none. */
function containerKey(block: Uint8Array, otherwise: number): string {
  const text = Buffer.from(block.buffer).toString('latin1');
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  try {
    const id = (JSON.parse(json) as { container?: { id?: unknown } }).container?.id;
    if (typeof id === 'string') return id;
  } catch {
    // An old container event, or a damaged one.
  }
  return `#${otherwise}`;
}
