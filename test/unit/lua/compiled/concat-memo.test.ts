/** What a place that joins strings remembers, and when it stops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConcatMemo } from '../../../../src/lua/compiled/concat-memo.js';

test('results are found by both parts, whichever were asked for last', () => {
  const memo = new ConcatMemo();
  assert.equal(memo.get('a', 1), undefined);
  assert.equal(memo.put('a', 1, 'a1'), 'a1');
  assert.equal(memo.get('a', 1), 'a1');
  assert.equal(memo.get('a', 2), undefined);
  assert.equal(memo.get('b', 1), undefined);
  memo.put('b', 1, 'b1');
  assert.deepEqual([memo.get('b', 1), memo.get('a', 1), memo.get('b', 1)], ['b1', 'a1', 'b1']);
});

test('0 is remembered, and not taken for -0', () => {
  const memo = new ConcatMemo();
  memo.put('a', 0, 'a0');
  memo.put(0, 'a', '0a');
  memo.put('a', -0, 'a-0');
  memo.put(-0, 'a', '-0a');
  assert.deepEqual([memo.get('a', 0), memo.get(0, 'a')], ['a0', '0a']);
  assert.deepEqual([memo.get('a', -0), memo.get(-0, 'a')], [undefined, undefined]);
});

test('where most results are new, it stops and forgets', () => {
  const memo = new ConcatMemo();
  memo.put('a', 'x', 'ax');
  assert.equal(memo.get('a', 'x'), 'ax');
  for (let i = 1; memo.on; i++) {
    assert.ok(i < 10000);
    memo.put('a', i, `a${i}`);
  }
  assert.equal(memo.get('a', 'x'), undefined);
});

test('it stays on where few are new, and is emptied when it has grown large', () => {
  const memo = new ConcatMemo();
  let found = 0;
  for (let i = 1; i <= 30000; i++) {
    memo.put('a', i, `a${i}`);
    for (let again = 0; again < 4; again++) if (memo.get('a', i) === `a${i}`) found++;
  }
  assert.equal(memo.on, true);
  assert.equal(found, 120000);
  assert.equal(memo.get('a', 1), undefined);
});
