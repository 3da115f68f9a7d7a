/**
 * What can be asked of an event: the shape of a row in the one table of fields, and of a field that is ready to be read.
 * `-l`, the docs, the filter compiler, the formatter and `evt.field` all read this table.
 */
import type { EventCursor } from '../event.js';
import type { ByteWriter } from '../format/byte-writer.js';
import type { Inspector } from '../inspector.js';
import type { Name } from '../names.js';
import { PT } from '../schema/index.js';

/** How byte buffers are rendered as text. */
export type BufferFormat = 'dots' | 'hex' | 'hexascii' | 'ascii' | 'base64';

/** What the getters of fields may depend on besides the event. Settings may change while a capture runs. */
export interface FieldContext {
  readonly inspector: Inspector;
  settings: RenderSettings;
  /** The fields are of the filter that decides what is read: whether a descriptor's name changes is not known yet there. */
  readonly whileReading?: boolean;
}

export interface RenderSettings {
  bufferFormat: BufferFormat;
  /** Cut byte buffers to 80 characters (normal output without -v and without chisels). */
  cutBuffers: boolean;
  /** Show ports as service names (-R). */
  resolvePorts: boolean;
  /** evt.outputtime (-t). */
  timeFormat: 'h' | 'a' | 'r' | 'd' | 'D';
  /** Output is JSON: some values take another form. */
  json: boolean;
}

/**
 * A field made ready: its getter has everything resolved. Which one a field has depends on its type.
 * Texts are byte strings (latin1).
 */
export type Extractor =
  /** NaN: no value. Exact integers up to 2^53, or doubles. */
  | { readonly kind: 'number'; get(event: EventCursor): number }
  /** 64-bit values that a double does not hold. */
  | {
      readonly kind: 'bigint';
      get(event: EventCursor): bigint | undefined;
      /** Writes it in decimal without making a BigInt; false when there is no value. */
      write?(event: EventCursor, writer: ByteWriter): boolean;
    }
  | { readonly kind: 'boolean'; get(event: EventCursor): boolean | undefined }
  | {
      readonly kind: 'text';
      get(event: EventCursor): string | undefined;
      /** Writes the text without making a string; false when there is no value (nothing was written then). */
      write?(event: EventCursor, writer: ByteWriter): boolean;
    }
  /** Interned: predicates are remembered by the name's id. */
  | { readonly kind: 'name'; get(event: EventCursor): Name | undefined }
  /** A list of texts (newer fields flagged as lists). */
  | { readonly kind: 'list'; get(event: EventCursor): string[] | undefined };

/**
 * A duration in nanoseconds as the unsigned number of 64 bits that it is for sysdig: time that runs backwards wraps around
 * there. Getters answer negative numbers, as a double would not hold what these become.
 */
export const unsignedDuration = (nanos: number): number => (nanos < 0 ? nanos + 0x1_0000_0000_0000_0000 : nanos);
/** Types of fields that are such. */
export const isDuration = (type: number): boolean => type === PT.RELTIME || type === PT.UINT64;

/** What a value is wanted for. */
export type Purpose = 'print' | 'compare';

/**
 * A comparison that a field does in its own way (both ends of a socket, event types by name, ...). Answers undefined to
 * leave the operator to the general rules; throws FieldError for values or operators that make no sense.
 */
export type CustomCompare = (
  operator: string,
  values: readonly string[],
  context: FieldContext,
  argument: string | undefined,
) => ((event: EventCursor) => boolean) | undefined;

/** Several values at once: `visit` answers true as soon as a test does. */
export type Candidates =
  | { readonly kind: 'number'; visit(event: EventCursor, test: (value: number) => boolean): boolean }
  | { readonly kind: 'bigint'; visit(event: EventCursor, test: (value: bigint) => boolean): boolean }
  | { readonly kind: 'name'; visit(event: EventCursor, test: (value: Name) => boolean): boolean }
  | { readonly kind: 'text'; visit(event: EventCursor, test: (value: string) => boolean): boolean };

export interface Field {
  readonly name: string;
  /** Class, for listings: `evt`, `proc`, `fd`, ... */
  readonly class: string;
  /** Parameter type (PT) and print format (PF). */
  readonly type: number;
  readonly format: number;
  readonly description: string;
  /** How the field takes an argument: `[n]` index, `[text]` key; `.name` forms are the same thing. */
  readonly argument?: { readonly required: boolean; readonly kind: 'index' | 'key' };
  readonly filterOnly?: boolean;
  readonly printOnly?: boolean;
  readonly hidden?: boolean;
  readonly isList?: boolean;
  readonly noTransformer?: boolean;
  readonly noRhs?: boolean;
  /**
   * Prepares the field. Filters compare some values in another form than the one that is printed (raw bytes instead of
   * rendered ones): they ask for the purpose `compare`. Throws FieldError for a bad argument.
   */
  make(context: FieldContext, argument: string | undefined, purpose?: Purpose): Extractor;
  readonly compare?: CustomCompare;
  /** In a filter the field stands for several values, of which any may match; undefined when it has just one. */
  readonly candidates?: (context: FieldContext, argument: string | undefined) => Candidates | undefined;
  /** The value depends on nothing but the event's code (and, for generic events, on which system call it is). */
  readonly byType?: boolean;
  /** The value depends on the events that were asked about before. */
  readonly stateful?: boolean;
  /** By event code: 0 where the field never has a value; lets filters skip events. */
  readonly eventTypes?: (argument: string | undefined) => Uint8Array | undefined;
}

/** A field together with its argument, as found in a format, a filter or `chisel.request_field`. */
export interface FieldUse {
  readonly field: Field;
  readonly argument: string | undefined;
  /** The text as written, e.g. `evt.arg.fd`: key in JSON output. */
  readonly text: string;
}

/** A bad field argument; the message is the whole text for the user. */
export class FieldError extends Error {
  override name = 'FieldError';
}
