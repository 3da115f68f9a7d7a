// biome-ignore-all lint/complexity/noArguments: how many arguments there were tells nil from none, and rest arrays cost
/** The base library, `loadstring` and its kin aside. */
import { collectGarbage } from '../../garbage.js';
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { flushAllFiles } from '../kernel/files.js';
import { numberToString, stringToNumber, stringToNumberBase } from '../kernel/numbers.js';
import { LuaError, LuaLimitError, type LuaValue } from '../vm.js';
import {
  addDirect,
  addVariadic,
  checkAny,
  checkInt,
  checkTable,
  intArg,
  isLibraryFunction,
  tableArg,
  wrong,
} from './library.js';
import { type EnvironmentAccess, isOverflow, isTrue, NONE, type Runtime, viaAll, viaFirst } from './runtime.js';
import { framesOf, withDeepStack } from './stack.js';
import { LuaTable } from './table.js';
import { tostring } from './text.js';
import { asValue, isFunction, type NativeFunction, typeName, Userdata, type Values } from './values.js';

/** Most values one call can pass or return. */
const MAX_VALUES = 50000;

export interface BaseFunctions {
  pairs: NativeFunction;
  ipairs: NativeFunction;
  ipairsStep: NativeFunction;
  next: NativeFunction;
  select: NativeFunction;
}

