/**
 * Writes what an inspector walks to a capture (-w): the state as it is when a section begins, then the events that the
 * filter accepts, and those that the reader of the result needs.
 */
import type { EventSource } from '../capture/event-source.js';
import type { OutputOptions } from '../scap/capture-output.js';
import { BLOCK_SECTION_HEADER, isEventBlock } from '../scap/event-blocks.js';
import { CaptureFiles, type RotationOptions, rotates } from '../scap/rotation.js';
import type { CaptureWriter } from '../scap/writer.js';
import { DUMP_FLAG_STATE_ONLY, type EventCursor } from './event.js';
import type { Inspector } from './inspector.js';
import { EC, EF, EVENT_CATEGORIES, EVENT_FLAGS } from './schema/index.js';
import type { ThreadInfo } from './state/thread-info.js';
import { stateRecords } from './state-records.js';

export interface DumpOptions extends OutputOptions, RotationOptions {
  /** Write events that the filter rejects but that change state, marked as invisible (-F). */
  fatfile?: boolean;
  /** Threads of the process list that are written (--filter-proclist); all when missing. */
  wantedThread?: (thread: ThreadInfo) => boolean;
}

export class CaptureDump {
  private readonly files: CaptureFiles;
  private headerWritten = false;

  /**
   * Opens the file, unless it is one of several, and takes the inspector's onSection and onRejected.
   * Throws an Error with a full sentence when the file cannot be written; so do the other methods.
   */
  constructor(
    private readonly inspector: Inspector,
    path: string,
    private readonly options: DumpOptions = {},
  ) {
    this.files = new CaptureFiles(path, options, options);
    inspector.onSection = () => {
      this.headerWritten = true;
      const writer = this.files.current;
      if (writer !== null) this.writeHeader(writer);
    };
    inspector.onRejected = (event) => this.rejected(event);
  }

  /** Writes an event that the filter accepted. */
  write(event: EventCursor): void {
    this.put(event, false);
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
    const { inspector } = this;
    const { state } = inspector;
    const writer = this.files.current!;
    const before = writer.events;
    let inEvents = false;
    while (source.nextBatch()) {
      const bytes = source.window;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = source.start; at < source.end; ) {
        const type = view.getUint32(at, true);
        const length = view.getUint32(at + 4, true);
        if (!isEventBlock(type)) {
          if (type === BLOCK_SECTION_HEADER && inEvents) {
            state.reset();
            inEvents = false;
          }
          state.loadBlock(source, type, at, length);
          at += length;
          continue;
        }
        if (!inEvents) {
          inEvents = true;
          state.headerComplete();
          inspector.onSection?.();
        }
        let end = at + length;
        while (end < source.end && view.getUint32(end, true) !== BLOCK_SECTION_HEADER) {
          end += view.getUint32(end + 4, true);
        }
        writer.writeEvents(bytes, view, at, end);
        at = end;
      }
      source.start = source.end;
      batchDone?.();
    }
    return writer.events - before;
  }

  /** Hands what was written to the operating system. */
  flush(): void {
    this.files.flush();
  }

  /** Ends the capture. Without any event its header is there all the same. */
  close(): void {
    try {
      const writer = this.files.current;
      if (!this.headerWritten && writer !== null) this.writeHeader(writer);
    } finally {
      this.files.close();
    }
  }

  private readonly writeHeader = (writer: CaptureWriter): void =>
    writer.writeHeader(stateRecords(this.inspector.state, this.options.wantedThread));

  private put(event: EventCursor, stateOnly: boolean): void {
    const seconds = Math.floor((event.tsHigh * 0x1_0000_0000 + event.tsLow) / 1e9);
    this.files
      .writerAt(seconds, this.writeHeader)
      .writeEvent(event.bytes, event.view, event.blockOffset, event.blockLength, stateOnly);
  }

  /** Events of the program's own (containers, users) are always written; the fatfile has all that change state. */
  private rejected(event: EventCursor): void {
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
