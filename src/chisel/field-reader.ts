/** `evt.field` at speed: a requested field becomes a function that reads it from the current event as a Lua value. */
import type { LuaValue } from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import type { FieldContext, FieldUse } from '../sinsp/fields/field.js';
import { PT } from '../sinsp/schema/index.js';
import { rawArgumentReader } from './raw-argument.js';

/** What `chisel.request_field` hands out, wrapped as userdata. */
export class FieldHandle {
  constructor(
    readonly use: FieldUse,
    /** The value of the field for the current event; nil when it has none. */
    readonly read: () => LuaValue,
  ) {}
}

/**
 * Makes the reader of a field. Numbers arrive as doubles, booleans as booleans, everything else as text.
 * Throws FieldError for a bad argument.
 */
export function fieldReader(use: FieldUse, context: FieldContext, event: EventCursor): () => LuaValue {
  if (use.field.name === 'evt.rawarg') return rawArgumentReader(use.argument ?? '', event);
  let extractor = use.field.make(context, use.argument);
  // Times are raw numbers in JSON lines, but for Lua they are the text that they always are.
  if (extractor.kind === 'bigint' && use.field.type === PT.CHARBUF) {
    extractor = use.field.make({ ...context, settings: { ...context.settings, json: false } }, use.argument);
  }
  switch (extractor.kind) {
    case 'number':
      return () => {
        const value = extractor.get(event);
        return Number.isNaN(value) ? undefined : value;
      };
    case 'bigint':
      return () => {
        const value = extractor.get(event);
        return value === undefined ? undefined : Number(value);
      };
    case 'boolean':
    case 'text':
      return () => extractor.get(event);
    case 'name':
      return () => extractor.get(event)?.text;
    case 'list':
      return () => extractor.get(event)?.join(',');
  }
}
