/** The decimal logarithm, next to its plain twin: the same three roundings on a logarithm of whole numbers without end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonLog } from '../../../../src/lua/kernel/common-log.js';
import { Random } from '../../../support/random.js';
import { hasLuajit, oracle } from '../dialect.js';

const FRACTION = 200n;

/** 2 artanh(part / whole), with FRACTION binary digits. */
function twiceArtanh(part: bigint, whole: bigint): bigint {
  const ratio = (part << FRACTION) / whole;
  const square = (ratio * ratio) >> FRACTION;
  let sum = 0n;
  let power = 2n * ratio;
  for (let odd = 1n; power > 0n; odd += 2n, power = (power * square) >> FRACTION) sum += power / odd;
  return sum;
}

function twin(x: number): number {
  let k = Math.floor(Math.log2(x));
  if (2 ** k > x) k--;
  if (2 ** k <= x / 2) k++;
  const m = BigInt((x / 2 ** k) * 2 ** 52);
  const one = 1n << 52n;
  const ln = Number(twiceArtanh(m - one, m + one)) / 2 ** Number(FRACTION);
  return k * 3.694239077158931e-13 + Math.LOG10E * ln + k * 0.30102999566361177;
}

test('powers of ten have whole logarithms', () => {
  for (let exponent = 0; exponent <= 22; exponent++) assert.equal(commonLog(10 ** exponent), exponent);
});

test('a last digit differs now and then from the plain twin', () => {
  const random = new Random(10);
  const values = Array.from(
    { length: 20000 },
    (_, i) => [1 + random.next(), 1 + Math.floor(10 ** (random.next() * 12)), 10 ** (random.next() * 308)][i % 3]!,
  );
  values.push(1, 1 + 2 ** -52, 2, Number.MAX_VALUE, 2 ** 53, 2 ** 1023, 3 - 2 ** -51, 4 - 2 ** -51);
  let different = 0;
  for (const x of values) {
    const expected = twin(x);
    const got = commonLog(x);
    if (got !== expected) {
      different++;
      assert.ok(Math.abs(got - expected) <= expected * 2 ** -51, `${x}: ${got}, not ${expected}`);
    }
  }
  assert.ok(different < values.length / 500, `${different} of ${values.length} differ`);
});

test('the C library differs less often than for Math.log10', {
  skip: hasLuajit ? false : 'luajit is not installed',
}, () => {
  const program = 'for i = 1000, 9999 do print(string.format("%.17g", math.log10(i / 1000))) end';
  const expected = oracle(program).trim().split('\n').map(Number);
  assert.equal(expected.length, 9000);
  const differing = (log: (x: number) => number) => expected.filter((y, i) => log((1000 + i) / 1000) !== y).length;
  const [ours, builtIn] = [differing(commonLog), differing(Math.log10)];
  assert.ok(ours * 10 < builtIn, `${ours} differ, of Math.log10 ${builtIn}`);
});

test('what has no logarithm, and what is below one, is as everywhere', () => {
  for (const [x, expected] of [
    [0, -Infinity],
    [-0, -Infinity],
    [-1, NaN],
    [NaN, NaN],
    [Infinity, Infinity],
    [1, 0],
    [0.1, -1],
    [5e-324, -323.3062153431158],
  ] as const)
    assert.equal(commonLog(x), expected, String(x));
});
