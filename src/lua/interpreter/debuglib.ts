/** The `debug` library and tracebacks. */
import { ArgumentError, shortSource } from '../kernel/errors.js';
import { stringToNumber } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { functionAt, getEnvironment, setEnvironment } from './baselib.js';
import {
  CALL_LUA,
  CALL_TAIL,
  type CallInfo,
  DebugRecord,
  debugging,
  type LClosure,
  type LuaThread,
  latin1,
  lobject,
  lstate,
  textOf,
} from './fengari.js';
import {
  address,
  callerName,
  callValue,
  checkAny,
  checkInt,
  checkString,
  checkTable,
  functionTable,
  optInt,
  optString,
  wrongType,
} from './library.js';
import { chunkName, ENVIRONMENT, lineOf } from './messages.js';
import type { Runtime } from './runtime.js';
import { Table } from './tables.js';
import { fromSlot, push, toSlot, typeName } from './values.js';

/** Levels shown at the top and at the bottom of a long traceback. */
const SHOWN_TOP = 12;
const SHOWN_BOTTOM = 10;

/** "stack traceback:" and one line a level, from `level` above the running function. */
export function traceback(L: LuaThread, message: string | undefined, level: number): string {
  const frames: CallInfo[] = [];
  for (let ci = functionAt(L, level); ci !== undefined && ci !== L.base_ci; ci = ci.previous) frames.push(ci);
  const lines = ['stack traceback:'];
  frames.forEach((ci, i) => {
    if (i === SHOWN_TOP && frames.length > SHOWN_TOP + SHOWN_BOTTOM) lines.push('\t...');
    if (i >= SHOWN_TOP && i < frames.length - SHOWN_BOTTOM) return;
    lines.push(`\t${frameText(ci)}`);
  });
  return (message === undefined ? '' : `${message}\n`) + lines.join('\n');
}

function frameText(ci: CallInfo): string {
  const named = callerName(ci);
  const lua = (ci.callstatus & CALL_LUA) !== 0;
  const at = lua ? `${chunkName((ci.func.value as LClosure).p)}:${lineOf(ci)}:` : '[C]:';
  if (named !== undefined) return `${at} in function '${named.name}'`;
  if (!lua) return `${at} in function <${address(fromSlot(ci.func))}>`;
  const { p } = ci.func.value as LClosure;
  return p.linedefined === 0 ? `${at} in main chunk` : `${at} in function <${chunkName(p)}:${p.linedefined}>`;
}

/** The thread that an optional first argument names, and the other arguments. */
function threadAnd(L: LuaThread, args: LuaValue[]): [LuaThread, LuaValue[], number] {
  const first = args[0] as unknown;
  return first instanceof lstate.lua_State ? [first, args.slice(1), 1] : [L, args, 0];
}

function upvalue(
  args: LuaValue[],
): { name: string; slot: { get(): LuaValue; set(value: LuaValue): void } } | undefined {
  const fn = args[0];
  const n = checkInt(args, 1);
  if (typeName(fn) !== 'function') throw wrongType(args, 0, 'function');
  if (!(fn instanceof lobject.LClosure)) return undefined;
  // The environment is no upvalue in 5.1.
  const visible = fn.p.upvalues
    .map((u, i) => [u, i] as const)
    .filter(([u]) => !u.name || textOf(u.name) !== ENVIRONMENT);
  const found = visible[n - 1];
  if (found === undefined) return undefined;
  const slot = fn.upvals[found[1]]!;
  return {
    name: found[0].name ? textOf(found[0].name) : '',
    slot: { get: () => fromSlot(slot), set: (value) => slot.setfrom(toSlot(value)) },
  };
}

const HOOK_NAMES = ['call', 'return', 'line', 'count', 'tail return'];

