/** What prints events as lines: the default line, a `-p` format, or JSON. */
import type { EventCursor } from '../event.js';
import type { LineForm } from './line-form.js';

export interface Printer {
  /** The line in pieces, if it can be made of those; null otherwise. */
  readonly form: LineForm | null;
  /** Writes the line of an event, newline included; false when the format asks for a value that is missing. */
  print(event: EventCursor): boolean;
  /** The capture ended. */
  finish(): void;
}
