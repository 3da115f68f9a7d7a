/** Filters: from text to a predicate. */
import type { FieldContext } from '../fields/field.js';
import { compile } from './compiler.js';
import { parseFilter } from './parser.js';
import type { Predicate } from './predicate.js';

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
  return compile(parseFilter(text), text, context);
}
