/** The sort of the summary: counts fall, nothing is lost, and equal counts stand as recorded from std::sort. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sortByCount } from '../../src/cli/introsort.js';

describe('sort by count', () => {
  it('sorts any counts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 1200 }), (counts) => {
        const items = counts.map((_, i) => i);
        sortByCount(items, counts);
        assert.deepEqual(
          items.map((item) => counts[item]),
          [...counts].sort((a, b) => b - a),
        );
        assert.equal(new Set(items).size, counts.length);
      }),
    );
  });

  it('sorts the worst cases of quicksort', () => {
    const organ = Array.from({ length: 5000 }, (_, i) => Math.min(i, 5000 - i));
    const items = organ.map((_, i) => i);
    sortByCount(items, organ);
    for (let i = 1; i < items.length; i++) assert.ok(organ[items[i - 1]!]! >= organ[items[i]!]!);
  });

  it('keeps short lists stable', () => {
    const items = [0, 1, 2, 3, 4];
    sortByCount(items, [1, 2, 1, 2, 1]);
    assert.deepEqual(items, [1, 3, 0, 2, 4]);
  });
});
