/**
 * How library functions are written here: plain JavaScript functions. Those called often take their parameters by
 * name; the others get one array, as in `(args) => ...`. Both throw the kernel's errors, which get their place in the
 * program from the stack when somebody catches them.
 */
import { ArgumentError } from '../kernel/errors.js';
import { numberToString, stringToNumber, toInt32 } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { LuaTable } from './table.js';
import { asValue, isFunction, type NativeFunction, typeName, type Values } from './values.js';

const libraryFunctions = new WeakSet<object>();

/** Names a library function for stack traces, and marks it as one. */
export function named<F extends NativeFunction>(name: string, fn: F): F {
  Object.defineProperty(fn, 'name', { value: `$${name}` });
  libraryFunctions.add(fn);
  return fn;
}

export function isLibraryFunction(value: object): boolean {
  return libraryFunctions.has(value);
}

/** A function of an array of arguments as one that Lua can call. */
export function variadic(name: string, fn: (args: Values) => LuaValue | Values): NativeFunction {
  return named(name, (...args) => fn(args));
}

/** Adds functions of arrays to a table. */
export function addVariadic(table: LuaTable, functions: Record<string, (args: Values) => LuaValue | Values>): LuaTable {
  for (const [name, fn] of Object.entries(functions)) table.set(name, asValue(variadic(name, fn)));
  return table;
}

/** Adds functions of named parameters to a table. */
export function addDirect(table: LuaTable, functions: Record<string, NativeFunction>): LuaTable {
  for (const [name, fn] of Object.entries(functions)) table.set(name, asValue(named(name, fn)));
  return table;
}

// ---- arguments by name; `index` from 1, `count` is how many there were

export function wrong(index: number, wanted: string, value: LuaValue, count: number): ArgumentError {
  return new ArgumentError(index, `${wanted} expected, got ${index > count ? 'no value' : typeName(value)}`);
}

export function stringArg(value: LuaValue, index: number, count: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberToString(value);
  throw wrong(index, 'string', value, count);
}

export function numberArg(value: LuaValue, index: number, count: number): number {
  if (typeof value === 'number') return value;
  const n = typeof value === 'string' ? stringToNumber(value) : undefined;
  if (n === undefined) throw wrong(index, 'number', value, count);
  return n;
}

export function intArg(value: LuaValue, index: number, count: number): number {
  if (typeof value === 'number' && (value | 0) === value) return value;
  return toInt32(numberArg(value, index, count));
}

export function tableArg(value: LuaValue, index: number, count: number): LuaTable {
  if (value instanceof LuaTable) return value;
  throw wrong(index, 'table', value, count);
}

// ---- arguments in an array; `i` from 0

export function checkAny(args: Values, i: number): LuaValue {
  if (i >= args.length) throw new ArgumentError(i + 1, 'value expected');
  return args[i];
}

export const checkString = (args: Values, i: number): string => stringArg(args[i], i + 1, args.length);
export const checkNumber = (args: Values, i: number): number => numberArg(args[i], i + 1, args.length);
export const checkInt = (args: Values, i: number): number => intArg(args[i], i + 1, args.length);
export const checkTable = (args: Values, i: number): LuaTable => tableArg(args[i], i + 1, args.length);

export function optInt(args: Values, i: number, missing: number): number {
  return args[i] === undefined ? missing : checkInt(args, i);
}

export function optNumber(args: Values, i: number, missing: number): number {
  return args[i] === undefined ? missing : checkNumber(args, i);
}

export function optString(args: Values, i: number): string | undefined {
  return args[i] === undefined ? undefined : checkString(args, i);
}

export function checkFunction(args: Values, i: number): LuaValue {
  if (!isFunction(args[i])) throw wrong(i + 1, 'function', args[i], args.length);
  return args[i];
}
