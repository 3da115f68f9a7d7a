/** A compiled filter. */
import type { EventCursor } from '../event.js';
import type { Selection } from './selection.js';

export interface Predicate {
  test(event: EventCursor): boolean;
  /** By event code: 0 where no event of this code can match; undefined when nothing can be said. */
  readonly eventTypes?: Uint8Array;
  /** By event code: 1 where every event of this code matches; undefined when nothing can be said. */
  readonly certainTypes?: Uint8Array;
  /**
   * What it says of events that stand for any system call, by the call's number: NEVER, ALWAYS or MAYBE (see type-sets.ts).
   * `type`: their code. Undefined when nothing can be said.
   */
  readonly ofCall?: (type: number, id: number) => number;
  /** No event of this one's descriptor can match, as long as its name stays. Undefined when nothing can be said. */
  readonly excludesFd?: (event: EventCursor) => boolean;
  /** Its answer is the same for all files, and for all directories. */
  readonly excludesKinds?: boolean;
  /** Processes and descriptors outside of which no event can match; undefined when nothing can be said. */
  readonly selection?: Selection;
}
