/** Lua's basic functions, environments included. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { numberToString, stringToNumber, stringToNumberBase } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { pcallFunction, xpcallFunction } from './coroutines.js';
import { type CallInfo, type LClosure, type LuaThread, lobject, Slot, TABLE } from './fengari.js';
import {
  callOne,
  callValue,
  checkAny,
  checkInt,
  checkString,
  checkTable,
  closure,
  metafield,
  optInt,
  optString,
  tostring,
  truthy,
  where,
  wrongType,
} from './library.js';
import { loadText, readSource } from './loading.js';
import { ENVIRONMENT, raiseValue } from './messages.js';
import type { Runtime } from './runtime.js';
import { indexValue } from './stringlib.js';
import { Table } from './tables.js';
import { fromSlot, toSlot, typeName } from './values.js';

/** Environments of functions that use no global: they have no slot to keep it in. */
const environments = new WeakMap<object, Table>();

function environmentIndex(fn: LClosure): number {
  return fn.p.upvalues.findIndex(({ name }) => name !== null && name.hash === ENVIRONMENT);
}

export function getEnvironment(L: LuaThread, fn: LuaValue): LuaValue {
  if (fn instanceof lobject.LClosure) {
    const at = environmentIndex(fn);
    if (at >= 0) return fromSlot(fn.upvals[at]!);
  }
  return environments.get(fn as object) ?? globalsOf(L);
}

export function setEnvironment(fn: LuaValue, table: Table): boolean {
  if (!(fn instanceof lobject.LClosure)) return false;
  const at = environmentIndex(fn);
  // A slot of its own: other functions of the same chunk keep theirs.
  if (at >= 0) fn.upvals[at] = new Slot(TABLE, table);
  else environments.set(fn, table);
  return true;
}

export function globalsOf(L: LuaThread): Table {
  return (L.l_G.l_registry.value as Table).get(2) as unknown as Table;
}

/** The function at a level above the running one; undefined when there are not as many. */
export function functionAt(L: LuaThread, level: number): CallInfo | undefined {
  let { ci } = L;
  for (let n = level; n > 0 && ci !== L.base_ci; n--) ci = ci.previous;
  return ci === L.base_ci ? undefined : ci;
}

function functionArgument(L: LuaThread, args: LuaValue[], missing: number): LuaValue {
  if (typeName(args[0]) === 'function') return args[0];
  const level = missing >= 0 ? optInt(args, 0, missing) : checkInt(args, 0);
  if (level < 0) throw new ArgumentError(1, 'level must be non-negative');
  const ci = functionAt(L, level);
  if (ci === undefined) throw new ArgumentError(1, 'invalid level');
  return fromSlot(ci.func);
}

