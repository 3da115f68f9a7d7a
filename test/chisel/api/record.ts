/**
 * Records what sysdig 0.29.3 does with the cases on examples/demo.scap: `npx tsx test/chisel/api/record.ts`, with a
 * regular expression of names to record those alone. Where sysdig is
 * not installed the test compares with that.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { demo } from '../run-burin.js';
import { inSysdig, type Kept, keep } from './agree.js';
import { CASES } from './index.js';

if (!spawnSync('sysdig', ['--version'], { encoding: 'utf8' }).stdout.includes('0.29.3')) {
  throw new Error('this needs sysdig 0.29.3');
}
const file = fileURLToPath(new URL('expected.json', import.meta.url));
const only = new RegExp(process.argv[2] ?? '');
const before: Record<string, Kept> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const expected: Record<string, Kept> = {};
for (const test of CASES) {
  if (test.own !== undefined) continue;
  const old = before[test.name];
  if (old !== undefined && !only.test(test.name)) {
    expected[test.name] = old;
    continue;
  }
  expected[test.name] = keep(test, await inSysdig(test, demo));
}
writeFileSync(
  file,
  `{\n${Object.entries(expected)
    .map(([name, kept]) => `${JSON.stringify(name)}: ${JSON.stringify(kept)}`)
    .join(',\n')}\n}\n`,
);
