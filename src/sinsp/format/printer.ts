/** What prints events as lines: the default line, a `-p` format, or JSON. */
import type { EventCursor } from '../event.js';

export interface Printer {
  /** Writes the line of an event, newline included; false when the format asks for a value that is missing. */
  print(event: EventCursor): boolean;
  /** Another capture begins. */
  restart(): void;
  /** The capture ended. */
  finish(): void;
}
