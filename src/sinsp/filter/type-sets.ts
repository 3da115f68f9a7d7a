/**
 * What is known of a predicate from the event's code alone: by code, NEVER, ALWAYS, or MAYBE true. Most events of a capture
 * are decided by one look into such a table.
 */
import { EventCursor } from '../event.js';
import { EVENT_COUNT } from '../schema/index.js';

export const NEVER = 0;
export const ALWAYS = 1;
export const MAYBE = 2;

export type TypeSet = Uint8Array;

export const unknownSet = (): TypeSet => new Uint8Array(EVENT_COUNT).fill(MAYBE);
export const constantSet = (value: boolean): TypeSet => new Uint8Array(EVENT_COUNT).fill(value ? ALWAYS : NEVER);

/** NEVER where the bitmap says so, MAYBE elsewhere. */
export const possibleSet = (bitmap: Uint8Array): TypeSet => bitmap.map((bit) => (bit === 0 ? NEVER : MAYBE));

export const negate = (set: TypeSet): TypeSet => set.map((value) => (value === MAYBE ? MAYBE : 1 - value));

export function combine(kind: 'and' | 'or', sets: readonly TypeSet[]): TypeSet {
  const deciding = kind === 'and' ? NEVER : ALWAYS;
  const result = constantSet(kind === 'and');
  for (const set of sets) {
    for (let code = 0; code < EVENT_COUNT; code++) {
      if (set[code] === deciding || result[code] === deciding) result[code] = deciding;
      else if (set[code] === MAYBE) result[code] = MAYBE;
    }
  }
  return result;
}

/** An event of which only the code is known; it notices when something else is looked at. */
class Blank extends EventCursor {
  looked = false;
  override paramUint32(): number {
    this.looked = true;
    return 0;
  }
}

/** Asks a test that depends on the code alone about every code. Where it looks at more than that, it is MAYBE. */
export function askAllTypes(test: (event: EventCursor) => boolean): TypeSet {
  const event = new Blank();
  const set = new Uint8Array(EVENT_COUNT);
  for (let code = 0; code < EVENT_COUNT; code++) {
    event.type = code;
    event.looked = false;
    const answer = test(event);
    set[code] = event.looked ? MAYBE : answer ? ALWAYS : NEVER;
  }
  return set;
}
