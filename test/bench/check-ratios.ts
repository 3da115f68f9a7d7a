/**
 * Fails when burin has become slower beside sysdig: a ratio more than 25 % above the last one in history.jsonl.
 *
 *   npm run bench:check
 *
 * Noise must not fail it: of each case the best pair counts, and pairs are added until one is good or there were nine.
 * Where sysdig is not installed there is nothing to compare with, and it says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { buildBenchCapture } from './build-capture.js';
import { CHISELS, READING } from './cases.js';
import { findSysdig, runCase } from './pairs.js';

const ALLOWED = 1.25;
const MOST_PAIRS = 9;
/** Those on the shorter capture that are soon done; the whole list takes minutes. */
const CHECKED = [
  'walk with state',
  'evt.type=openat',
  'all events as text',
  '-p with four fields',
  '-c topfiles_bytes',
];

interface Entry {
  date: string;
  ratios: Record<string, number>;
}

const file = new URL('history.jsonl', import.meta.url);
const history = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
const sysdig = findSysdig();
if (sysdig === null) {
  console.log('speed is not checked: sysdig is not installed');
} else if (history.length === 0) {
  console.log('speed is not checked: there is no history yet (npm run bench -- --save)');
} else {
  const last = JSON.parse(history.at(-1)!) as Entry;
  for (const one of [...READING, ...CHISELS].filter(({ name }) => CHECKED.includes(name))) {
    const before = last.ratios[one.name];
    if (before === undefined) continue;
    const { path } = buildBenchCapture({ events: one.events });
    let best = Number.POSITIVE_INFINITY;
    let pairs = 0;
    while (pairs < MOST_PAIRS && best > before * ALLOWED) {
      best = Math.min(best, runCase(one, path, 1, sysdig).ratio!);
      pairs++;
    }
    const good = best <= before * ALLOWED;
    console.log(
      `${good ? 'ok    ' : 'SLOWER'} ${one.name}: ${best.toFixed(3)} at best of ${pairs}, ${before} on ${last.date}`,
    );
    if (!good) process.exitCode = 1;
  }
}
