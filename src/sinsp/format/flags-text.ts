/** Names of flags and modes. */
import type { FlagTable } from '../schema/index.js';

/**
 * The names of the bits of a value, joined by `|`; `''` when there are none. Follows sysdig 0.29.3: the table is walked from
 * its top, partial matches are named on the way, and the walk ends at an entry that equals the whole value.
 */
export function flagsText(table: FlagTable, value: number, withAdded: boolean): string {
  value >>>= 0;
  let rest = value;
  let text = '';
  const entries = withAdded && table.added.length > 0 ? [...table.entries, ...table.added] : table.entries;
  for (const [name, entry] of entries) {
    const bits = entry >>> 0;
    if (bits === value) return text === '' ? name : `${text}|${name}`;
    if (bits !== 0 && (bits & rest) >>> 0 === bits && rest !== 0) {
      text = text === '' ? name : `${text}|${name}`;
      rest = (rest & ~bits) >>> 0;
    }
  }
  return text;
}

/** The names of one enumerated value: all that stand for it. */
export function enumText(table: FlagTable, value: number, withAdded: boolean): string {
  value >>>= 0;
  const names: string[] = [];
  for (const [name, entry] of table.entries) if (entry >>> 0 === value) names.push(name);
  if (withAdded) for (const [name, entry] of table.added) if (entry >>> 0 === value) names.push(name);
  return names.join('|');
}
