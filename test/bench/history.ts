/** Ratios measured before: history.jsonl, one entry a line, the newest last. */
import { appendFileSync, readFileSync } from 'node:fs';
import { digits, type Result } from './pairs.js';

export interface Entry {
  date: string;
  version: string;
  pairs: number;
  /** Recordings that the captures were made of; 1: examples/demo.scap alone. */
  recordings: number;
  /** Median of wall time, burin / sysdig, by case. */
  ratios: Record<string, number>;
}

const file = new URL('history.jsonl', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Entry;

export function addEntry(recordings: number, pairs: number, results: readonly Result[]): void {
  const ratios = Object.fromEntries(results.map(({ name, ratio }) => [name, Number(digits(ratio, 3))]));
  const entry: Entry = { date: new Date().toISOString().slice(0, 10), version, pairs, recordings, ratios };
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
