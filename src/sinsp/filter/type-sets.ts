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

export const opposite = (value: number): number => (value === MAYBE ? MAYBE : 1 - value);

export const negate = (set: TypeSet): TypeSet => set.map(opposite);

/** What two parts of a filter say together. */
export function joined(kind: 'and' | 'or', a: number, b: number): number {
  const deciding = kind === 'and' ? NEVER : ALWAYS;
  if (a === deciding || b === deciding) return deciding;
  return a === MAYBE || b === MAYBE ? MAYBE : 1 - deciding;
}

export function combine(kind: 'and' | 'or', sets: readonly TypeSet[]): TypeSet {
  const result = constantSet(kind === 'and');
  for (const set of sets) {
    for (let code = 0; code < EVENT_COUNT; code++) result[code] = joined(kind, result[code]!, set[code]!);
  }
  return result;
}

/** An event of which only the code is known, and perhaps which call it stands for; it notices when more is looked at. */
export class Blank extends EventCursor {
  looked = false;
  private call = -1;

  override paramUint32(index: number): number {
    if (index === 0 && this.call >= 0) return this.call;
    this.looked = true;
    return 0;
  }

  /** Stands for the call of this number from now on. */
  asCall(type: number, id: number): this {
    this.type = type;
    this.call = id;
    return this;
  }
}

/** Asks a test that depends on the code, and perhaps the call, about an event. Where it looks at more, it is MAYBE. */
export function askType(test: (event: EventCursor) => boolean, event: Blank): number {
  event.looked = false;
  const answer = test(event);
  return event.looked ? MAYBE : answer ? ALWAYS : NEVER;
}

/** The same about every code. */
export function askAllTypes(test: (event: EventCursor) => boolean): TypeSet {
  const event = new Blank();
  return Uint8Array.from({ length: EVENT_COUNT }, (_, code) => {
    event.type = code;
    return askType(test, event);
  });
}
