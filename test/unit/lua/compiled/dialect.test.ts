/** The compiled tier prints what LuaJIT prints. */
import { createLuaState } from '../../../../src/lua/index.js';
import { compareWithLuajit } from '../dialect.js';
import { snippets } from '../snippets.js';

/** A coroutine that waits has no JavaScript stack to read. */
const known = new Map<string, string>();
for (const { code } of snippets) {
  if (/coroutine\.resume\(co\) print\(debug\.traceback\(co\)\)/.test(code)) {
    known.set(code, 'the stack of a suspended coroutine is not known in the compiled tier');
  }
}

/** `auto` sends the few programs with hooks, locals or upvalues by the debug library to the interpreter. */
compareWithLuajit((options) => createLuaState(options), known);
