/** Where in its line a syntax error is: Lua's messages name the line and the token only. */
import { parse } from '../lua/compiled/parser.js';

const NEAR = /:(\d+): [^\n]* near '([\s\S]+)'$/;

function errorOf(source: string): string {
  try {
    parse(source, '=chunk');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The column (from 0) of the token that a syntax error names; -1 when it names none that is on that line. A token that
 * occurs several times is the first one at which a program cut off right behind it fails the same way.
 */
export function syntaxErrorColumn(source: string, message: string): number {
  const match = NEAR.exec(message);
  if (match === null) return -1;
  const lines = source.split('\n');
  const number = Number(match[1]);
  const token = match[2]!;
  const line = lines[number - 1];
  if (line === undefined) return -1;
  const head = lines.slice(0, number - 1).join('\n');
  const first = line.indexOf(token);
  for (let at = first; at >= 0; at = line.indexOf(token, at + 1)) {
    const cut = NEAR.exec(errorOf(`${head}\n${line.slice(0, at + token.length)}`));
    if (cut !== null && cut[2] === token) return at;
  }
  return first;
}
