/** `evt.field` at speed: a requested field becomes a function that reads it from the current event as a Lua value. */
import type { LuaValue } from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import { type FieldContext, type FieldUse, isDuration, unsignedDuration } from '../sinsp/fields/field.js';
import { PT } from '../sinsp/schema/index.js';
import { rawArgumentReader } from './raw-argument.js';

/** The value of a field for the current event. Nil, or for numbers NaN, is none: asking costs less than one more call. */
export type FieldReader = (event: EventCursor) => LuaValue;

/** What `chisel.request_field` hands out, wrapped as userdata. */
export class FieldHandle {
  constructor(
    readonly use: FieldUse,
    readonly read: FieldReader,
  ) {}
}

/**
 * Makes the reader of a field. Numbers arrive as doubles, booleans as booleans, everything else as text.
 * Throws FieldError for a bad argument.
 */
export function fieldReader(use: FieldUse, context: FieldContext): FieldReader {
  if (use.field.name === 'evt.rawarg') return rawArgumentReader(use.argument ?? '');
  let extractor = use.field.make(context, use.argument);
  // Times are raw numbers in JSON lines, but for Lua they are the text that they always are.
  if (extractor.kind === 'bigint' && use.field.type === PT.CHARBUF) {
    extractor = use.field.make({ ...context, settings: { ...context.settings, json: false } }, use.argument);
  }
  if (extractor.kind === 'number' && isDuration(use.field.type)) {
    const { get } = extractor;
    return (event) => unsignedDuration(get(event));
  }
  switch (extractor.kind) {
    case 'number':
    case 'boolean':
    case 'text':
      return extractor.get;
    case 'bigint':
      return (event) => {
        const value = extractor.get(event);
        return value === undefined ? undefined : Number(value);
      };
    case 'name':
      return (event) => extractor.get(event)?.text;
    case 'list':
      return (event) => extractor.get(event)?.join(',');
  }
}
