/** Shows where in a chisel an error is: the line of the source and a caret below it. */
import { readFileSync } from 'node:fs';
import { syntaxErrorColumn } from '../authoring/syntax-column.js';

/** Lua's position at the head of a message: `[string "..."]:12: text` or `path.lua:12: text`. */
const POSITION = /(?:\[string "[^\n]*"\]|([^\s:]+\.lua)):(\d+): /;

/** The token that a message names, as a pattern with its place in the line. */
function columnOf(source: string, line: string, message: string): number {
  const syntax = syntaxErrorColumn(source, message.slice(POSITION.exec(message)!.index));
  if (syntax >= 0) return syntax;
  const name = /'([^']+)'/.exec(message)?.[1];
  if (name !== undefined) {
    const word = /^\w+$/.test(name) ? new RegExp(`\\b${name}\\b`).exec(line)?.index : line.indexOf(name);
    if (word !== undefined && word >= 0) return word;
  }
  return line.search(/\S|$/);
}

/**
 * The source line an error message points at, with a caret, as lines to print below the message; `''` when it points
 * nowhere.
 * @param file the chisel's file, for positions that name no file
 */
export function errorExcerpt(message: string, file: string): string {
  const match = POSITION.exec(message);
  if (match === null) return '';
  const number = Number(match[2]);
  let source: string;
  try {
    source = readFileSync(match[1] ?? file, 'latin1').replace(/^#[^\n]*/, '');
  } catch {
    return '';
  }
  const line = source.split('\n')[number - 1];
  if (line === undefined) return '';
  const label = String(number).padStart(5);
  const pad = line.slice(0, columnOf(source, line, message)).replace(/[^\t]/g, ' ');
  return `${label} | ${line}\n${' '.repeat(5)} | ${pad}^`;
}
