/**
 * The traced side's counterpart in the live bench: `consumer.ts MODE [FILE]` drains the probe until SIGINT, then prints
 * its totals as JSON. Modes: `all`, `narrow` (read only), `record` (all, written to FILE), `stall` (never drains until
 * the end: overload).
 */
import { openSync, writeSync } from 'node:fs';
import { LiveSource } from '../../../src/capture/live.js';

const [mode = 'all', file = '/dev/null'] = process.argv.slice(2);
const READ_EVENTS = new Set([6, 7]);

const source = new LiveSource({ wanted: mode === 'narrow' ? { events: READ_EVENTS } : 'all', scan: mode === 'record' });
const out = mode === 'record' ? openSync(file, 'w', 0o600) : -1;
let stopped = false;
process.on('SIGINT', () => {
  stopped = true;
  source.stop();
});
process.stdout.write('ready\n');
const before = process.cpuUsage();
let bytes = 0;
while (mode === 'stall' && !stopped) await new Promise((resolve) => setTimeout(resolve, 20));
while (source.nextBatch()) {
  bytes += source.end - source.start;
  if (out >= 0) writeSync(out, source.window, source.start, source.end - source.start);
  await source.waitForEvents();
}
const { user, system } = process.cpuUsage(before);
const { seen, dropped, delivered, skipped } = source.stats();
source.close();
console.log(JSON.stringify({ seen, dropped, delivered, skipped, bytes, cpuNs: (user + system) * 1000 }));
