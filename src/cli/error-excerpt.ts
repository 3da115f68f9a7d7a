/** Shows where in a chisel an error is: the line of the source and a caret below it. */
import { readFileSync } from 'node:fs';

/** Lua's position at the head of a message: `[string "..."]:12: text` or `path.lua:12: text`. */
const POSITION = /(?:\[string "[^\n]*?"\]|([^\s:]+\.lua)):(\d+): /;

/**
 * The source line an error message points at, with a caret, as lines to print below the message; `''` when it points
 * nowhere.
 * @param file the chisel's file, for positions that name no file
 */
export function errorExcerpt(message: string, file: string): string {
  const match = POSITION.exec(message);
  if (match === null) return '';
  const number = Number(match[2]);
  let line: string | undefined;
  try {
    line = readFileSync(match[1] ?? file, 'latin1').split('\n')[number - 1];
  } catch {
    return '';
  }
  if (line === undefined) return '';
  const token = /near '([^']+)'/.exec(message)?.[1] ?? /'([^']+)'/.exec(message)?.[1];
  const found = token === undefined ? -1 : line.indexOf(token);
  const column = found >= 0 ? found : line.search(/\S|$/);
  const label = String(number).padStart(5);
  const pad = line.slice(0, column).replace(/[^\t]/g, ' ');
  return `${label} | ${line}\n${' '.repeat(5)} | ${pad}^`;
}
