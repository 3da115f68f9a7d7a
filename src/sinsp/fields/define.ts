/** Short ways to write a row of the table of fields. */
import type { EventCursor } from '../event.js';
import type { Name } from '../names.js';
import { EVENTS, type EventInfo, PF, PT } from '../schema/index.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { type Extractor, type Field, type FieldContext, FieldError, type Purpose } from './field.js';

type Get<T> = (event: EventCursor) => T;
type Make<T> = (context: FieldContext, argument: string | undefined, purpose: Purpose) => Get<T>;

/** Properties of a row beyond name, type, description and value. */
export type Extra = Partial<Omit<Field, 'name' | 'class' | 'type' | 'description' | 'make'>>;

export const INDEX_ARGUMENT = { required: false, kind: 'index' } as const;
export const INDEX_REQUIRED = { required: true, kind: 'index' } as const;
export const KEY_ARGUMENT = { required: false, kind: 'key' } as const;
export const KEY_REQUIRED = { required: true, kind: 'key' } as const;

/** The row makers of one class. */
export function fieldClass(className: string) {
  const row = (
    name: string,
    type: number,
    format: number,
    description: string,
    make: (context: FieldContext, argument: string | undefined, purpose: Purpose) => Extractor,
    extra: Extra,
  ): Field => ({
    name,
    class: className,
    type,
    format,
    description,
    ...extra,
    make: (context, argument, purpose = 'print') => make(context, argument, purpose),
  });

  return {
    row,
    text: (name: string, description: string, make: Make<string | undefined>, extra: Extra = {}): Field =>
      row(name, PT.CHARBUF, PF.NA, description, (c, a, p) => ({ kind: 'text', get: make(c, a, p) }), extra),
    name: (name: string, description: string, make: Make<Name | undefined>, extra: Extra = {}): Field =>
      row(name, PT.CHARBUF, PF.NA, description, (c, a, p) => ({ kind: 'name', get: make(c, a, p) }), extra),
    boolean: (name: string, description: string, make: Make<boolean | undefined>, extra: Extra = {}): Field =>
      row(name, PT.BOOL, PF.NA, description, (c, a, p) => ({ kind: 'boolean', get: make(c, a, p) }), extra),
    /** `type` also decides the width to which filter values are cut. */
    number: (
      name: string,
      type: number,
      format: number,
      description: string,
      make: Make<number>,
      extra: Extra = {},
    ): Field => row(name, type, format, description, (c, a, p) => ({ kind: 'number', get: make(c, a, p) }), extra),
    bigint: (
      name: string,
      type: number,
      description: string,
      make: Make<bigint | undefined>,
      extra: Extra = {},
    ): Field => row(name, type, PF.DEC, description, (c, a, p) => ({ kind: 'bigint', get: make(c, a, p) }), extra),
  };
}

/** A field of the event's thread: no value without one. */
export const ofThread =
  (get: (thread: ThreadInfo) => number): Make<number> =>
  () =>
  (event) =>
    event.thread === null ? Number.NaN : get(event.thread);

/** A text of the event's thread. */
export const textOfThread =
  (get: (thread: ThreadInfo) => string | undefined): Make<string | undefined> =>
  () =>
  (event) =>
    event.thread === null ? undefined : get(event.thread);

/** By event code: 1 where the condition holds. */
export function codesWhere(condition: (info: EventInfo) => boolean): Uint8Array {
  return Uint8Array.from(EVENTS, (info) => (condition(info) ? 1 : 0));
}

const indexTables = new Map<string, Int8Array>();

/** By event code: position of the parameter with this name, -1 where there is none. */
export function paramIndexes(name: string): Int8Array {
  let table = indexTables.get(name);
  if (table === undefined) {
    table = new Int8Array(EVENTS.length).fill(-1);
    // Plain loops: this runs at start, before the engine has compiled anything.
    for (const { code, params } of EVENTS) {
      for (let i = 0; i < params.length; i++) {
        if (params[i]!.name !== name) continue;
        table[code] = i;
        break;
      }
    }
    indexTables.set(name, table);
  }
  return table;
}

/** A bitmap that is made when it is first asked for. */
export function lazyCodes(condition: (info: EventInfo) => boolean): () => Uint8Array {
  let table: Uint8Array | undefined;
  return () => (table ??= codesWhere(condition));
}

/** The whole argument as a number; throws FieldError when it is none. */
export function indexArgument(fieldName: string, argument: string | undefined): number {
  if (argument === undefined || !/^\s*[-+]?\d+$/.test(argument)) {
    throw new FieldError(`${fieldName} needs a number in brackets, as in ${fieldName}[1]`);
  }
  return Number(argument) | 0;
}
