/** Tables of the compiled tier against a plain model: order, borders, traversal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LuaTable } from '../../../../src/lua/compiled/table.js';
import type { LuaValue } from '../../../../src/lua/vm.js';
import { Random } from '../../../support/random.js';

const someKey = (random: Random): LuaValue => {
  switch (random.int(6)) {
    case 0:
      return `key${random.int(30)}`;
    case 1:
      return random.int(30) + 0.5;
    case 2:
      return -1 - random.int(30);
    case 3:
      return 2 ** 31 + random.int(30);
    case 4:
      return (1 + random.int(30)) * 4096;
    default:
      return 1000 + random.int(50);
  }
};

test('keys outside the array part are walked in the order they were last inserted in', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const table = new LuaTable();
    const model = new Map<LuaValue, LuaValue>();
    for (let step = 0; step < 600; step++) {
      const key = someKey(random);
      if (random.int(100) < 30 + seed) {
        table.set(key, undefined);
        model.delete(key);
      } else {
        table.set(key, step);
        model.set(key, step);
      }
    }
    assert.deepEqual([...table.entries()], [...model]);
    const walked: LuaValue[] = [];
    for (let pair = table.nextPair(undefined); pair; pair = table.nextPair(pair[0])) walked.push(pair[0]);
    assert.deepEqual(walked, [...model.keys()]);
  }
});

test('integers move between the array part and the index', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const table = new LuaTable();
    const model = new Map<LuaValue, LuaValue>();
    for (let step = 0; step < 400; step++) {
      const key = random.int(24) - 2;
      const value = random.int(3) === 0 ? undefined : step;
      table.set(key, value);
      if (value === undefined) model.delete(key);
      else model.set(key, value);
      for (let i = -2; i < 24; i++) assert.equal(table.get(i), model.get(i));
      const n = table.length();
      assert.ok((n === 0 || model.has(n)) && !model.has(n + 1), 'the length is a border');
    }
    assert.deepEqual(new Map(table.entries()), model);
  }
});

test('a traversal goes on while its keys are removed, and ends when one is set again', () => {
  const table = new LuaTable();
  for (let i = 0; i < 40; i++) table.set(1000 + i, i);
  let seen = 0;
  for (const [key] of table.entries()) {
    table.set(key, undefined);
    seen++;
  }
  assert.equal(seen, 40);
  for (let i = 0; i < 40; i++) table.set(1000 + i, i);
  seen = 0;
  for (const [key] of table.entries()) {
    table.set(key, undefined);
    table.set(key, 1);
    assert.ok(++seen <= 40);
  }
});