export function openBase(rt: Runtime, print: (text: string) => void): BaseFunctions {
  const { G } = rt;

  const next: NativeFunction = function next(t, k) {
    return tableArg(t, 1, arguments.length).nextPair(k) ?? undefined;
  };
  const ipairsStep: NativeFunction = function ipairsStep(t, i) {
    const n = (i as number) + 1;
    const v = (t as LuaTable).get(n);
    return v === undefined ? undefined : [n, v];
  };
  const pairs: NativeFunction = function pairs(t) {
    return [asValue(next), tableArg(t, 1, arguments.length), undefined];
  };
  const ipairs: NativeFunction = function ipairs(t) {
    if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
    return [asValue(ipairsStep), tableArg(t, 1, arguments.length), 0];
  };
  const select: NativeFunction = function select(n, ...values) {
    if (n === '#') return values.length;
    const i = intArg(n, 1, arguments.length);
    if (i < 0) {
      if (-i > values.length) throw new ArgumentError(1, 'index out of range');
      return values.slice(i);
    }
    if (i === 0) throw new ArgumentError(1, 'index out of range');
    return values.slice(i - 1);
  };
  addDirect(G, { next, pairs, ipairs, select });
  addDirect(new LuaTable(), { ipairs_aux: ipairsStep });

  addDirect(G, {
    type: function type(v) {
      if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
      return typeName(v);
    },
    tostring: function tostringFunction(v) {
      if (typeof v === 'string') return v;
      if (typeof v === 'number') return numberToString(v);
      if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
      return tostring(rt, v);
    },
    tonumber: function tonumber(v, base) {
      if (base === undefined || base === 10) {
        if (typeof v === 'number') return v;
        if (typeof v === 'string') return stringToNumber(v);
        if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
        return undefined;
      }
      const radix = intArg(base, 2, arguments.length);
      const text = typeof v === 'number' ? numberToString(v) : v;
      if (typeof text !== 'string') throw wrong(1, 'string', v, arguments.length);
      if (radix < 2 || radix > 36) throw new ArgumentError(2, 'base out of range');
      return radix === 10 ? stringToNumber(text) : stringToNumberBase(text, radix);
    },
    rawget: function rawget(t, k) {
      const table = tableArg(t, 1, arguments.length);
      if (arguments.length < 2) throw new ArgumentError(2, 'value expected');
      return table.get(k);
    },
    rawset: function rawset(t, k, v) {
      const table = tableArg(t, 1, arguments.length);
      if (arguments.length < 3) throw new ArgumentError(arguments.length + 1, 'value expected');
      table.set(k, v);
      return table;
    },
    rawequal: function rawequal(a, b) {
      if (arguments.length < 2) throw new ArgumentError(arguments.length + 1, 'value expected');
      return a === b;
    },
    getmetatable: function getmetatable(v) {
      if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
      const meta = rt.metatable(v);
      return meta?.getStr('__metatable') ?? meta;
    },
    setmetatable: function setmetatable(t, meta) {
      const table = tableArg(t, 1, arguments.length);
      if (meta !== undefined && !(meta instanceof LuaTable)) throw new ArgumentError(2, 'nil or table expected');
      if (arguments.length < 2) throw new ArgumentError(2, 'nil or table expected');
      if (table.meta?.getStr('__metatable') !== undefined) throw new KernelError('cannot change a protected metatable');
      table.meta = meta;
      return table;
    },
    assert: (...args) => {
      const [v, message] = args;
      if (args.length === 0) throw new ArgumentError(1, 'value expected');
      if (isTrue(v)) return args;
      // LuaJIT says where, for its own message and for texts.
      const text =
        args.length === 1 ? 'assertion failed!' : typeof message === 'number' ? numberToString(message) : message;
      const located = typeof text === 'string' ? rt.where(1) + text : text;
      throw withDeepStack(() => new LuaError(located));
    },
    error: (message, level) => {
      const n = level === undefined ? 1 : intArg(level, 2, 2);
      if ((typeof message !== 'string' && typeof message !== 'number') || n <= 0) {
        throw withDeepStack(() => new LuaError(message));
      }
      const text = typeof message === 'number' ? numberToString(message) : message;
      const where = rt.where(n);
      throw withDeepStack(() => new LuaError(where === '' && typeof message === 'number' ? message : where + text));
    },
    unpack: function unpack(t, from, to) {
      const table = tableArg(t, 1, arguments.length);
      const first = from === undefined ? 1 : intArg(from, 2, arguments.length);
      const last = to === undefined ? table.length() : intArg(to, 3, arguments.length);
      if (first === 1 && last === table.arr.length - 1) return table.arr.slice(1);
      if (last < first) return NONE;
      if (last - first >= MAX_VALUES) throw new KernelError('too many results to unpack');
      const values: Values = [];
      for (let i = first; i <= last; i++) values.push(table.get(i));
      return values;
    },
    print: (...args) => {
      let line = '';
      // The global tostring is asked, as in the original.
      const convert = G.getStr('tostring');
      args.forEach((arg, i) => {
        if (i > 0) line += '\t';
        if (typeof arg === 'string') line += arg;
        else if (typeof arg === 'number') line += numberToString(arg);
        else {
          const text = viaFirst(rt.viaCall(convert, arg));
          if (typeof text !== 'string' && typeof text !== 'number') {
            throw new KernelError("'tostring' must return a string to 'print'");
          }
          line += typeof text === 'number' ? numberToString(text) : text;
        }
      });
      print(`${line}\n`);
      return NONE;
    },
  });

  openProtectedCalls(rt);
  openEnvironments(rt);

  addVariadic(G, {
    collectgarbage: (args) => {
      const option = args[0] === undefined ? 'collect' : String(args[0]);
      switch (option) {
        case 'collect':
          collectGarbage();
          // Lua would close files that nothing holds any more; their bytes at least have to be in them.
          flushAllFiles();
          return 0;
        case 'step':
          collectGarbage();
          return true;
        case 'isrunning':
          return true;
        case 'count':
          return rt.memoryUsed() / 1024;
        case 'stop':
        case 'restart':
          return 0;
        case 'setpause':
        case 'setstepmul':
          return 200;
        default:
          throw new ArgumentError(1, `invalid option '${option}'`);
      }
    },
    gcinfo: () => Math.floor(rt.memoryUsed() / 1024),
    newproxy: (args) => {
      const proxy = new Userdata({});
      const [how] = args;
      if (how === true) proxy.meta = new LuaTable();
      else if (how !== undefined && how !== false) {
        const model = how as unknown;
        if (!(model instanceof Userdata)) throw new ArgumentError(1, 'boolean or proxy expected');
        proxy.meta = model.meta;
      }
      return asValue(proxy);
    },
  });
  G.set('_G', G);
  G.set('_VERSION', 'Lua 5.1');
  return { pairs, ipairs, ipairsStep, next, select };
}

/** The value of something caught, or the thing thrown on when Lua may not catch it. */
export function caught(rt: Runtime, thrown: unknown): LuaError {
  let error: unknown;
  try {
    error = rt.asLuaError(thrown);
  } catch (again) {
    // No room to find out where it happened: left to a protected call further out.
    throw isOverflow(again) ? again : thrown;
  }
  if (!(error instanceof LuaError) || error instanceof LuaLimitError) throw error;
  return error;
}

