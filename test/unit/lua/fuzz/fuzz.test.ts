/**
 * Random programs print the same in both tiers and in LuaJIT. `LUA_FUZZ=500` runs that many programs, `LUA_FUZZ_SEED`
 * says where to begin; a failure names its seed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLuaState, type LuaTier } from '../../../../src/lua/index.js';
import { hasLuajit, oracle, output } from '../dialect.js';
import { generateProgram } from './generate.js';

const programs = Number(process.env['LUA_FUZZ'] ?? 6);
const first = Number(process.env['LUA_FUZZ_SEED'] ?? 1);
const PARTS = 40;

/** Which operand has a name in a message depends on registers; the snippets test the plain cases. */
const unnamed = (text: string): string[] =>
  text.replace(/(?:local|global|upvalue|field|method) '[^'\n]*' \(a (\w+) value\)/g, 'a $1 value').split('\n');

for (let seed = first; seed < first + programs; seed++) {
  const code = generateProgram(seed, PARTS);
  const inTier = (tier: LuaTier) => unnamed(output((options) => createLuaState({ ...options, tier }), code));
  test(`seed ${seed}: compiled tier as interpreter tier`, () => {
    assert.deepEqual(inTier('compiled'), inTier('interpreter'));
  });
  test(`seed ${seed}: the compiled tier's forms for coroutines and environments`, () => {
    const plain = inTier('compiled').filter((line) => line !== '');
    for (const wrapped of [`coroutine.wrap(function() ${code} end)()`, `local _ = setfenv ${code}`]) {
      const text = unnamed(output((options) => createLuaState({ ...options, tier: 'compiled' }), wrapped));
      assert.deepEqual(
        text.filter((line) => line !== ''),
        plain,
      );
    }
  });
  test(`seed ${seed}: compiled tier as LuaJIT`, { skip: hasLuajit ? false : 'luajit is not installed' }, () => {
    assert.deepEqual(inTier('compiled'), unnamed(oracle(code)));
  });
}
