/** The `debug` library, as far as compiled functions can tell. Hooks and locals are the interpreter's. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { numberToString } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { environmentOf } from './baselib.js';
import type { FunctionInfo } from './codegen.js';
import { addVariadic, checkAny, checkInt, checkTable, optInt, optString } from './library.js';
import { NONE, type Runtime, toNumber } from './runtime.js';
import { bareName, type ChunkInfo, type Frame, framesOf, tracebackText } from './stack.js';
import { LuaTable } from './table.js';
import { Coroutine, isFunction, typeName, Userdata, type Values } from './values.js';

/** Where the state knows a function to come from. */
export type FunctionOrigin = (fn: object) => { chunk: ChunkInfo; fn: FunctionInfo } | undefined;

function threadAnd(args: Values): [Coroutine | undefined, Values] {
  const first = args[0] as unknown;
  return first instanceof Coroutine ? [first, args.slice(1)] : [undefined, args];
}

export function openDebug(rt: Runtime, originOf: FunctionOrigin): LuaTable {
  const framesFor = (co: Coroutine | undefined): Frame[] => {
    if (co === undefined || co === rt.coroutine) return rt.frames(200);
    return co.failure === undefined ? [] : framesOf(co.failure);
  };
  const notHere = (what: string) => (): never => {
    throw new KernelError(`debug.${what} is not possible in the compiled tier; use --lua=interpreter`);
  };

  const describe = (what: string, fn: LuaValue, frame: Frame | undefined): LuaTable => {
    const t = new LuaTable();
    const origin =
      frame?.chunk !== undefined && frame.fn !== undefined
        ? { chunk: frame.chunk, fn: frame.fn }
        : isFunction(fn)
          ? originOf(fn as unknown as object)
          : undefined;
    if (what.includes('S')) {
      if (origin === undefined) {
        t.set('source', '=[C]');
        t.set('short_src', '[C]');
        t.set('what', 'C');
        t.set('linedefined', -1);
        t.set('lastlinedefined', -1);
      } else {
        t.set('source', origin.chunk.chunkName);
        t.set('short_src', origin.chunk.shortName);
        t.set('what', origin.fn.isMain ? 'main' : 'Lua');
        t.set('linedefined', origin.fn.line);
        t.set('lastlinedefined', origin.fn.isMain ? -1 : origin.fn.endLine);
      }
    }
    if (what.includes('l')) t.set('currentline', frame?.site?.line ?? -1);
    if (what.includes('u')) {
      t.set('nups', origin?.fn.upvalues.length ?? 0);
      t.set('nparams', origin?.fn.params ?? 0);
      t.set('isvararg', origin?.fn.vararg ?? true);
    }
    if (what.includes('n')) {
      const name = bareName(frame?.name);
      if (name !== undefined) t.set('name', name);
      t.set('namewhat', frame?.name?.slice(0, frame.name.indexOf(' ')) ?? '');
    }
    if (what.includes('f') && fn !== undefined) t.set('func', fn);
    return t;
  };

  return addVariadic(new LuaTable(), {
    debug: () => NONE,
    getfenv: (args) => {
      const value = checkAny(args, 0);
      return isFunction(value) ? (environmentOf(rt, value)?.() ?? rt.G) : undefined;
    },
    setfenv: (args) => {
      const table = checkTable(args, 1);
      const access = isFunction(args[0]) ? environmentOf(rt, args[0]) : undefined;
      if (access === undefined) throw new KernelError("'setfenv' cannot change environment of given object");
      access(table);
      return args[0];
    },
    gethook: () => [undefined, '', 0],
    sethook: (args) => {
      const [, rest] = threadAnd(args);
      if (rest[0] === undefined) return NONE;
      return notHere('sethook')();
    },
    getinfo: (args) => {
      const [co, rest] = threadAnd(args);
      const what = optString(rest, 1) ?? 'nSlufL';
      if (/[^nSlufL]/.test(what)) throw new ArgumentError(args.length - rest.length + 2, 'invalid option');
      if (isFunction(rest[0])) return describe(what, rest[0], undefined);
      if (toNumber(rest[0]) === undefined) {
        throw new ArgumentError(args.length - rest.length + 1, 'function or level expected');
      }
      const level = checkInt(rest, 0);
      const frame = level < 0 ? undefined : framesFor(co)[level];
      return frame === undefined ? undefined : describe(what, undefined, frame);
    },
    getlocal: notHere('getlocal'),
    setlocal: notHere('setlocal'),
    getmetatable: (args) => rt.metatable(checkAny(args, 0)),
    setmetatable: (args) => {
      const [value, meta] = args;
      if (args.length < 2 || (meta !== undefined && !(meta instanceof LuaTable))) {
        throw new ArgumentError(2, 'nil or table expected');
      }
      if (value instanceof LuaTable) value.meta = meta;
      else if ((value as unknown) instanceof Userdata) (value as unknown as Userdata).meta = meta;
      else rt.setTypeMetatable(typeName(value), meta);
      return value;
    },
    getregistry: () => rt.registry,
    getupvalue: (args) => {
      const n = checkInt(args, 1);
      if (!isFunction(args[0])) throw new ArgumentError(1, `function expected, got ${typeName(args[0])}`);
      const origin = originOf(args[0] as unknown as object);
      if (origin === undefined || n < 1 || n > origin.fn.upvalues.length) return NONE;
      return notHere('getupvalue')();
    },
    setupvalue: notHere('setupvalue'),
    traceback: (args) => {
      const [co, rest] = threadAnd(args);
      const [message] = rest;
      if (rest.length > 0 && typeof message !== 'string' && typeof message !== 'number') return message;
      const level = optInt(rest, 1, co === undefined ? 1 : 0);
      const text = tracebackText(framesFor(co).slice(Math.max(0, level)));
      return message === undefined
        ? text
        : `${typeof message === 'number' ? numberToString(message) : message}\n${text}`;
    },
  });
}