function openProtectedCalls(rt: Runtime): void {
  const pcall: NativeFunction = function pcall(f, ...args) {
    if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
    const { coroutine, below } = rt;
    try {
      const result = rt.viaCall(f, ...args);
      return Array.isArray(result) ? [true, ...viaAll(result)] : [true, result];
    } catch (thrown) {
      rt.coroutine = coroutine;
      rt.below = below;
      return [false, caught(rt, thrown).value];
    }
  };
  pcall.g = function* pcallG(f, ...args) {
    const { below } = rt;
    try {
      const target = rt.viaCallable(f);
      let result = target.g === undefined ? target(...args) : yield* target.g(...args);
      if (Array.isArray(result)) result = yield* rt.viaResolve(result);
      return Array.isArray(result) ? [true, ...result] : [true, result];
    } catch (thrown) {
      rt.below = below;
      return [false, caught(rt, thrown).value];
    }
  };
  /** Calls the handler as if on top of the place of the error. */
  const handled = (handler: LuaValue, thrown: unknown): Values => {
    const error = caught(rt, thrown);
    const before = rt.below;
    const frames = framesOf(thrown instanceof Error ? thrown : error, before);
    rt.below = frames;
    const viaHandler = () => viaFirst(rt.viaCall(handler, error.value));
    try {
      return [false, viaHandler()];
    } catch (inner) {
      return [false, caught(rt, inner).value];
    } finally {
      rt.below = before;
    }
  };
  const xpcall: NativeFunction = function xpcall(f, handler, ...args) {
    if (arguments.length === 0) throw new ArgumentError(1, 'value expected');
    if (arguments.length < 2) throw new ArgumentError(2, 'function expected, got no value');
    const { coroutine } = rt;
    try {
      const result = rt.viaCall(f, ...args);
      return Array.isArray(result) ? [true, ...viaAll(result)] : [true, result];
    } catch (thrown) {
      rt.coroutine = coroutine;
      return handled(handler, thrown);
    }
  };
  xpcall.g = function* xpcallG(f, handler, ...args) {
    try {
      const target = rt.viaCallable(f);
      let result = target.g === undefined ? target(...args) : yield* target.g(...args);
      if (Array.isArray(result)) result = yield* rt.viaResolve(result);
      return Array.isArray(result) ? [true, ...result] : [true, result];
    } catch (thrown) {
      return handled(handler, thrown);
    }
  };
  addDirect(rt.G, { pcall, xpcall });
}

/** The accessor of the function that `setfenv` and `getfenv` mean; undefined for the state's globals. */
export function environmentOf(rt: Runtime, which: LuaValue): EnvironmentAccess | undefined {
  if (isFunction(which)) return rt.envs.get(which as unknown as object);
  return rt.current;
}

function openEnvironments(rt: Runtime): void {
  addVariadic(rt.G, {
    getfenv: (args) => {
      const which = args[0] ?? 1;
      if (!isFunction(which)) {
        const level = checkInt([which], 0);
        if (level < 0) throw new ArgumentError(1, 'level must be non-negative');
        if (level === 0) return rt.G;
        if (level > rt.frames().length) throw new ArgumentError(1, 'invalid level');
        if (level > 1) return rt.G;
      }
      return environmentOf(rt, which)?.() ?? rt.G;
    },
    setfenv: (args) => {
      const table = checkTable(args, 1);
      const which = checkAny(args, 0);
      if (isFunction(which)) {
        const access = environmentOf(rt, which);
        if (access === undefined || isLibraryFunction(which as unknown as object)) {
          throw new KernelError("'setfenv' cannot change environment of given object");
        }
        access(table);
        return which;
      }
      const level = checkInt(args, 0);
      if (level < 0) throw new ArgumentError(1, 'level must be non-negative');
      if (level !== 1 || rt.current === undefined) {
        throw new KernelError(
          `'setfenv' of level ${level} is not possible in the compiled tier; use --lua=interpreter`,
        );
      }
      rt.current(table);
      return NONE;
    },
  });
}