export function openBase(runtime: Runtime): void {
  const { L, globals } = runtime;
  const define = (name: string, fn: Parameters<typeof closure>[1]) => globals.set(name, closure(L, fn));

  define('assert', (thread, args) => {
    if (truthy(checkAny(args, 0))) return args;
    // LuaJIT says where, for its own message and for texts.
    if (args.length < 2) return raiseValue(thread, toSlot(`${where(thread, 1)}assertion failed!`)) as never;
    const message = args[1];
    if (typeof message === 'string' || typeof message === 'number') {
      return raiseValue(thread, toSlot(where(thread, 1) + String(checkString(args, 1)))) as never;
    }
    return raiseValue(thread, toSlot(message)) as never;
  });
  define('collectgarbage', (_L, args) => {
    const option = optString(args, 0) ?? 'collect';
    switch (option) {
      case 'count':
        return runtime.memoryUsed() / 1024;
      case 'collect':
        runtime.measureMemory();
        // Lua would close files that nothing holds any more; their bytes at least have to be in them.
        for (const file of runtime.files) file.flush();
        return 0;
      case 'step':
        return true;
      case 'stop':
      case 'restart':
        return 0;
      case 'setpause':
      case 'setstepmul':
        return 200;
      case 'isrunning':
        return true;
      default:
        throw new ArgumentError(1, `invalid option '${option}'`);
    }
  });
  define('gcinfo', () => Math.floor(runtime.memoryUsed() / 1024));
  define('dofile', (thread, args) => {
    const path = optString(args, 0);
    const { source, name } = readSource(runtime, path);
    const fn = loadText(thread, source, name, globalsOf(thread));
    if (typeof fn === 'string') return raiseValue(thread, toSlot(fn)) as never;
    return callValue(thread, fn);
  });
  define('error', (thread, args) => {
    const level = optInt(args, 1, 1);
    const value = args[0];
    // A number is a text here, too.
    const text = typeof value === 'number' ? numberToString(value) : value;
    const located = typeof text === 'string' && level > 0 ? where(thread, level) + text : value;
    return raiseValue(thread, toSlot(located)) as never;
  });
  define('getfenv', (thread, args) => {
    if (args[0] === 0) return globalsOf(thread);
    return getEnvironment(thread, functionArgument(thread, args, 1));
  });
  define('setfenv', (thread, args) => {
    const table = checkTable(args, 1);
    if (typeName(args[0]) !== 'function' && checkInt(args, 0) === 0) {
      (thread.l_G.l_registry.value as Table).set(2, table);
      return [];
    }
    const fn = functionArgument(thread, args, -1);
    if (!setEnvironment(fn, table)) throw new KernelError("'setfenv' cannot change environment of given object");
    return fn;
  });
  define('getmetatable', (thread, args) => {
    const value = checkAny(args, 0);
    const guard = metafield(thread, value, '__metatable');
    if (guard !== undefined) return guard;
    if (value instanceof Table || value instanceof lobject.Udata) return (value.metatable ?? undefined) as LuaValue;
    return (thread.l_G.mt[toSlot(value).type & 15] ?? undefined) as LuaValue;
  });
  define('setmetatable', (thread, args) => {
    const table = checkTable(args, 0);
    const metatable = args[1];
    if (args.length < 2 || (metatable !== undefined && !(metatable instanceof Table))) {
      throw new ArgumentError(2, 'nil or table expected');
    }
    if (metafield(thread, table, '__metatable') !== undefined)
      throw new KernelError('cannot change a protected metatable');
    table.metatable = metatable ?? null;
    return table;
  });

  const load = (
    thread: LuaThread,
    source: string | (() => string | undefined),
    name: string,
    environment: LuaValue,
  ): LuaValue[] => {
    const fn = loadText(thread, source, name, environment);
    return typeof fn === 'string' ? [undefined, fn] : [fn];
  };
  define('load', (thread, args) => {
    const [source, , mode] = args;
    const environment = args.length > 3 ? args[3] : globalsOf(thread);
    let text: string | (() => string | undefined);
    if (typeof source === 'string' || typeof source === 'number') {
      text = checkString(args, 0);
    } else {
      if (typeName(source) !== 'function') throw wrongType(args, 0, 'function');
      text = () => {
        const piece = callOne(thread, source);
        if (piece === undefined || typeof piece === 'string') return piece;
        return raiseValue(thread, toSlot('reader function must return a string'));
      };
    }
    if (typeof mode === 'string' && typeof text === 'string' && !mode.includes(text.startsWith('\x1b') ? 'b' : 't')) {
      return [undefined, 'attempt to load chunk with wrong mode'];
    }
    return load(thread, text, optString(args, 1) ?? (typeof source === 'string' ? source : '=(load)'), environment);
  });
  globals.set('loadstring', globals.get('load'));
  define('loadfile', (thread, args) => {
    const path = optString(args, 0);
    let chunk: { source: string; name: string };
    try {
      chunk = readSource(runtime, path);
    } catch (error) {
      if (error instanceof KernelError) return [undefined, error.message];
      throw error;
    }
    return load(thread, chunk.source, chunk.name, args.length > 2 ? args[2] : globalsOf(thread));
  });

  define('next', (_L, args) => {
    const entry = checkTable(args, 0).next(args[1]);
    return entry === undefined ? undefined : [fromSlot(entry.key), fromSlot(entry.value)];
  });
  const next = globals.get('next');
  define('pairs', (_L, args) => {
    checkAny(args, 0);
    return [next, checkTable(args, 0), undefined];
  });
  const step = closure(L, (thread, args) => {
    const i = (args[1] as number) + 1;
    const t = args[0];
    const value = t instanceof Table ? (t.get(i) as LuaValue) : indexValue(thread, t, i);
    return value === undefined ? [] : [i, value];
  });
  define('ipairs', (_L, args) => {
    checkAny(args, 0);
    return [step, checkTable(args, 0), 0];
  });
  define('rawequal', (_L, args) => {
    checkAny(args, 1);
    return checkAny(args, 0) === args[1];
  });
  define('rawget', (_L, args) => checkTable(args, 0).get(checkAny(args, 1)));
  define('rawset', (_L, args) => {
    const table = checkTable(args, 0);
    table.set(checkAny(args, 1), checkAny(args, 2));
    return table;
  });
  define('select', (_L, args) => {
    const which = args[0];
    if (which === '#') return args.length - 1;
    const n = checkInt(args, 0);
    if (n < 0) {
      if (-n > args.length - 1) throw new ArgumentError(1, 'index out of range');
      return args.slice(n);
    }
    if (n === 0) throw new ArgumentError(1, 'index out of range');
    return args.slice(n);
  });
  define('tonumber', (_L, args) => {
    const value = checkAny(args, 0);
    const base = optInt(args, 1, 10);
    if (base === 10) {
      return typeof value === 'number' ? value : typeof value === 'string' ? stringToNumber(value) : undefined;
    }
    if (base < 2 || base > 36) throw new ArgumentError(2, 'base out of range');
    return stringToNumberBase(checkString(args, 0), base);
  });
  define('tostring', (thread, args) => tostring(thread, checkAny(args, 0)));
  define('type', (_L, args) => typeName(checkAny(args, 0)));
  define('unpack', (_L, args) => {
    const table = args[0] instanceof Table ? args[0] : checkTable(args, 0);
    const from = optInt(args, 1, 1);
    const to = args[2] === undefined ? table.length() : checkInt(args, 2);
    if (to < from) return [];
    if (to - from >= 100_000) throw new KernelError('too many results to unpack');
    const values: LuaValue[] = [];
    for (let i = from; i <= to; i++) values.push(table.get(i));
    return values;
  });
  define('newproxy', (thread, args) => {
    const proxy = new lobject.Udata(thread, 0);
    if (args[0] === true) proxy.metatable = new Table(thread.l_G);
    else if (args[0] instanceof lobject.Udata && args[0].metatable !== null) proxy.metatable = args[0].metatable;
    else if (truthy(args[0])) throw new ArgumentError(1, 'boolean or proxy expected');
    return proxy as unknown as LuaValue;
  });
  const builtinTostring = globals.get('tostring');
  define('print', (thread, args) => {
    const custom = globalsOf(thread).get('tostring');
    const parts = args.map((value) => {
      const text = custom === builtinTostring ? tostring(thread, value) : callOne(thread, custom, value);
      if (typeof text === 'string') return text;
      if (typeof text === 'number') return checkString([text], 0);
      throw new KernelError("'tostring' must return a string to 'print'");
    });
    runtime.print(`${parts.join('\t')}\n`);
    return [];
  });
  globals.set('pcall', pcallFunction(L));
  globals.set('xpcall', xpcallFunction(L));
  globals.set('_G', globals);
  globals.set('_VERSION', 'Lua 5.1');
}
