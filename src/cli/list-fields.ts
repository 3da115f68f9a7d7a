/** `-l`, `-lv` and `--list-markdown`: the fields that filters and formats can use. */
import type { Field } from '../sinsp/fields/field.js';
import type { FieldClass } from '../sinsp/fields/index.js';
import { PT } from '../sinsp/schema/index.js';

const COLUMN = 30;
const WIDTH = 120;

const TYPE_NAMES = new Map(Object.entries(PT).map(([name, value]) => [value as number, name]));

function notes(field: Field, verbose: boolean): string {
  const notes: string[] = [];
  if (field.filterOnly) notes.push('(FILTER ONLY)');
  if (field.printOnly) notes.push('(PRINT ONLY)');
  if (verbose && field.isList) notes.push('(LIST)');
  return notes.length === 0 ? '' : `${notes.join(' ')} `;
}

/** Wraps words into lines of the text column. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - COLUMN) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

function entry(name: string, text: string): string {
  const indent = ' '.repeat(COLUMN);
  const lines = wrap(text).join(`\n${indent}`);
  return name.length >= COLUMN ? `${name}\n${indent}${lines}\n` : `${name.padEnd(COLUMN)}${lines}\n`;
}

/** The text of -l; with types when `verbose`. */
export function fieldList(classes: readonly FieldClass[], verbose: boolean): string {
  let text = '';
  for (const { name, description, fields } of classes) {
    text += `\n${'-'.repeat(31)}\n${entry('Field Class:', name)}${entry('Description:', description)}\n`;
    for (const field of fields) {
      if (field.hidden) continue;
      const type = verbose ? `(Type: ${TYPE_NAMES.get(field.type)}) ` : '';
      text += entry(field.name, `${type}${notes(field, verbose)}${field.description}`);
    }
  }
  return text;
}

/** The text of --list-markdown. */
export function fieldMarkdown(classes: readonly FieldClass[]): string {
  let text = '';
  for (const { name, description, fields } of classes) {
    text += `\n## Field Class: ${name}\n\n${description}\n\n`;
    text += 'Name | Type | Description\n:----|:-----|:-----------\n';
    for (const field of fields) {
      if (field.hidden) continue;
      text += `\`${field.name}\` | ${TYPE_NAMES.get(field.type)} | ${notes(field, true)}${field.description.replaceAll('|', '\\|')}\n`;
    }
  }
  return text;
}
