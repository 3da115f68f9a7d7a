/**
 * Lists the files that processes opened in a capture, and how often it failed.
 *
 *     npx tsx examples/read-capture.ts examples/demo.scap
 */
import { openCapture } from '../src/index.js'; // in your own program: from 'burin'

const path = process.argv[2] ?? 'examples/demo.scap';
const opened = new Map<string, { count: number; failed: number }>();

for (const event of openCapture(path, { filter: 'evt.type in (open, openat) and evt.dir = <' })) {
  const key = `${event.text('proc.name')} ${event.text('evt.arg.name')}`;
  const entry = opened.get(key) ?? { count: 0, failed: 0 };
  entry.count++;
  if ((event.number('evt.rawres') ?? 0) < 0) entry.failed++;
  opened.set(key, entry);
}

for (const [key, { count, failed }] of [...opened].sort((a, b) => b[1].count - a[1].count).slice(0, 10)) {
  console.log(`${count} opened, ${failed} failed: ${key}`);
}
