/** Runaway programs of each kind are stopped, wherever they are, and cannot catch it; the state stays usable. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInterpreterState } from '../../../../src/lua/interpreter/index.js';
import { type LuaError, LuaLimitError } from '../../../../src/lua/vm.js';

function stopped(code: string, limits: { callSeconds?: number; memoryBytes?: number; depth?: number }): LuaLimitError {
  const state = createInterpreterState({ limits });
  const fn = state.load(code, '@runaway.lua');
  let caught: unknown;
  try {
    state.call(fn);
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof LuaLimitError, `expected a limit error, got ${caught}`);
  assert.deepEqual(state.call(state.load('return 1 + 1', '=again')), [2]);
  return caught;
}

const TIME = { callSeconds: 0.3 };
const MEMORY = { callSeconds: 30, memoryBytes: 20_000_000 };

for (const [name, code] of [
  ['a loop', 'while true do end'],
  ['a loop that catches errors', 'while true do pcall(function() while true do end end) end'],
  ['a loop in a coroutine', 'coroutine.wrap(function() while true do end end)()'],
  ['a pattern', 'local s = ("a"):rep(200) .. "b" s:find(("a-"):rep(12) .. "c")'],
  ['an order function', 'table.sort({3, 2, 1}, function() while true do end end)'],
  ['a command', 'io.popen("sleep 5"):read("*a")'],
] as const) {
  test(`the time limit stops ${name}`, () => {
    assert.match(stopped(code, TIME).message, /^time limit of 0\.3 s exceeded in .*\(runaway\.lua:1\)$/);
  });
}

for (const [name, code] of [
  ['string.rep', 'string.rep("x", 1e8)'],
  ['joining', 'local s = "x" while true do s = s .. s end'],
  ['a growing table', 'local t = {} while true do t[#t + 1] = {} end'],
  ['many strings', 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end'],
  ['string.gsub', 'local s = ("x"):rep(1e7) s:gsub(".", function() return "yyyy" end)'],
] as const) {
  test(`the memory limit stops ${name}`, () => {
    assert.match(stopped(code, MEMORY).message, /^memory limit of 19 MiB exceeded/);
  });
}

test('endless recursion is an ordinary error, as in Lua, and a depth limit ends it for good', () => {
  const state = createInterpreterState();
  const code = 'local function f(n) return 1 + f(n + 1) end return f(1)';
  assert.throws(() => state.call(state.load(code, '@deep.lua')), {
    name: 'LuaError',
    message: 'deep.lua:1: stack overflow',
  });
  assert.match(stopped(code, { depth: 1000 }).message, /^nested more than 1000 calls deep in function 'f'/);
});

test('the time limit counts for each call anew', () => {
  const state = createInterpreterState({ limits: { callSeconds: 1 } });
  state.globals.set(
    'now',
    state.hostFunction('now', () => performance.now()),
  );
  const work = state.load('local t = now() while now() - t < 400 do end return true', '=work');
  for (let i = 0; i < 3; i++) assert.deepEqual(state.call(work), [true]);
});

test('errors carry value, position and traceback through host functions', () => {
  const state = createInterpreterState();
  const inner = state.load('local t = ... error(t)', '@inner.lua');
  const table = state.newTable();
  state.globals.set(
    'host',
    state.hostFunction('host', () => state.call(inner, table)),
  );
  assert.deepEqual(state.call(state.load('return select(2, pcall(host))', '=x')), [table]);
  assert.throws(
    () => state.call(state.load('local function f() nothing.x = 1 end\nf()', '@x.lua')),
    (error: LuaError) =>
      error.message === "x.lua:1: attempt to index global 'nothing' (a nil value)" &&
      error.traceback.includes("x.lua:1: in function 'f'\n\tx.lua:2: in main chunk"),
  );
});

test('nothing but Lua files and preloaded modules can be required', () => {
  const state = createInterpreterState({
    packagePath: './?.lua',
    preload: new Map([['made', () => 'return {answer = 42}']]),
    mayLoad: (path) => (path.includes('forbidden') ? 'not yours' : undefined),
  });
  assert.deepEqual(state.call(state.load('return require("made").answer', '=x')), [42]);
  assert.deepEqual(state.call(state.load('return package.jspath, package.loadlib("x", "y")', '=x')).slice(0, 2), [
    undefined,
    undefined,
  ]);
  assert.throws(() => state.call(state.load('require "ffi"', '=x')), /module 'ffi' not found/);
  assert.throws(() => state.call(state.load('dofile "forbidden.lua"', '=x')), /not yours/);
});
