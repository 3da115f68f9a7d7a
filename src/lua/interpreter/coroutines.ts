/** The `coroutine` library, and `pcall` and `xpcall`, out of which a coroutine may yield. */
import { ArgumentError } from '../kernel/errors.js';
import type { LuaValue } from '../vm.js';
import { restoreSlots } from './calls.js';
import {
  BOOLEAN,
  LUA_CLOSURE,
  type LuaThread,
  lapi,
  ldo,
  lobject,
  lstate,
  OK,
  Slot,
  type TValue,
  threads,
  YIELDED,
} from './fengari.js';
import { callerName, closure, functionTable, rawClosure, where, wrongType } from './library.js';
import { raise, raiseValue } from './messages.js';
import { meter } from './meter.js';
import type { Table } from './tables.js';
import { fromSlot, push, toSlot, typeName } from './values.js';

/** Which thread runs: hosts that are called back need to know. */
export const running: { thread: LuaThread | undefined } = { thread: undefined };

function threadArgument(args: LuaValue[]): LuaThread {
  const value = args[0] as unknown;
  if (value instanceof lstate.lua_State) return value;
  throw new ArgumentError(1, 'coroutine expected');
}

function status(L: LuaThread, co: LuaThread): 'running' | 'suspended' | 'normal' | 'dead' {
  if (L === co) return 'running';
  if (co.status === YIELDED) return 'suspended';
  if (co.status !== OK) return 'dead';
  if (co.ci !== co.base_ci) return 'normal';
  return co.top === co.ci.funcOff + 1 ? 'dead' : 'suspended';
}

/** Runs a coroutine until it yields or ends: true and its values, or false and the error. */
function resume(L: LuaThread, co: LuaThread, args: LuaValue[]): [boolean, LuaValue[]] {
  const state = status(L, co);
  if (state === 'dead') return [false, ['cannot resume dead coroutine']];
  if (state !== 'suspended') return [false, ['cannot resume running coroutine']];
  if (co.stack_last - co.top <= args.length) ldo.luaD_growstack(co, args.length);
  for (const arg of args) push(co, arg);
  const before = running.thread;
  running.thread = co;
  const result = threads.lua_resume(co, L, args.length);
  running.thread = before;
  if (meter.current.dying) throw meter.current.dying;
  if (result !== OK && result !== YIELDED) {
    const error = fromSlot(co.stack[co.top - 1]!);
    co.top--;
    return [false, [error]];
  }
  const values: LuaValue[] = [];
  for (let at = co.ci.funcOff + 1; at < co.top; at++) values.push(fromSlot(co.stack[at]!));
  co.top = co.ci.funcOff + 1;
  return [true, values];
}

function create(L: LuaThread, args: LuaValue[]): LuaThread {
  if (!(args[0] instanceof lobject.LClosure)) {
    if (typeName(args[0]) !== 'function') throw wrongType(args, 0, 'function');
    throw new ArgumentError(1, 'Lua function expected');
  }
  const at = L.top;
  const co = lstate.lua_newthread(L);
  L.top = at;
  co.stack[co.top++] = new Slot(LUA_CLOSURE, args[0]);
  return co;
}

export function openCoroutine(L: LuaThread): Table {
  const library = functionTable(L, {
    create: (thread, args) => create(thread, args) as unknown as LuaValue,
    isyieldable: (thread) => thread.nny === 0,
    resume: (thread, args) => {
      const [ok, values] = resume(thread, threadArgument(args), args.slice(1));
      return [ok, ...values];
    },
    running: (thread) => (thread.l_G.mainthread === thread ? undefined : (thread as unknown as LuaValue)),
    status: (thread, args) => status(thread, threadArgument(args)),
    wrap: (thread, args) => {
      const co = create(thread, args);
      return closure(thread, (caller, values) => {
        const [ok, results] = resume(caller, co, values);
        if (ok) return results;
        const [error] = results;
        return raiseValue(caller, toSlot(typeof error === 'string' ? where(caller, 1) + error : error)) as never;
      });
    },
  });
  library.set(
    'yield',
    rawClosure(L, (thread) => {
      if (thread.nny > 0) raiseFrom(thread, 'attempt to yield across C-call boundary');
      return threads.lua_yieldk(thread, thread.top - thread.ci.funcOff - 1, 0, null);
    }),
  );
  return library;
}

function raiseFrom(L: LuaThread, message: string): never {
  return raise(L, where(L, 1) + message);
}

function badArgument(L: LuaThread, index: number, detail: string): never {
  return raiseFrom(L, `bad argument #${index} to '${callerName(L.ci)?.name ?? '?'}' (${detail})`);
}

/** What a protected call leaves: true and the results, or false and the error. `skip` slots lie below. */
function finish(L: LuaThread, result: number, skip: number): number {
  if (meter.current.dying) throw meter.current.dying;
  const first = L.ci.funcOff + 1 + skip;
  if (result === OK || result === YIELDED) return L.top - first;
  // Fengari gives -1 for a JavaScript error that it could not even report: the JavaScript stack is full.
  const { type, value }: TValue = result === -1 ? toSlot('stack overflow') : L.stack[L.top - 1]!;
  L.stack[first] = new Slot(BOOLEAN, false);
  L.stack[first + 1] = new Slot(type, value);
  L.top = first + 2;
  restoreSlots(L);
  return 2;
}

export function pcallFunction(L: LuaThread) {
  return rawClosure(L, (thread) => {
    const first = thread.ci.funcOff + 1;
    const given = thread.top - first;
    if (given === 0) badArgument(thread, 1, 'value expected');
    const { stack } = thread;
    for (let at = thread.top; at > first; at--) {
      const from = stack[at - 1]!;
      stack[at] = new Slot(from.type, from.value);
    }
    stack[first] = new Slot(BOOLEAN, true);
    thread.top++;
    return finish(thread, lapi.lua_pcallk(thread, given - 1, -1, 0, 0, finish), 0);
  });
}

export function xpcallFunction(L: LuaThread) {
  return rawClosure(L, (thread) => {
    const first = thread.ci.funcOff + 1;
    const given = thread.top - first;
    const { stack } = thread;
    if (given < 2 || (stack[first + 1]!.type & 15) !== 6) {
      if (given === 0) badArgument(thread, 1, 'value expected');
      const type = given < 2 ? 'no value' : typeName(fromSlot(stack[first + 1]!));
      badArgument(thread, 2, `function expected, got ${type}`);
    }
    const values = stack.slice(first, thread.top).map((slot) => new Slot(slot.type, slot.value));
    const laid = [values[1]!, new Slot(BOOLEAN, true), values[0]!, ...values.slice(2)];
    for (let i = 0; i < laid.length; i++) stack[first + i] = laid[i]!;
    thread.top = first + laid.length;
    return finish(thread, lapi.lua_pcallk(thread, given - 2, -1, 1, 1, finish), 1);
  });
}
