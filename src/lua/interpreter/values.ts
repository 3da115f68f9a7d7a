/**
 * Between Fengari's slots and the values that the host and the libraries see: strings as latin1 text, numbers,
 * booleans, and Fengari's own objects for the rest.
 */
import type { LuaValue } from '../vm.js';
import {
  BOOLEAN,
  HOST_CLOSURE,
  LIGHTUSERDATA,
  LUA_CLOSURE,
  type LuaThread,
  lobject,
  lstate,
  NIL,
  NUMBER,
  Slot,
  STRING,
  stringOf,
  TABLE,
  THREAD,
  type TString,
  type TValue,
  textOf,
  USERDATA,
} from './fengari.js';
import { Table } from './tables.js';

export function fromSlot(slot: TValue): LuaValue {
  const { type, value } = slot;
  if (type === NUMBER) return value as number;
  if ((type & 15) === 4) return textOf(value as TString);
  if (type === NIL) return undefined;
  return value as LuaValue;
}

/** A fresh slot. Values that are none of Lua's (a plain object) become light userdata. */
export function toSlot(value: LuaValue): TValue {
  switch (typeof value) {
    case 'string':
      return new Slot(STRING, stringOf(value));
    case 'number':
      return new Slot(NUMBER, value);
    case 'boolean':
      return new Slot(BOOLEAN, value);
    case 'undefined':
      return new Slot(NIL, null);
    default:
      return new Slot(tagOf(value), value);
  }
}

function tagOf(value: object): number {
  if (value instanceof Table) return TABLE;
  if (value instanceof lobject.LClosure) return LUA_CLOSURE;
  if (value instanceof lobject.CClosure) return HOST_CLOSURE;
  if (value instanceof lobject.Udata) return USERDATA;
  if (value instanceof lstate.lua_State) return THREAD;
  return LIGHTUSERDATA;
}

export function push(L: LuaThread, value: LuaValue): void {
  L.stack[L.top++] = toSlot(value);
}

/** Lua's name for the type of a value. */
export function typeName(value: LuaValue | LuaThread): string {
  switch (typeof value) {
    case 'undefined':
      return 'nil';
    case 'object': {
      if (value instanceof Table) return 'table';
      if (value instanceof lobject.LClosure || value instanceof lobject.CClosure) return 'function';
      return value instanceof lstate.lua_State ? 'thread' : 'userdata';
    }
    default:
      return typeof value;
  }
}
