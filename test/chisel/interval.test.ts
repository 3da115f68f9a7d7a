/** When on_interval fires: cases observed in sysdig 0.29.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntervalTimer, toInterval } from '../../src/chisel/interval.js';

const BASE = 1534527342_999999999n;
const SECOND = 1_000_000_000n;

/** Times of the firings with their deltas, as `seconds nanoseconds delta`. */
function firings(timer: IntervalTimer, times: bigint[]): string[] {
  const fired: string[] = [];
  for (const time of times) timer.check(time, (s, ns, delta) => fired.push(`${s} ${ns} ${delta}`));
  return fired;
}

const capture = [
  BASE,
  BASE,
  BASE + SECOND,
  BASE + 2n * SECOND,
  BASE + 2n * SECOND,
  1534527348_514632619n,
  1534527349_999999999n,
];

test('plain: once for each new multiple, whatever was skipped', () => {
  const timer = new IntervalTimer();
  timer.setPlain(SECOND);
  assert.deepEqual(firings(timer, capture), [
    '1534527343 999999999 0',
    '1534527344 999999999 1000000000',
    '1534527348 514632619 3514632620',
    '1534527349 999999999 1485367380',
  ]);
});

test('precise: once for each full interval since the first event', () => {
  const timer = new IntervalTimer();
  timer.setPrecise(SECOND);
  assert.deepEqual(firings(timer, capture.slice(0, 5)), [
    '1534527342 999999999 1000000000',
    '1534527343 999999999 1000000000',
  ]);
});

test('an interval set after events went by fires at once', () => {
  const timer = new IntervalTimer();
  timer.touch();
  timer.setPlain(SECOND);
  assert.deepEqual(firings(timer, [BASE, BASE + 1n]), ['1534527342 999999999 0', '1534527343 0 1']);
});

test('fractions of a second and nonsense are off', () => {
  assert.equal(toInterval(Math.trunc(0.5)), 0n);
  assert.equal(toInterval(-1), 0n);
  assert.equal(toInterval(Number.NaN), 0n);
  assert.equal(toInterval(2.7), 2n);
  assert.equal(new IntervalTimer().active, false);
});

test('a damaged timestamp does not fire for ages', () => {
  const timer = new IntervalTimer();
  timer.setPrecise(1n);
  let count = 0;
  timer.check(0n, () => count++);
  timer.check(1n << 62n, () => count++);
  assert.ok(count <= 100_001);
});

test('a clock behind the latest event fires nothing, and the next event counts from where events were', () => {
  const timer = new IntervalTimer();
  timer.setPlain(SECOND);
  const fired: string[] = [];
  const fire = (s: number, ns: number, delta: number) => fired.push(`${s} ${ns} ${delta}`);
  timer.check(100n * SECOND, fire);
  timer.check(101n * SECOND, fire);
  timer.checkQuiet(100n * SECOND + 900_000_000n, fire);
  timer.check(101n * SECOND + 500_000_000n, fire);
  assert.deepEqual(fired, ['101 0 0']);
  timer.checkQuiet(102n * SECOND, fire);
  assert.deepEqual(fired, ['101 0 0', '102 0 1000000000']);
});

test('calm times are those at which nothing would happen, and most are calm', () => {
  let seed = 20261124;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed % below;
  };
  for (const interval of [1_000_000n, 5_000_000n, SECOND, 7n * SECOND, 1n << 63n]) {
    for (const set of ['setPlain', 'setPrecise'] as const) {
      const [told, asked] = [new IntervalTimer(), new IntervalTimer()];
      told[set](interval);
      asked[set](interval);
      let time = BASE;
      let calm = 0;
      for (let i = 0; i < 4000; i++) {
        time += BigInt(random(i % 97 === 0 ? 2_000_000_000 : 20_000) - (i % 13 === 0 ? 100_000 : 1000));
        // on_interval may change the interval in the middle.
        if (i === 2000 && interval === SECOND) {
          told[set](3_000_000n);
          asked[set](3_000_000n);
        }
        const expected: string[] = [];
        told.check(time, (s, ns, delta) => expected.push(`${s} ${ns} ${delta}`));
        const got: string[] = [];
        if (asked.isCalm(Number(time >> 32n), Number(time & 0xffff_ffffn))) calm++;
        else asked.check(time, (s, ns, delta) => got.push(`${s} ${ns} ${delta}`));
        assert.deepEqual(got, expected);
      }
      if (interval >= 5_000_000n) assert.ok(calm > 3000, `${calm} of 4000 with ${interval}`);
    }
  }
});
