/**
 * Orders of `pairs` over the tables that sysdig hands to chisels: beside luajit and what GNU's C++ library did, and on
 * a capture with many containers.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { luajitOrder, unorderedMapOrder } from '../../src/chisel/walk-order.js';
import { createLuaState, type LuaTable } from '../../src/lua/index.js';
import { code, scenario } from '../sinsp/state/scenario.js';
import { temporaryFile } from '../support/capture-builder.js';
import { run } from './run-burin.js';

const haveLuajit = spawnSync('luajit', ['-v']).status === 0;

describe('order of a std::unordered_map', () => {
  const list = (text: string): number[] => text.split(' ').map(Number);
  it('integers: newest first while buckets are many; growing turns the list round', () => {
    assert.deepEqual(unorderedMapOrder([]), []);
    assert.deepEqual(unorderedMapOrder([5, 3, 9]), [9, 3, 5]);
    assert.deepEqual(
      unorderedMapOrder(Array.from({ length: 14 }, (_, i) => i)),
      [13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    );
  });
  it('integers that share buckets', () => {
    // 7, 20 and 33 fall into one of 13 buckets.
    assert.deepEqual(unorderedMapOrder(list('7 1 20 2 33')), list('2 1 33 20 7'));
    // As 64-bit numbers without sign: -1 shares a bucket with 2.
    assert.deepEqual(unorderedMapOrder([-1, 0, 2]), [0, 2, -1]);
  });
  it('byte strings', () => {
    const ids = Array.from({ length: 15 }, (_, i) => `id${i}-${'x'.repeat(i)}`);
    assert.deepEqual(
      unorderedMapOrder(ids).map((id) => Number.parseInt(id.slice(2), 10)),
      [14, 13, 0, 1, 2, 4, 3, 5, 6, 10, 7, 8, 9, 11, 12],
    );
  });
});

describe('order of number keys in LuaJIT', { skip: haveLuajit ? false : 'luajit is not installed' }, () => {
  it('as luajit walks tables of random keys', () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 4194304 }),
      fc.integer(),
    );
    const lists = fc.sample(fc.uniqueArray(key, { minLength: 0, maxLength: 120 }), 300);
    const script = `for l in io.lines() do local t, o = {}, {} for k in l:gmatch("%S+") do t[tonumber(k)] = true end
      for k in pairs(t) do o[#o + 1] = string.format("%d", k) end print(table.concat(o, " ")) end`;
    const { stdout } = spawnSync('luajit', ['-e', script], {
      input: lists.map((keys) => `${keys.join(' ')}\n`).join(''),
      encoding: 'utf8',
    });
    const wanted = stdout.split('\n');
    lists.forEach((keys, index) => {
      assert.equal(luajitOrder(keys).join(' '), wanted[index], `keys set: ${keys.join(' ')}`);
    });
  });
});

describe('tables in an order of the host', () => {
  const state = createLuaState({ tier: 'compiled' });
  const keys = (source: string, table: LuaTable) =>
    state.call(state.load(`local t = ... local o = {} ${source} return table.concat(o, " ")`, '=t'), table)[0];
  const table = () =>
    state.tableInOrder([
      [30, 'a'],
      [1, 'b'],
      ['x', 'c'],
      [2, 'd'],
    ]);
  it('pairs, next and foreach follow it', () => {
    assert.equal(keys('for k, v in pairs(t) do o[#o + 1] = k .. v end', table()), '30a 1b xc 2d');
    assert.equal(
      keys('local k, v = next(t) while k do o[#o + 1] = k .. v k, v = next(t, k) end', table()),
      '30a 1b xc 2d',
    );
    assert.equal(keys('table.foreach(t, function(k, v) o[#o + 1] = k .. v end)', table()), '30a 1b xc 2d');
  });
  it('changing, removing and adding', () => {
    assert.equal(
      keys('t[30] = nil t.x = "C" t.new = "N" t[3] = "T" for k, v in pairs(t) do o[#o + 1] = k .. v end', table()),
      '1b xC 2d 3T newN',
    );
    assert.equal(keys('for k in pairs(t) do t[k] = nil end o[1] = tostring(next(t))', table()), 'nil');
    assert.equal(keys('o[1] = #t for _, v in ipairs(t) do o[#o + 1] = v end', table()), '2 b d');
    assert.throws(() => keys('next(t, "no")', table()), /invalid key to 'next'/);
  });
  it('an empty one', () => {
    assert.equal(keys('for k in pairs(t) do o[#o + 1] = k end', state.tableInOrder([])), '');
  });
});

it('container table: order and words for types', async () => {
  const types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99];
  const capture = scenario();
  for (const [i, type] of types.entries()) {
    const json = `{"container":{"id":"id${i}-${'x'.repeat(i)}","type":${type},"name":"n","image":"i","labels":{},"env":[],"Mounts":[]}}`;
    capture.event(code('CONTAINER_JSON_E'), [json], { tid: -1 });
  }
  const chisel = `args = {} function on_capture_end() for _, c in ipairs(sysdig.get_container_table()) do
    print(c.id:match("^id(%d+)"), c.type) end end`;
  const { stdout, stderr } = await run(['-r', temporaryFile(capture.build()), '-c', 't'], {
    files: { 't.lua': chisel },
  });
  assert.equal(stderr, '');
  const words = 'docker lxc libvirt_lxc mesos rkt unknown cri containerd cri-o bpm unknown unknown unknown'.split(' ');
  assert.deepEqual(
    stdout.trim().split('\n'),
    [12, 11, 9, 8, 7, 10, 6, 5, 3, 4, 2, 1, 0].map((index) => `${index}\t${words[index]}`),
  );
});
