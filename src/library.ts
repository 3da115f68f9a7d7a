/**
 * Captures for programs: events one by one, with their fields by name. Nothing is computed that is not asked for.
 */
import type { EventSource } from './capture/event-source.js';
import { openCaptureFile } from './capture/file-source.js';
import type { EventCursor } from './sinsp/event.js';
import type { Extractor, FieldContext, FieldUse } from './sinsp/fields/field.js';
import { FieldError } from './sinsp/fields/field.js';
import { parseFieldUse } from './sinsp/fields/index.js';
import { compileFilter } from './sinsp/filter/index.js';
import { ByteWriter } from './sinsp/format/byte-writer.js';
import { DefaultLine } from './sinsp/format/default-line.js';
import { eventName } from './sinsp/format/event-text.js';
import { textWriter, type ValueWriter } from './sinsp/format/field-writer.js';
import { FormatLine } from './sinsp/format/format-line.js';
import { parseFormat } from './sinsp/format/format-parser.js';
import type { Printer } from './sinsp/format/printer.js';
import { Inspector } from './sinsp/inspector.js';

export interface OpenOptions {
  /** Only events that pass are delivered; the language of the command line. */
  filter?: string;
  /** Do not cut data at 80 characters in texts; default true. */
  wholeBuffers?: boolean;
}

/** Command-line text to byte strings, and back. */
const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const fromBytes = (text: string): string => {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return Buffer.from(text, 'latin1').toString('utf8');
  }
  return text;
};

interface Prepared {
  readonly extractor: Extractor;
  readonly write: ValueWriter;
}

/** One event. The same object is used for all events of a capture: read what you need before going on. */
export class CaptureEvent {
  private readonly fields = new Map<string, Prepared>();
  private readonly lines = new Map<string, Printer>();
  private readonly scratch = new ByteWriter(null, 4096);

  /** @internal */
  constructor(
    private readonly context: FieldContext,
    private readonly cursor: EventCursor,
  ) {}

  /** Event number, from 1. */
  get num(): number {
    return this.cursor.num;
  }
  /** Thread id. */
  get tid(): number {
    return this.cursor.tid;
  }
  /** Name of the event, such as `openat`. */
  get type(): string {
    return eventName(this.cursor).text;
  }
  /** True for the end of a system call, false for its beginning. */
  get isExit(): boolean {
    return this.cursor.isExit;
  }
  /** Nanoseconds since the epoch. */
  get timestamp(): bigint {
    return (BigInt(this.cursor.tsHigh) << 32n) | BigInt(this.cursor.tsLow);
  }

  /**
   * The value of a field as a number; undefined when the event has none. Exact up to 2^53: see {@link bigint}.
   * Throws FieldError for unknown fields and for those that are no numbers.
   */
  number(name: string): number | undefined {
    const { extractor } = this.prepared(name);
    if (extractor.kind === 'number') {
      const value = extractor.get(this.cursor);
      return Number.isNaN(value) ? undefined : value;
    }
    if (extractor.kind === 'bigint') {
      const value = extractor.get(this.cursor);
      return value === undefined ? undefined : Number(value);
    }
    throw new FieldError(`${name} is no number: ask for its text`);
  }

  /** The value of a numeric field, exact; undefined when the event has none. Throws FieldError. */
  bigint(name: string): bigint | undefined {
    const { extractor } = this.prepared(name);
    if (extractor.kind === 'bigint') return extractor.get(this.cursor);
    const value = this.number(name);
    return value === undefined ? undefined : BigInt(Math.trunc(value));
  }

  /** The value of a yes-or-no field; undefined when the event has none. Throws FieldError. */
  boolean(name: string): boolean | undefined {
    const { extractor } = this.prepared(name);
    if (extractor.kind !== 'boolean') throw new FieldError(`${name} is not true or false: ask for its text`);
    return extractor.get(this.cursor);
  }

  /** The value of any field as text, decoded as UTF-8; undefined when the event has none. Throws FieldError. */
  text(name: string): string | undefined {
    const bytes = this.bytes(name);
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  }

  /** As {@link text}, but the bytes as they are, in a copy. */
  bytes(name: string): Uint8Array | undefined {
    const { write } = this.prepared(name);
    const { scratch } = this;
    scratch.length = 0;
    return write(this.cursor, scratch) ? scratch.bytes.slice(0, scratch.length) : undefined;
  }

  /**
   * The event as the command line prints it, without the newline: the default line, or a `-p` format. Undefined when the
   * format asks for a field that the event lacks. Throws FormatError.
   */
  line(format = ''): string | undefined {
    let printer = this.lines.get(format);
    if (printer === undefined) {
      printer =
        format === ''
          ? new DefaultLine(this.context, this.scratch, false)
          : new FormatLine(parseFormat(toBytes(format)), this.context, this.scratch);
      this.lines.set(format, printer);
    }
    this.scratch.length = 0;
    if (!printer.print(this.cursor)) return undefined;
    return fromBytes(this.scratch.textSince(0).slice(0, -1));
  }

  private prepared(name: string): Prepared {
    let prepared = this.fields.get(name);
    if (prepared === undefined) {
      const parsed = parseFieldUse(name);
      if ('error' in parsed) throw new FieldError(parsed.error);
      if (parsed.end !== name.length && parsed.end !== 0) throw new FieldError(`unknown field ${name}`);
      prepared = this.prepare(parsed.use);
      this.fields.set(name, prepared);
    }
    return prepared;
  }

  private prepare({ field, argument }: FieldUse): Prepared {
    if (field.filterOnly) throw new FieldError(`${field.name} can only be used in filters`);
    const extractor = field.make(this.context, argument);
    return { extractor, write: textWriter(field, extractor) };
  }
}

/** An open capture. Iterate it once; events come in order. */
export class Capture implements Iterable<CaptureEvent> {
  private readonly inspector = new Inspector();
  private readonly source: EventSource;
  private readonly event: CaptureEvent;
  private batch = false;

  /** @internal */
  constructor(path: string, options: OpenOptions) {
    const context: FieldContext = {
      inspector: this.inspector,
      settings: {
        bufferFormat: 'dots',
        cutBuffers: options.wholeBuffers === false,
        resolvePorts: false,
        timeFormat: 'h',
        json: false,
      },
    };
    if (options.filter) this.inspector.setFilter(compileFilter(toBytes(options.filter), context));
    this.event = new CaptureEvent(context, this.inspector.event);
    this.source = openCaptureFile(path);
  }

  /** Events seen so far, those that the filter rejected included. */
  get eventCount(): number {
    return this.inspector.eventCount;
  }

  /** The next event, or undefined at the end. Throws CaptureError where the capture is damaged. */
  next(): CaptureEvent | undefined {
    for (;;) {
      if (this.batch) {
        if (!this.inspector.walkBatch(this.source, () => false)) return this.event;
        this.batch = false;
      }
      if (!this.source.nextBatch()) return undefined;
      this.batch = true;
    }
  }

  /** All events; the capture is closed at the end, and when the loop is left early. */
  *[Symbol.iterator](): Generator<CaptureEvent, void, undefined> {
    try {
      for (let event = this.next(); event !== undefined; event = this.next()) yield event;
    } finally {
      this.close();
    }
  }

  close(): void {
    this.source.close();
  }
}

/**
 * Opens a capture file, compressed or not; `-` is standard input.
 * Throws an Error with a full sentence when it cannot be opened, FilterError for a bad filter.
 */
export function openCapture(path: string, options: OpenOptions = {}): Capture {
  return new Capture(path, options);
}
