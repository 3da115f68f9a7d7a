/**
 * Fails when burin has become slower beside sysdig: a ratio more than 25 % above the latest one in history.jsonl that was
 * measured on the same capture.
 *
 *   npm run bench:check
 *
 * Noise must not fail it: of each case the best pair counts, and pairs are added until one is good or there were nine.
 * Where sysdig is not installed there is nothing to compare with, and it says so.
 */
import { buildBenchCapture } from './build-capture.js';
import { CHECKED } from './cases.js';
import { latestEntry } from './history.js';
import { findSysdig, runCase } from './pairs.js';

const ALLOWED = 1.25;
const MOST_PAIRS = 9;

const sysdig = findSysdig();
const last = latestEntry(1);
if (sysdig === null) {
  console.log('speed is not checked: sysdig is not installed');
} else if (last === null) {
  console.log('speed is not checked: there is no history yet (npm run bench -- --save)');
} else {
  for (const one of CHECKED) {
    const before = last.ratios[one.name];
    if (before === undefined) continue;
    const { path } = buildBenchCapture({ events: one.events, demoOnly: true });
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
