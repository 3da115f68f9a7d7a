/**
 * How library functions meet the interpreter: a function of a thread and plain values, wrapped so that it can be
 * called from Lua, and helpers that check arguments and call back.
 */
import { ArgumentError, argumentMessage, KernelError } from '../kernel/errors.js';
import { numberToString, stringToNumber, toInt32 } from '../kernel/numbers.js';
import { LuaError, LuaLimitError, type LuaValue } from '../vm.js';
import { call as callSlots } from './calls.js';
import { CALL_LUA, CALL_TAIL, type CallInfo, type CClosure, type LuaThread, ldo, lobject } from './fengari.js';
import { calledName, position, raiseValue } from './messages.js';
import { metamethod, Table } from './tables.js';
import { fromSlot, push, toSlot, typeName } from './values.js';

/** One plain result, or an array of results. */
export type LibraryFunction = (L: LuaThread, args: LuaValue[]) => LuaValue | LuaValue[];

/** A function that Lua can call. */
export function closure(L: LuaThread, fn: LibraryFunction): CClosure {
  return rawClosure(L, (thread) => {
    const { ci, nny, nCcalls } = thread;
    const args: LuaValue[] = [];
    for (let at = ci.funcOff + 1; at < thread.top; at++) args.push(fromSlot(thread.stack[at]!));
    let result: LuaValue | LuaValue[];
    try {
      result = fn(thread, args);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof LuaLimitError) throw error;
      thread.ci = ci;
      thread.nny = nny;
      thread.nCcalls = nCcalls;
      return raiseInto(thread, error);
    }
    if (!Array.isArray(result)) {
      push(thread, result);
      return 1;
    }
    const { length } = result;
    if (thread.stack_last - thread.top <= length) ldo.luaD_growstack(thread, length);
    for (let i = 0; i < length; i++) push(thread, result[i]);
    return length;
  });
}

/** A function on bare slots; it returns how many results it left on top. */
export function rawClosure(L: LuaThread, f: (L: LuaThread) => number): CClosure {
  return new lobject.CClosure(L, f, 0);
}

/** Raises a JavaScript error as a Lua error of the running library function. */
function raiseInto(L: LuaThread, error: Error): never {
  if (error instanceof LuaError) return raiseValue(L, toSlot(error.value));
  let message: string;
  if (error instanceof ArgumentError) {
    const named = callerName(L.ci);
    message = argumentMessage(error, named?.name ?? '?', named?.kind === 'method');
  } else if (error instanceof KernelError) {
    message = error.message;
  } else if (error instanceof RangeError) {
    message = /call stack/i.test(error.message) ? 'stack overflow' : 'not enough memory';
  } else {
    message = `host function failed: ${error.message}`;
  }
  return raiseValue(L, toSlot(where(L, 1) + message));
}

/** How the function of a frame was called, when a Lua function called it. */
export function callerName(ci: CallInfo): ReturnType<typeof calledName> {
  if (ci.callstatus & CALL_TAIL || !ci.previous || !(ci.previous.callstatus & CALL_LUA)) return undefined;
  return calledName(ci.previous);
}

/** "file:line: " of the function at a level above the running one, or ''. */
export function where(L: LuaThread, level: number): string {
  let { ci } = L;
  for (let n = level; n > 0 && ci !== L.base_ci; n--) ci = ci.previous;
  return ci !== L.base_ci && ci.callstatus & CALL_LUA ? position(ci) : '';
}

/** Calls a value and returns all its results. The callee cannot yield. */
export function callValue(L: LuaThread, fn: LuaValue, ...args: LuaValue[]): LuaValue[] {
  const off = L.top;
  if (L.stack_last - off <= args.length + 2) ldo.luaD_growstack(L, args.length + 2);
  push(L, fn);
  for (const arg of args) push(L, arg);
  L.nny++;
  callSlots(L, off, -1);
  L.nny--;
  const results: LuaValue[] = [];
  for (let at = off; at < L.top; at++) results.push(fromSlot(L.stack[at]!));
  L.top = off;
  return results;
}

/** The same for exactly one result. */
export function callOne(L: LuaThread, fn: LuaValue, ...args: LuaValue[]): LuaValue {
  const off = L.top;
  if (L.stack_last - off <= args.length + 2) ldo.luaD_growstack(L, args.length + 2);
  push(L, fn);
  for (const arg of args) push(L, arg);
  L.nny++;
  callSlots(L, off, 1);
  L.nny--;
  L.top = off;
  return fromSlot(L.stack[off]!);
}

export function metafield(L: LuaThread, value: LuaValue, name: string): LuaValue {
  const slot = metamethod(L, toSlot(value), name);
  return slot === undefined ? undefined : fromSlot(slot);
}

/** `tostring(value)`: text, or whatever a `__tostring` returned. */
export function tostring(L: LuaThread, value: LuaValue): LuaValue {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberToString(value);
  if (typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nil';
  const handler = metafield(L, value, '__tostring');
  if (handler !== undefined) return callOne(L, handler, value);
  return `${typeName(value)}: ${address(value)}`;
}

/** Where an object lives, if objects had addresses: a number of its own. */
export function address(value: LuaValue): string {
  if (typeof value !== 'object') return 'NULL';
  const id = 'id' in value && typeof value.id === 'number' ? value.id : 0;
  return `0x${(0x40000000 + id * 16).toString(16).padStart(8, '0')}`;
}

// ---- arguments, counted from 0 here and from 1 in messages

function got(args: LuaValue[], i: number): string {
  return i >= args.length ? 'no value' : typeName(args[i]);
}

export function wrongType(args: LuaValue[], i: number, wanted: string): ArgumentError {
  return new ArgumentError(i + 1, `${wanted} expected, got ${got(args, i)}`);
}

export function checkAny(args: LuaValue[], i: number): LuaValue {
  if (i >= args.length) throw new ArgumentError(i + 1, 'value expected');
  return args[i];
}

export function checkNumber(args: LuaValue[], i: number): number {
  const value = args[i];
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const n = stringToNumber(value);
    if (n !== undefined) return n;
  }
  throw wrongType(args, i, 'number');
}

export function optNumber(args: LuaValue[], i: number, missing: number): number {
  return args[i] === undefined ? missing : checkNumber(args, i);
}

export function checkInt(args: LuaValue[], i: number): number {
  return toInt32(checkNumber(args, i));
}

export function optInt(args: LuaValue[], i: number, missing: number): number {
  return args[i] === undefined ? missing : checkInt(args, i);
}

export function checkString(args: LuaValue[], i: number): string {
  const value = args[i];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberToString(value);
  throw wrongType(args, i, 'string');
}

export function optString(args: LuaValue[], i: number): string | undefined {
  return args[i] === undefined ? undefined : checkString(args, i);
}

export function checkTable(args: LuaValue[], i: number): Table {
  const value = args[i];
  if (value instanceof Table) return value;
  throw wrongType(args, i, 'table');
}

export function checkFunction(args: LuaValue[], i: number): LuaValue {
  if (typeName(args[i]) !== 'function') throw wrongType(args, i, 'function');
  return args[i];
}

/** Truth as Lua sees it. */
export function truthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

/** A table of functions. */
export function functionTable(L: LuaThread, functions: Record<string, LibraryFunction>): Table {
  const table = new Table(L.l_G);
  for (const [name, fn] of Object.entries(functions)) table.set(name, closure(L, fn));
  return table;
}
