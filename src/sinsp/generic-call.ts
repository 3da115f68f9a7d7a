/**
 * Which system call a generic event stands for. Live captures send calls that old readers cannot look up as id 0, with
 * the id itself as a third parameter.
 */
import type { EventCursor } from './event.js';

const REAL_ID = 2;

/** The driver-independent id of the call; `missing` when the event has none. */
export function genericCallId(event: EventCursor, missing: number): number {
  const id = event.paramUint32(0, missing);
  return id === 0 && event.nparams > REAL_ID ? event.paramUint32(REAL_ID, missing) : id;
}
