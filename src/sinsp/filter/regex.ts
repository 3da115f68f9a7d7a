/**
 * Regular expressions in RE2 syntax, matched in linear time. The library is loaded when the first one is compiled, so
 * that filters without any do not pay for it.
 */
import { createRequire } from 'node:module';
import { FieldError } from '../fields/field.js';

interface Compiled {
  matches(text: string): boolean;
}
interface Library {
  RE2JS: { compile(pattern: string): Compiled };
}

let library: Library | undefined;

/** The test of a pattern, which must match the whole text. Throws FieldError for patterns that are none. */
export function regexMatcher(pattern: string): (text: string) => boolean {
  library ??= createRequire(import.meta.url)('re2js') as Library;
  let compiled: Compiled;
  try {
    compiled = library.RE2JS.compile(pattern);
  } catch (error) {
    throw new FieldError(`"${pattern}" is not a regular expression: ${(error as Error).message.split('\n')[0]}`);
  }
  return (text) => compiled.matches(text);
}