export function openDebug(runtime: Runtime): Table {
  const { L } = runtime;
  const hooks = new WeakMap<LuaThread, { fn: LuaValue; mask: string; count: number }>();

  return functionTable(L, {
    debug: () => [],
    getfenv: (thread, args) => getEnvironment(thread, checkAny(args, 0)),
    setfenv: (_L, args) => {
      if (!setEnvironment(checkAny(args, 0), checkTable(args, 1))) throw new ArgumentError(1, 'cannot set environment');
      return args[0];
    },
    gethook: (thread, args) => {
      const [target] = threadAnd(thread, args);
      const hook = hooks.get(target);
      return hook ? [hook.fn, hook.mask, hook.count] : [undefined, '', 0];
    },
    sethook: (thread, args) => {
      const [target, rest] = threadAnd(thread, args);
      const fn = rest[0];
      if (fn === undefined) {
        hooks.delete(target);
        debugging.lua_sethook(target, null, 0, 0);
        return [];
      }
      const mask = checkString(rest, 1);
      const count = optInt(rest, 2, 0);
      hooks.set(target, { fn, mask, count });
      const bits =
        (mask.includes('c') ? 1 : 0) |
        (mask.includes('r') ? 2 : 0) |
        (mask.includes('l') ? 4 : 0) |
        (count > 0 ? 8 : 0);
      debugging.lua_sethook(
        target,
        (at, ar) => {
          callValue(
            at,
            fn,
            HOOK_NAMES[ar.event] === undefined ? 'call' : HOOK_NAMES[ar.event],
            ar.currentline >= 0 ? ar.currentline : undefined,
          );
        },
        bits,
        count,
      );
      return [];
    },
    getinfo: (thread, args) => {
      const [target, rest] = threadAnd(thread, args);
      const what = optString(rest, 1) ?? 'nSlufL';
      if (/[^nSlufL]/.test(what)) throw new ArgumentError(args.length - rest.length + 2, 'invalid option');
      let ci: CallInfo | undefined;
      let fn: LuaValue;
      if (typeof rest[0] === 'number' || (typeof rest[0] === 'string' && stringToNumber(rest[0]) !== undefined)) {
        const level = checkInt(rest, 0);
        ci = level < 0 ? undefined : functionAt(target, level);
        if (ci === undefined) return undefined;
        fn = fromSlot(ci.func);
      } else if (typeName(rest[0]) === 'function') {
        fn = rest[0];
      } else {
        throw new ArgumentError(args.length - rest.length + 1, 'function or level expected');
      }
      return describe(runtime, what, fn, ci);
    },
    getlocal: (thread, args) => {
      const [target, rest, shift] = threadAnd(thread, args);
      const n = checkInt(rest, 1);
      if (typeName(rest[0]) === 'function') {
        const fn = rest[0];
        if (!(fn instanceof lobject.LClosure) || n < 1 || n > fn.p.numparams) return undefined;
        return textOf(fn.p.locvars[n - 1]!.varname);
      }
      const ci = functionAt(target, checkInt(rest, 0));
      if (ci === undefined) throw new ArgumentError(shift + 1, 'level out of range');
      return local(target, ci, n);
    },
    setlocal: (thread, args) => {
      const [target, rest, shift] = threadAnd(thread, args);
      const ci = functionAt(target, checkInt(rest, 0));
      if (ci === undefined) throw new ArgumentError(shift + 1, 'level out of range');
      const ar = new DebugRecord();
      ar.i_ci = ci;
      push(target, checkAny(rest, 2));
      const { top } = target;
      const name = debugging.lua_setlocal(target, ar, checkInt(rest, 1));
      target.top = top - 1;
      return name === null ? undefined : latin1(name);
    },
    getmetatable: (thread, args) => {
      const value = checkAny(args, 0);
      if (value instanceof Table || value instanceof lobject.Udata) return (value.metatable ?? undefined) as LuaValue;
      return (thread.l_G.mt[toSlot(value).type & 15] ?? undefined) as LuaValue;
    },
    setmetatable: (thread, args) => {
      const metatable = args[1];
      if (args.length < 2 || (metatable !== undefined && !(metatable instanceof Table))) {
        throw new ArgumentError(2, 'nil or table expected');
      }
      const value = args[0];
      if (value instanceof Table || value instanceof lobject.Udata) value.metatable = metatable ?? null;
      else thread.l_G.mt[toSlot(value).type & 15] = metatable ?? null;
      return value;
    },
    getregistry: (thread) => thread.l_G.l_registry.value as Table,
    getupvalue: (_L, args) => {
      const found = upvalue(args);
      return found === undefined ? [] : [found.name, found.slot.get()];
    },
    setupvalue: (_L, args) => {
      const value = checkAny(args, 2);
      const found = upvalue(args);
      if (found === undefined) return [];
      found.slot.set(value);
      return found.name;
    },
    traceback: (thread, args) => {
      const [target, rest] = threadAnd(thread, args);
      const message = rest[0];
      if (rest.length > 0 && typeof message !== 'string' && typeof message !== 'number') return message;
      return traceback(
        target,
        message === undefined ? undefined : checkString(rest, 0),
        optInt(rest, 1, target === thread ? 1 : 0),
      );
    },
  });
}

function local(L: LuaThread, ci: CallInfo, n: number): LuaValue | LuaValue[] {
  const ar = new DebugRecord();
  ar.i_ci = ci;
  const { top } = L;
  const name = debugging.lua_getlocal(L, ar, n);
  if (name === null) return undefined;
  const value = fromSlot(L.stack[L.top - 1]!);
  L.top = top;
  return [latin1(name), value];
}

function describe({ L }: Runtime, what: string, fn: LuaValue, ci: CallInfo | undefined): Table {
  const info = new Table(L.l_G);
  const closure = fn instanceof lobject.LClosure ? fn : undefined;
  if (what.includes('S')) {
    const source = closure ? (closure.p.source ? textOf(closure.p.source) : '=?') : '=[C]';
    info.set('source', source);
    info.set('short_src', shortSource(source));
    info.set('linedefined', closure ? closure.p.linedefined : -1);
    info.set(
      'lastlinedefined',
      closure ? (closure.p.linedefined === 0 ? lastLine(closure) : closure.p.lastlinedefined) : -1,
    );
    info.set('what', closure ? (closure.p.linedefined === 0 ? 'main' : 'Lua') : 'C');
  }
  if (what.includes('l')) info.set('currentline', ci && ci.callstatus & CALL_LUA ? lineOf(ci) : -1);
  if (what.includes('u')) {
    info.set('nups', closure ? closure.p.upvalues.filter((u) => !u.name || textOf(u.name) !== ENVIRONMENT).length : 0);
    info.set('nparams', closure ? closure.p.numparams : 0);
    info.set('isvararg', closure ? Boolean(closure.p.is_vararg) : true);
  }
  if (what.includes('n')) {
    const named = ci && !(ci.callstatus & CALL_TAIL) ? callerName(ci) : undefined;
    info.set('namewhat', named?.kind ?? '');
    info.set('name', named?.name);
  }
  if (what.includes('f')) info.set('func', fn);
  if (what.includes('L')) {
    const lines = new Table(L.l_G);
    if (closure) for (const line of closure.p.lineinfo) lines.set(line, true);
    info.set('activelines', closure ? lines : undefined);
  }
  return info;
}

function lastLine(closure: LClosure): number {
  return closure.p.lineinfo.reduce((last, line) => Math.max(last, line), 0);
}
