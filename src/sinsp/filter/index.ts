/** Filters: from text to a predicate. */
import type { FieldContext } from '../fields/field.js';
import { compile } from './compiler.js';
import { parseFilter } from './parser.js';
import type { Predicate } from './predicate.js';
import { selectionOf } from './selection.js';

export { type Filter, print } from './ast.js';
export { compile } from './compiler.js';
export { FilterError } from './error.js';
export { parseFilter } from './parser.js';
export type { Predicate } from './predicate.js';

/**
 * Makes the predicate of a filter, a byte string. Throws FilterError, whose message says what is wrong in its first line and
 * shows where in the two after it.
 */
export function compileFilter(text: string, context: FieldContext): Predicate {
  const filter = parseFilter(text);
  const predicate = compile(filter, text, context);
  // A filter that remembers must see every event.
  return predicate.eventTypes === undefined ? predicate : { ...predicate, selection: selectionOf(filter) };
}
