/** Filters: from text to a predicate. */

import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import { compile } from './compiler.js';
import { fdPart, isOfKind } from './fd-part.js';
import { parseFilter } from './parser.js';
import type { Predicate } from './predicate.js';
import { selectionOf } from './selection.js';

export { type Filter, print } from './ast.js';
export { compile } from './compiler.js';
export { FilterError } from './error.js';
export { parseFilter } from './parser.js';
export type { Predicate } from './predicate.js';

/** Makes the predicate of a filter for the inspector, as {@link compileFilter} does. */
export function compileReadingFilter(text: string, context: FieldContext): Predicate {
  const { inspector } = context;
  return compileFilter(text, {
    inspector,
    get settings() {
      return context.settings;
    },
    whileReading: true,
  });
}

/**
 * Makes the predicate of a filter, a byte string. Throws FilterError, whose message says what is wrong in its first line and
 * shows where in the two after it.
 */
export function compileFilter(text: string, context: FieldContext): Predicate {
  const filter = parseFilter(text);
  const predicate = compile(filter, text, context);
  // A filter that remembers must see every event.
  if (predicate.eventTypes === undefined) return predicate;
  const selection = selectionOf(filter);
  const part = fdPart(filter);
  if (part === null) return { ...predicate, selection };
  // Only long captures come to ask for it.
  let test = part === filter ? predicate.test : undefined;
  const excludesFd = (event: EventCursor): boolean => {
    test ??= compile(part, text, context).test;
    return !test(event);
  };
  return { ...predicate, selection, excludesFd, excludesKinds: isOfKind(part) };
}
