/** Format strings that were made functions show what the plain way shows, and fail as it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatterFor } from '../../../../src/lua/compiled/formatter.js';
import { applyFormat, type FormatHost, readFormat } from '../../../../src/lua/kernel/format.js';

const host: FormatHost = {
  tostring: (value) => `<${typeof value}>`,
  typeName: (value) => (value === undefined ? 'nil' : typeof value),
  pointer: () => '0x0',
};

const FORMATS = [
  'no directives, 100%% "quoted" \\ \n\u2028\0\xff',
  '%d) 0.%.9d %s (%d) > %s %s',
  '%s',
  '%d%i%u',
  '%5d|%-5d|%05d|%+d|% d|%.0d|%.3d|%.99d',
  '%5s|%-5s|%.2s|%s%%',
  '%x %X %o %#x %e %g %.3f %a %c %q %p',
  'ends badly %d %y %s',
  '%s %',
];
// biome-ignore format: one list
const VALUES = [
  0, -0, 7, -7, 42, 0.5, -3.7, 999_999_999, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 + 5, 1e15, -1e20, 1e300,
  Number.NaN, Number.POSITIVE_INFINITY, '', 'text', '12', '0x10', ' 5 ', '\0\xff', 'a longer text than most of them',
  true, undefined, {},
];

const outcome = (run: () => string): string => {
  try {
    return run();
  } catch (error) {
    return `${(error as Error).constructor.name}: ${JSON.stringify(error)} ${(error as Error).message}`;
  }
};

test('a format that is used often is shown as one that is used once', () => {
  let seed = 1;
  const value = () => VALUES[(seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % VALUES.length];
  for (const fmt of FORMATS) {
    const formatter = formatterFor(fmt);
    for (let use = 0; use < 600; use++) {
      // Also too few arguments, and too many.
      const args: unknown[] = [fmt];
      for (let count = use % 13; count > 0; count--) args.push(value());
      assert.equal(
        outcome(() => formatter(args, host)),
        outcome(() => applyFormat(readFormat(fmt), args, host)),
        `${fmt} of ${args.slice(1).map(String)}`,
      );
    }
  }
});
