/**
 * The differential test that every tier runs: the same programs in LuaJIT and in a state, and their output compared.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { LuaError, type LuaState, type LuaStateOptions } from '../../../src/lua/vm.js';
import { snippets } from './snippets.js';

const DRIVER = `local f, e = loadstring(io.read("*a"), "=snippet")
if not f then print("SYNTAX", e) os.exit(0) end
local ok, e = pcall(f)
if not ok then print("ERROR", e) end`;

export const hasLuajit = spawnSync('luajit', ['-v']).status === 0;

/** What LuaJIT prints for a program. */
export function oracle(code: string): string {
  const run = spawnSync('luajit', ['-e', DRIVER], { input: Buffer.from(code, 'latin1'), encoding: 'latin1' });
  return normalize(run.stdout + run.stderr);
}

/** What a state prints for a program. */
export function output(createState: (options: LuaStateOptions) => LuaState, code: string): string {
  let text = '';
  const state = createState({
    stdout: (bytes) => {
      text += bytes;
    },
    limits: { callSeconds: 30 },
    program: code,
  });
  try {
    const fn = (() => {
      try {
        return state.load(code, '=snippet');
      } catch (error) {
        if (!(error instanceof LuaError)) throw error;
        text += `SYNTAX\t${state.tostring(error.value)}\n`;
        return undefined;
      }
    })();
    if (fn) state.call(fn);
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    text += `ERROR\t${state.tostring(error.value)}\n`;
  }
  state.close();
  return normalize(text);
}

/** Addresses differ between runs, and so does what lies below the program on the stack. */
function normalize(text: string): string {
  return text
    .replace(/builtin#\d+|0x[0-9a-f]{6,}/g, 'ADDRESS')
    .replace(/lua_[A-Za-z0-9]{6}/g, 'lua_XXXXXX')
    .replace(/\n\t\[C\]: in function 'pcall'\n\t\(command line\):\d+: in main chunk\n\t\[C\]: at ADDRESS/g, '');
}

/**
 * Compares every snippet. `known` lists programs whose output may differ, by their text, with the reason.
 */
export function compareWithLuajit(
  createState: (options: LuaStateOptions) => LuaState,
  known: ReadonlyMap<string, string> = new Map(),
): void {
  for (const { topic, code } of snippets) {
    const reason = hasLuajit ? known.get(code) : 'luajit is not installed';
    test(`${topic}: ${code.slice(0, 70)}`, { skip: reason ?? false }, () => {
      // Programs are UTF-8 text here and bytes in Lua.
      const bytes = Buffer.from(code, 'utf8').toString('latin1');
      assert.equal(output(createState, bytes), oracle(bytes));
    });
  }
}
