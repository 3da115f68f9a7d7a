/** `-p` formats: literal text with `%field` in it, cut into tokens once. */
import type { FieldUse } from '../fields/field.js';
import { parseFieldUse } from '../fields/index.js';

/** A format that cannot be understood; the message is the whole text for the user. */
export class FormatError extends Error {
  override name = 'FormatError';
}

export type FormatToken =
  | { readonly literal: string }
  /** `width` pads with spaces or cuts to exactly that many bytes; 0 leaves the text as it is. */
  | { readonly use: FieldUse; readonly width: number };

export interface ParsedFormat {
  /** Print events that lack a field, with `<NA>` in its place (a leading `*`). */
  readonly keepIncomplete: boolean;
  readonly tokens: readonly FormatToken[];
  /** There are escape sequences for a terminal in it: its colours are reset at the end. */
  readonly coloured: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', e: '\x1b', '\\': '\\' };

/** `\n`, `\t`, `\e` and `\\` as typed on a command line; other backslashes stay. */
export function unescapeFormat(format: string): string {
  return format.replace(/\\([nte\\])/g, (_, letter: string) => ESCAPES[letter]!);
}

/** Cuts a format into tokens. Throws FormatError. */
export function parseFormat(format: string): ParsedFormat {
  if (format === '') throw new FormatError('empty formatting token');
  const keepIncomplete = format[0] === '*';
  const tokens: FormatToken[] = [];
  let literalStart = keepIncomplete ? 1 : 0;
  let at = literalStart;
  for (;;) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    if (percent > literalStart) tokens.push({ literal: format.slice(literalStart, percent) });
    at = percent + 1;
    if (at === format.length) {
      throw new FormatError('invalid formatting syntax: formatting cannot end with a %');
    }
    let width = 0;
    while (at < format.length && format[at]! >= '0' && format[at]! <= '9') width = width * 10 + Number(format[at++]);
    if (at === format.length) {
      throw new FormatError('invalid formatting syntax: formatting cannot end with a number');
    }
    const rest = format.slice(at);
    const parsed = parseFieldUse(format, at);
    if ('error' in parsed) throw new FormatError(`invalid formatting token ${rest}: ${parsed.error}`);
    if (parsed.use.field.filterOnly) {
      throw new FormatError(`${rest} is filter only and cannot be used as a display field`);
    }
    tokens.push({ use: parsed.use, width: Math.min(width, 65536) });
    at = parsed.end;
    literalStart = at;
  }
  if (literalStart < format.length) tokens.push({ literal: format.slice(literalStart) });
  return { keepIncomplete, tokens, coloured: format.includes('\x1b') };
}
