/** Limits of the compiled tier: what runs away is stopped, and pcall cannot keep it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLuaState, LuaError, LuaLimitError, type LuaLimits } from '../../../../src/lua/index.js';

function run(code: string, limits: LuaLimits): unknown {
  const state = createLuaState({ tier: 'compiled', limits, stdout: () => {} });
  try {
    return state.call(state.load(code, '@test.lua'));
  } finally {
    state.close();
  }
}

const soon: LuaLimits = { callSeconds: 0.2 };

for (const [what, code] of Object.entries({
  loop: 'local n = 0\nlocal function spin()\n while true do n = n + 1 end\nend\nspin()',
  'loop in pcall': 'while true do pcall(function() while true do end end) end',
  'goto loop': '::again:: goto again',
  'numeric loop': 'for i = 1, math.huge do end',
  'repeat loop': 'repeat until false',
  'loops left early': 'while true do for i = 1, 10 do if i == 3 then break end end end',
  'short loops': 'local function f() for i = 1, 3 do end end local function g() f() return g() end g()',
  'tree recursion': 'local function f(n) return n == 0 and 0 or f(n - 1) + f(n - 1) end f(60)',
  'tail calls': 'local function f() return f() end f()',
  pattern: 'string.find(string.rep("a", 5000), ".-.-.-.-.-.-b")',
  iterator: 'for _ in function() return 1 end do end',
})) {
  test(`time limit: ${what}`, () => {
    const start = performance.now();
    assert.throws(
      () => run(code, soon),
      (error: unknown) =>
        error instanceof LuaLimitError && /test\.lua:\d+: .*longer than 0\.2 seconds/.test(error.message),
    );
    assert.ok(performance.now() - start < 5000);
  });
}

test('the message names function and line', () => {
  assert.throws(
    () => run('local function spin()\n while true do end\nend\nspin()', soon),
    /test\.lua:2: function 'spin'/,
  );
});

test('memory limit: tables, strings, repetition', () => {
  const limits: LuaLimits = { memoryBytes: 64 * 1048576, callSeconds: 60 };
  for (const code of [
    'local t = {} for i = 1, math.huge do t[i] = {i} end',
    'local t = {} for i = 1, math.huge do t["key" .. i] = i end',
    'local t = {} local function f() for i = 1, 20 do t[#t + 1] = {i} end end while true do f() end',
    'local s = string.rep("x", 1e9)',
  ]) {
    assert.throws(() => run(code, limits), LuaLimitError, code);
  }
});

test('garbage is not counted as data', () => {
  run('for i = 1, 3e6 do local t = {i, i + 1} end', { memoryBytes: 64 * 1048576 });
});

test('deep recursion is an error that can be caught', () => {
  const code = 'local function f() return 1 + f() end local ok, e = pcall(f) return ok, e';
  const [ok, message] = run(code, {}) as [boolean, string];
  assert.equal(ok, false);
  assert.match(message, /^test\.lua:1: stack overflow$/);
});

test('depth limit', () => {
  const code = (n: number) =>
    `local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return ${n > 100 ? `pcall(f, ${n})` : `f(${n})`}`;
  assert.deepEqual(run(code(50), { depth: 100 }), [50]);
  assert.throws(
    () => run(code(500), { depth: 100 }),
    (error) => error instanceof LuaLimitError && /nests more than 100 calls/.test(error.message),
  );
});

test('a million tail calls keep the stack', () => {
  const code =
    'local even, odd function even(n) if n == 0 then return true end return odd(n - 1) end ' +
    'function odd(n) if n == 0 then return false end return even(n - 1) end return even(1000000)';
  assert.deepEqual(run(code, {}), [true]);
});

test('an exception of the host passes through pcall', () => {
  const state = createLuaState({ tier: 'compiled' });
  class HostTrouble extends Error {}
  state.globals.set(
    'trouble',
    state.hostFunction('trouble', () => {
      throw new HostTrouble('x');
    }),
  );
  assert.throws(() => state.call(state.load('pcall(trouble)', '=t')), HostTrouble);
  state.globals.set(
    'refuse',
    state.hostFunction('refuse', () => {
      throw new LuaError('no');
    }),
  );
  assert.deepEqual(state.call(state.load('return pcall(refuse)', '=t')), [false, 'no']);
});

test('callbacks: one result, errors with a traceback', () => {
  const state = createLuaState({ tier: 'compiled' });
  state.call(state.load('function two(a, b) return a, b end\nfunction bad()\n local x = nil + 1\nend', '@cb.lua'));
  const fn = (name: string) => {
    const value = state.globals.get(name);
    assert.ok(state.isFunction(value));
    return state.callback(value);
  };
  assert.equal(fn('two')(1, 2), 1);
  assert.throws(
    () => fn('bad')(),
    (error: unknown) =>
      error instanceof LuaError &&
      error.message === 'cb.lua:3: attempt to perform arithmetic on a nil value' &&
      error.traceback.includes('cb.lua:3: in function'),
  );
});
