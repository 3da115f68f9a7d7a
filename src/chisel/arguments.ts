/**
 * The arguments of a chisel are one word of the command line, cut into pieces by sysdig's own rules: single blanks
 * separate, `'` and `` ` `` quote, nothing escapes.
 */
import { ChiselError } from './errors.js';

/** An entry of a chisel's `args` table. */
export interface ArgumentDeclaration {
  name: string;
  description: string;
  type: string;
  optional: boolean;
}

const isQuote = (char: string | undefined): boolean => char === "'" || char === '`';

/**
 * Cuts an argument word. Two blanks in a row make an empty argument. Quotes mean something at the ends of a piece only;
 * elsewhere they shift its ends by one character, as they always did.
 * Throws ChiselError for a quote that stays open.
 */
export function splitArguments(chisel: string, word: string): string[] {
  const text = word.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  const pieces: string[] = [];
  if (text === '') return pieces;
  let start = 0;
  let end = 0;
  let quoted = false;
  const finish = (at: number) => {
    pieces.push(text.slice(start, Math.max(start, at - end)));
    start = at + 1;
    end = 0;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (isQuote(char)) {
      if (quoted) end = 1;
      else start++;
      quoted = !quoted;
    } else if (char === ' ' && !quoted) {
      finish(at);
    }
  }
  if (quoted) throw new ChiselError(`corrupted parameters for chisel ${chisel}: a quote is not closed in "${word}"`);
  finish(text.length);
  return pieces;
}

/** Joins arguments to one word that {@link splitArguments} cuts again, the way `chisel.exec` hands them over. */
export function joinArguments(values: readonly string[]): string {
  return values.map((value) => (value.includes(' ') ? `'${value}'` : value)).join(' ');
}

/** Checks the number of arguments. Throws ChiselError. */
export function checkArgumentCount(chisel: string, declared: readonly ArgumentDeclaration[], given: number): void {
  const optional = declared.filter((argument) => argument.optional).length;
  const required = declared.length - optional;
  if (given < required) {
    throw new ChiselError(`wrong number of parameters for chisel ${chisel}, ${required} required, ${given} given`);
  }
  if (given > declared.length) {
    throw new ChiselError(
      `too many parameters for chisel ${chisel}, ${required} required, ${optional} optional, ${given} given`,
    );
  }
}

/**
 * Does the chisel take the next word of the command line as its arguments?
 *
 * @param rest all words after the chisel's name
 * @param isFilter tells whether a text compiles as a filter
 */
export function takesArgumentWord(
  chisel: string,
  declared: readonly ArgumentDeclaration[],
  rest: readonly string[],
  isFilter: (text: string) => boolean,
): boolean {
  if (declared.length === 0) return false;
  const next = rest[0];
  if (declared.some((argument) => !argument.optional)) {
    if (next === undefined) throw new ChiselError(`missing arguments for chisel ${chisel}`);
    return true;
  }
  if (next === undefined || next.startsWith('-')) return false;
  if (declared.length === 1 && declared[0]!.type === 'filter') return true;
  return !isFilter(rest.join(' '));
}
