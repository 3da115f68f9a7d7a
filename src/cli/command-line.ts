/**
 * Reads the words of the command line as getopt_long does, which sysdig uses: letters may be glued (`-pc`, `-n5`, `-xv`),
 * options may stand behind other words, long names may be shortened, `--` ends the options. What is left is the filter.
 *
 * A chisel decides for itself whether the next word is its argument, while options are still being read.
 */
import { UsageError } from './errors.js';
import { LONG_NAMES, OPTIONS, type OptionRow, optionByLetter, optionByLong } from './options.js';

/** Called for each `-c NAME` with all words behind it; returns how many of them the chisel takes (0 or 1). */
export type ChiselArgs = (name: string, rest: readonly string[]) => number;

export interface CommandLine {
  /** The switches given, by name, with how often. */
  readonly switches: ReadonlyMap<string, number>;
  /** The values given, by name, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Words that are neither options nor theirs. */
  readonly words: readonly string[];
  /** The words behind `--`: a command to run and watch, or, with -r, more of the filter. */
  readonly command?: readonly string[];
}

/** Splits the command line. Throws UsageError. */
export function parseCommandLine(argv: readonly string[], chiselArgs: ChiselArgs): CommandLine {
  const switches = new Map<string, number>();
  const values = new Map<string, string[]>();
  const words: string[] = [];
  let command: string[] | undefined;
  let index = 0;

  const take = (row: OptionRow, shown: string, glued: string | undefined): void => {
    if (row.value === undefined) {
      if (glued !== undefined) throw new UsageError(`option ${shown} takes no value`);
      switches.set(row.name, (switches.get(row.name) ?? 0) + 1);
      return;
    }
    if (row.optionalValue === true && glued === undefined) {
      switches.set(row.name, (switches.get(row.name) ?? 0) + 1);
      return;
    }
    const value = glued ?? argv[index++];
    if (value === undefined) throw new UsageError(`option ${shown} needs a value: ${shown} ${row.value}`);
    const list = values.get(row.name);
    if (list === undefined) values.set(row.name, [value]);
    else list.push(value);
    if (row.name === 'chisel' && value !== 'l') index += chiselArgs(value, argv.slice(index));
  };

  while (index < argv.length) {
    const word = argv[index++]!;
    if (word === '--') {
      command = argv.slice(index);
      break;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = word.slice(2, equals < 0 ? undefined : equals);
      take(longOption(name), `--${name}`, equals < 0 ? undefined : word.slice(equals + 1));
    } else if (word.length > 1 && word.startsWith('-')) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at]!;
        const row = optionByLetter(letter);
        if (row === undefined) throw new UsageError(`there is no option -${letter}; burin --help lists them`);
        if (row.value === undefined || row.optionalValue === true) {
          take(row, `-${letter}`, undefined);
          continue;
        }
        take(row, `-${letter}`, at + 1 < word.length ? word.slice(at + 1) : undefined);
        break;
      }
    } else {
      words.push(word);
    }
  }
  if (command !== undefined && values.has('read')) {
    words.push(...command);
    command = undefined;
  }
  return { switches, values, words, command };
}

function longOption(name: string): OptionRow {
  const found = optionByLong(name);
  if (!Array.isArray(found)) return found as OptionRow;
  if (found.length > 1) {
    const names = (found as OptionRow[]).map((row) => `--${row.name}`).join(', ');
    throw new UsageError(`option --${name} may mean ${names}`);
  }
  const near = nearest(name);
  throw new UsageError(
    near === undefined
      ? `there is no option --${name}; burin --help lists them`
      : `there is no option --${name}; did you mean --${near}?`,
  );
}

/** The long name that differs in the fewest letters, if any is near. */
function nearest(name: string): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const long of LONG_NAMES) {
    const distance = editDistance(name, long);
    if (distance < bestDistance) {
      best = long;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Whether this long name is an option with a value, for callers that build command lines. */
export const takesValue = (name: string): boolean => OPTIONS.find((row) => row.name === name)?.value !== undefined;

/** The command line as far as it can be read without asking chisels which words are theirs. Never throws. */
export function parseLeniently(argv: readonly string[]): CommandLine {
  for (const words of [argv, argv.filter((word) => /^--(lua|chisel-|allow-untrusted)/.test(word))]) {
    try {
      return parseCommandLine(words, () => 0);
    } catch {
      // The strict reading that follows tells what is wrong.
    }
  }
  return { switches: new Map(), values: new Map(), words: [] };
}
