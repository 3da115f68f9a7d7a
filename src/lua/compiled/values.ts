/** Values of the compiled tier that JavaScript has no type for, and questions about values. */
import type { LuaValue } from '../vm.js';
import { LuaTable } from './table.js';

/** Arguments and results of library functions, as they come. */
export type Values = LuaValue[];

/** How compiled and library functions look from JavaScript. */
export type NativeFunction = ((...args: LuaValue[]) => LuaValue | LuaValue[]) & {
  /** The form that can yield, when there is one. */
  g?: (...args: LuaValue[]) => Generator<Values, LuaValue | LuaValue[], Values>;
};

export class Userdata {
  meta: LuaTable | undefined = undefined;
  constructor(readonly hostObject: object) {}
}

/** A coroutine. */
export class Coroutine {
  status: 'suspended' | 'running' | 'normal' | 'dead' = 'suspended';
  body: Generator<Values, LuaValue | LuaValue[], Values> | undefined = undefined;
  /** Why it died, for tracebacks. */
  failure: Error | undefined = undefined;
  constructor(readonly fn: NativeFunction) {}
}

export function typeName(value: LuaValue): string {
  switch (typeof value) {
    case 'undefined':
      return 'nil';
    case 'object':
      return value instanceof LuaTable ? 'table' : (value as unknown) instanceof Coroutine ? 'thread' : 'userdata';
    default:
      return typeof value;
  }
}

export function isFunction(value: LuaValue): boolean {
  return typeof (value as unknown) === 'function';
}

/** Lua functions are JavaScript functions here; the seam's type does not say so. */
export function asFunction(value: LuaValue): NativeFunction {
  return value as unknown as NativeFunction;
}

export function asValue(value: NativeFunction | Coroutine | Userdata): LuaValue {
  return value as unknown as LuaValue;
}

const addresses = new WeakMap<object, number>();
let lastAddress = 0;

/** "0x..." of an object: different for each, the same each time. */
export function address(object: object): string {
  let n = addresses.get(object);
  if (n === undefined) {
    n = ++lastAddress;
    addresses.set(object, n);
  }
  return `0x${(0x40000000 + n * 16).toString(16).padStart(8, '0')}`;
}
