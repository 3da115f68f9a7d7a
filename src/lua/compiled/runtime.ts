/**
 * What generated code calls when the quick way in it does not apply: metamethods, coercions, errors, tail calls,
 * limits. One runtime belongs to one state.
 */
import { getHeapStatistics } from 'node:v8';
import { workMs } from '../../clock.js';
import { collectGarbage } from '../../garbage.js';
import { ArgumentError, argumentMessage, KernelError } from '../kernel/errors.js';
import { numberToString, stringToNumber } from '../kernel/numbers.js';
import { LuaError, LuaLimitError, type LuaValue } from '../vm.js';
import { ConcatMemo } from './concat-memo.js';
import {
  bareName,
  type ChunkInfo,
  currentFrames,
  type Frame,
  framesOf,
  position,
  tracebackText,
  withDeepStack,
} from './stack.js';
import { Entry, IpairsIterator, LuaTable } from './table.js';
import {
  asFunction,
  asValue,
  type Coroutine,
  isFunction,
  type NativeFunction,
  typeName,
  Userdata,
  type Values,
} from './values.js';

/** First element of a result that asks to go on with another call. */
export const TAIL = asValue(new Userdata({}));
/** No result. Never written. */
export const NONE: Values = [];

const { isArray } = Array;
const MAX_META_LOOP = 100;

/** Environment of a function: read without argument, set with one. */
export type EnvironmentAccess = (e?: LuaTable) => LuaTable;

/** What a state is said to use at least: the heap can shrink below what it was when the state was made. */
const LEAST_BYTES = 65536;

/** V8's longest string. */
const MAX_STRING = 0x1fffffe8;

/** Steps between looks at the clock. */
const FUEL = 20000;

/** All values of a raw result; tail calls done. */
export function viaAll(result: LuaValue | Values): Values {
  if (!isArray(result)) return [result];
  let r = result;
  while (r[0] === TAIL) {
    const next = asFunction(r[1])(...r.slice(2));
    if (!isArray(next)) return [next];
    r = next;
  }
  return r;
}

/** The first value of a raw result. */
export function viaFirst(result: LuaValue | Values): LuaValue {
  if (!isArray(result)) return result;
  if (result[0] !== TAIL) return result[0];
  return viaAll(result)[0];
}

function viaDrop(result: Values): void {
  if (result[0] === TAIL) viaAll(result);
}

function* viaOneG(result: Values, wantAll = false): Generator<Values, LuaValue | Values, Values> {
  let r: LuaValue | Values = result;
  while (isArray(r) && r[0] === TAIL) {
    const fn: NativeFunction = asFunction(r[1]);
    const args: Values = r.slice(2);
    r = fn.g === undefined ? fn(...args) : yield* fn.g(...args);
  }
  if (wantAll) return isArray(r) ? r : [r];
  return isArray(r) ? r[0] : r;
}

/** Runs a function that only has its generator form from code that cannot wait. */
function drive(g: NonNullable<NativeFunction['g']>): NativeFunction {
  const fn: NativeFunction = (...args) => {
    const step = g(...args).next();
    if (!step.done) throw new KernelError('attempt to yield across C-call boundary');
    return step.value;
  };
  fn.g = g;
  return fn;
}

function dual(fn: NativeFunction, g: NonNullable<NativeFunction['g']>): NativeFunction {
  fn.g = g;
  return fn;
}

/** An entry that never has a value. */
const NOTHING = new Entry(undefined, undefined, 0);

/** Where methods of strings are found: generated code remembers entries of the table that `e` holds. */
class StringMethods {
  /** `__index` in the metatable of strings. */
  e = NOTHING;

  seek(name: string): Entry {
    const library = this.e.v;
    return (library instanceof LuaTable ? library.seek(name) : undefined) ?? NOTHING;
  }
}

export class Runtime {
  readonly G = new LuaTable();
  readonly registry = new LuaTable();
  readonly envs = new WeakMap<object, EnvironmentAccess>();
  /** Environment of the function that calls setfenv, getfenv or module. */
  current: EnvironmentAccess | undefined = undefined;
  /** Metatables of types other than tables and userdata. */
  private readonly typeMeta: Record<string, LuaTable | undefined> = {};
  private readonly strings = new StringMethods();
  /** Names of library functions in their own words, by function. */
  coroutine: Coroutine | undefined = undefined;
  /** Levels under a running error handler. */
  below: Frame[] = [];
  /** Counts calls from the host: a new one starts the clock anew. */
  epoch = 0;
  maxDepth = Number.POSITIVE_INFINITY;
  private depth = 0;
  private clockEpoch = -1;
  private deadline = Number.POSITIVE_INFINITY;
  private baseBytes = 0;
  private garbageBytes = 0;
  callSeconds: number | undefined = undefined;
  memoryBytes: number | undefined = undefined;

  constructor() {
    this.G.pinned = true;
    this.setBase();
  }

  /** What generated code takes from its `R`. */
  helpers(
    pairs: NativeFunction,
    ipairs: NativeFunction,
    next: NativeFunction,
    ipairsStep: NativeFunction,
    select: NativeFunction,
  ) {
    const { arithmetic } = this;
    return {
      T: LuaTable,
      NONE,
      TAIL,
      isArray,
      floor: Math.floor,
      index: (o: LuaValue, k: LuaValue) => this.viaIndex(o, k),
      // Forms for functions that may yield: they ask for the call of a metamethod instead of making it.
      indexG: (o: LuaValue, k: LuaValue) => this.deferred(() => this.viaIndex(o, k)),
      arithmeticG: (op: (a: LuaValue, b: LuaValue) => LuaValue, a: LuaValue, b: LuaValue) =>
        this.deferred(() => op(a, b)),
      setindex: (o: LuaValue, k: LuaValue, v: LuaValue) => this.viaSetIndex(o, k, v),
      add: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__add', (x, y) => x + y, a, b),
      sub: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__sub', (x, y) => x - y, a, b),
      mul: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__mul', (x, y) => x * y, a, b),
      div: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__div', (x, y) => x / y, a, b),
      mod: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__mod', (x, y) => x - Math.floor(x / y) * y, a, b),
      pow: (a: LuaValue, b: LuaValue) => arithmetic.call(this, '__pow', (x, y) => x ** y, a, b),
      unm: (a: LuaValue) => arithmetic.call(this, '__unm', (x) => -x, a, a),
      len: (a: LuaValue) => this.viaLength(a),
      eq: (a: LuaValue, b: LuaValue) => this.viaEqual(a, b),
      lt: (a: LuaValue, b: LuaValue) => this.viaLess(a, b),
      le: (a: LuaValue, b: LuaValue) => this.viaLessOrEqual(a, b),
      concat: (parts: Values) => this.viaConcat(parts),
      numstr: numberToString,
      callable: (f: LuaValue) => this.viaCallable(f),
      method: (o: LuaValue, name: string) => this.viaIndex(o, name),
      S: this.strings,
      one: viaFirst,
      all: viaAll,
      drop: viaDrop,
      oneG: viaOneG,
      gget: (e: Entry) => (this.G.meta === undefined ? undefined : this.viaIndex(this.G, e.key)),
      gset: (e: Entry, v: LuaValue) => {
        if (this.G.meta === undefined) e.v = v;
        else this.viaSetIndex(this.G, e.key, v);
      },
      refuel: (chunk: ChunkInfo) => this.viaRefuel(chunk),
      forNumber: (v: LuaValue, role: string) => this.viaForNumber(v, role),
      iterator: (f: LuaValue, s: LuaValue, c: LuaValue) => {
        if (!(s instanceof LuaTable)) return undefined;
        if (f === asValue(next) && c === undefined) return s.iterate();
        return f === asValue(ipairsStep) && c === 0 ? new IpairsIterator(s) : undefined;
      },
      ConcatMemo,
      pairs,
      ipairs,
      next,
      select,
      G: this.G,
      envs: this.envs,
      dual,
      drive,
      deeper: (by: number) => {
        this.depth += by;
        if (by > 0 && this.depth > this.maxDepth) throw this.limitError(`nests more than ${this.maxDepth} calls`);
      },
      cell: (name: string) => this.G.cell(name),
    };
  }

  // ---- errors

  frames(limit?: number): Frame[] {
    return currentFrames(this.below, limit);
  }

  /** "chunk:line: " of a level; level 1 is the function that called the running library function. */
  where(level: number): string {
    return position(this.frames(12 + 6 * level)[level]);
  }

  /** An error of an operator, at the place where it runs. `describe` gets the names of the operands there. */
  operatorError(describe: (names: readonly (string | undefined)[]) => string): LuaError {
    const frames = currentFrames(this.below, 14, true);
    const top = frames[0]?.chunk === undefined ? frames[1] : frames[0];
    const names = frames[0]?.site?.names ?? [];
    return withDeepStack(() => new LuaError(`${position(top)}${describe(names)}`));
  }

  error(message: string): LuaError {
    return this.operatorError(() => message);
  }

  private typeError(action: string, value: LuaValue, operand = 0): LuaError {
    return this.operatorError((names) => {
      const name = names[operand];
      const kind = typeName(value);
      return name === undefined
        ? `attempt to ${action} a ${kind} value`
        : `attempt to ${action} ${name} (a ${kind} value)`;
    });
  }

  /**
   * Whatever was thrown, as the Lua error it stands for. What is no error of Lua (the host's own exceptions) is
   * returned as it is, and travels on.
   */
  asLuaError(thrown: unknown): unknown {
    if (thrown instanceof LuaError) return thrown;
    if (thrown instanceof KernelError) {
      const frames = framesOf(thrown, this.below);
      const isLibrary = frames[0]?.chunk === undefined;
      const where = position(isLibrary ? frames[1] : frames[0]);
      let message = thrown.message;
      if (thrown instanceof ArgumentError) {
        const name = frames[0]?.name;
        message = argumentMessage(thrown, bareName(name) ?? '?', name?.startsWith('method'));
      }
      return this.replacement(where + message, frames);
    }
    if (thrown instanceof Error && (thrown instanceof RangeError || isOverflow(thrown))) {
      const frames = framesOf(thrown, this.below);
      const where = position(frames.find((frame) => frame.chunk !== undefined));
      if (isOverflow(thrown)) return this.replacement(`${where}stack overflow`, frames);
      if (/invalid (string|array) length|too (large|many)|map maximum size/i.test(thrown.message)) {
        // Larger than V8 can hold: a runaway, where there are limits.
        if (this.memoryBytes !== undefined) {
          return this.limitError('makes a value beyond all memory', frames);
        }
        return this.replacement('not enough memory', frames);
      }
    }
    return thrown;
  }

  private replacement(message: string, frames: Frame[]): LuaError {
    return new LuaError(message, tracebackText(frames));
  }

  /** Fills in an error's traceback from the stack it was made on. */
  traced(error: LuaError): LuaError {
    if (error.traceback === '') error.traceback = tracebackText(framesOf(error, this.below));
    return error;
  }

  // ---- metatables

  metatable(value: LuaValue): LuaTable | undefined {
    if (value instanceof LuaTable) return value.meta;
    if ((value as unknown) instanceof Userdata) return (value as unknown as Userdata).meta;
    return this.typeMeta[typeName(value)];
  }

  setTypeMetatable(type: string, meta: LuaTable | undefined): void {
    this.typeMeta[type] = meta;
    if (type === 'string') this.strings.e = meta?.seek('__index') ?? NOTHING;
  }

  metamethod(value: LuaValue, event: string): LuaValue {
    const meta = this.metatable(value);
    return meta === undefined ? undefined : meta.getStr(event);
  }

  /** Set while a generator runs an operator: metamethods are asked for, not called. */
  private defer = false;

  private deferred(operator: () => LuaValue): LuaValue | Values {
    this.defer = true;
    try {
      return operator();
    } finally {
      this.defer = false;
    }
  }

  /** The first result of a metamethod; a request to call it, where the operator runs in a generator. */
  private invoke(handler: LuaValue, a: LuaValue, b: LuaValue): LuaValue {
    if (!this.defer) return viaFirst(this.viaCall(handler, a, b));
    return [TAIL, asValue(this.viaCallable(handler)), a, b] as unknown as LuaValue;
  }

  viaIndex(object: LuaValue, key: LuaValue): LuaValue {
    let o = object;
    for (let loop = 0; loop < MAX_META_LOOP; loop++) {
      let handler: LuaValue;
      if (o instanceof LuaTable) {
        const v = o.get(key);
        if (v !== undefined || o.meta === undefined) return v;
        handler = o.meta.getStr('__index');
        if (handler === undefined) return undefined;
      } else {
        handler = this.metamethod(o, '__index');
        if (handler === undefined) throw this.typeError('index', o);
      }
      if (isFunction(handler)) return this.invoke(handler, o, key);
      o = handler;
    }
    throw this.error("'__index' chain too long; possibly a loop");
  }

  viaSetIndex(object: LuaValue, key: LuaValue, value: LuaValue): void {
    let o = object;
    for (let loop = 0; loop < MAX_META_LOOP; loop++) {
      let handler: LuaValue;
      if (o instanceof LuaTable) {
        if (o.meta === undefined) {
          o.set(key, value);
          return;
        }
        handler = o.meta.getStr('__newindex');
        if (handler === undefined || o.get(key) !== undefined) {
          o.set(key, value);
          return;
        }
      } else {
        handler = this.metamethod(o, '__newindex');
        if (handler === undefined) throw this.typeError('index', o);
      }
      if (isFunction(handler)) {
        asFunction(handler)(o, key, value);
        return;
      }
      o = handler;
    }
    throw this.error("'__newindex' chain too long; possibly a loop");
  }

  private binaryHandler(event: string, a: LuaValue, b: LuaValue): LuaValue {
    return this.metamethod(a, event) ?? this.metamethod(b, event);
  }

  /** Calls a value. */
  viaCall(f: LuaValue, ...args: Values): LuaValue | Values {
    return (isFunction(f) ? asFunction(f) : this.viaCallable(f))(...args);
  }

  private arithmetic(event: string, operation: (x: number, y: number) => number, a: LuaValue, b: LuaValue): LuaValue {
    const x = toNumber(a);
    const y = toNumber(b);
    if (x !== undefined && y !== undefined) return operation(x, y);
    const handler = this.binaryHandler(event, a, b);
    if (handler !== undefined) return this.invoke(handler, a, b);
    const blamed = x === undefined ? 0 : 1;
    throw this.typeError('perform arithmetic on', blamed === 0 ? a : b, blamed);
  }

  viaLength(a: LuaValue): LuaValue {
    if (typeof a === 'string') return a.length;
    if (a instanceof LuaTable) return a.length();
    const handler = this.metamethod(a, '__len');
    if (handler !== undefined) return viaFirst(this.viaCall(handler, a));
    throw this.typeError('get length of', a);
  }

  /** `a == b` for two objects that are not the same. */
  viaEqual(a: LuaValue, b: LuaValue): boolean {
    const bothTables = a instanceof LuaTable && b instanceof LuaTable;
    const bothUserdata = (a as unknown) instanceof Userdata && (b as unknown) instanceof Userdata;
    if (!bothTables && !bothUserdata) return false;
    const first = this.metamethod(a, '__eq');
    if (first === undefined || first !== this.metamethod(b, '__eq')) return false;
    return isTrue(viaFirst(this.viaCall(first, a, b)));
  }

  viaLess(a: LuaValue, b: LuaValue): boolean {
    if (typeof a === 'number' && typeof b === 'number') return a < b;
    if (typeof a === 'string' && typeof b === 'string') return a < b;
    return this.compared('__lt', a, b) ?? this.notComparable(a, b);
  }

  viaLessOrEqual(a: LuaValue, b: LuaValue): boolean {
    if (typeof a === 'number' && typeof b === 'number') return a <= b;
    if (typeof a === 'string' && typeof b === 'string') return a <= b;
    const direct = this.compared('__le', a, b);
    if (direct !== undefined) return direct;
    const reverse = this.compared('__lt', b, a);
    return reverse === undefined ? this.notComparable(a, b) : !reverse;
  }

  private compared(event: string, a: LuaValue, b: LuaValue): boolean | undefined {
    if (typeof a !== typeof b) return undefined;
    const first = this.metamethod(a, event);
    if (first === undefined || first !== this.metamethod(b, event)) return undefined;
    return isTrue(viaFirst(this.viaCall(first, a, b)));
  }

  private notComparable(a: LuaValue, b: LuaValue): never {
    const [x, y] = [typeName(a), typeName(b)];
    throw this.error(x === y ? `attempt to compare two ${x} values` : `attempt to compare ${x} with ${y}`);
  }

  viaConcat(parts: Values): LuaValue {
    let right = parts.at(-1);
    for (let i = parts.length - 2; i >= 0; i--) {
      const left = parts[i];
      const a = typeof left === 'string' ? left : typeof left === 'number' ? numberToString(left) : undefined;
      const b = typeof right === 'string' ? right : typeof right === 'number' ? numberToString(right) : undefined;
      if (a !== undefined && b !== undefined) {
        right = a + b;
        continue;
      }
      const handler = this.binaryHandler('__concat', left, right);
      if (handler === undefined) {
        const blamed = a === undefined ? i : i + 1;
        throw this.typeError('concatenate', a === undefined ? left : right, blamed);
      }
      right = viaFirst(this.viaCall(handler, left, right));
    }
    return right;
  }

  /** A function that stands for calling `f`; one that raises the error when `f` cannot be called. */
  viaCallable(f: LuaValue): NativeFunction {
    if (isFunction(f)) return asFunction(f);
    const handler = this.metamethod(f, '__call');
    if (isFunction(handler)) {
      const target = asFunction(handler);
      const viaCallMeta: NativeFunction = (...args) => target(f, ...args);
      const { g } = target;
      if (g !== undefined) viaCallMeta.g = (...args) => g(f, ...args);
      return viaCallMeta;
    }
    const viaNothing = (): never => {
      throw this.typeError('call', f);
    };
    return viaNothing;
  }

  /** Tail calls of a raw result, in a function that may yield. */
  *viaResolve(result: Values): Generator<Values, Values, Values> {
    return (yield* viaOneG(result, true)) as Values;
  }

  viaForNumber(v: LuaValue, role: string): number {
    const n = toNumber(v);
    if (n === undefined) throw this.error(`'for' ${role} ${role === 'initial' ? 'value ' : ''}must be a number`);
    return n;
  }

  // ---- limits

  private setBase(): void {
    this.baseBytes = heapBytes();
  }

  memoryUsed(): number {
    return Math.max(LEAST_BYTES, heapBytes() - this.baseBytes);
  }

  /** Called about every {@link FUEL} steps: looks at the clock and the heap. Returns the next ration. */
  viaRefuel(_chunk?: ChunkInfo): number {
    if (this.callSeconds === undefined && this.memoryBytes === undefined) return FUEL;
    const now = workMs();
    if (this.epoch !== this.clockEpoch) {
      this.clockEpoch = this.epoch;
      this.deadline = this.callSeconds === undefined ? Number.POSITIVE_INFINITY : now + this.callSeconds * 1000;
    }
    if (now > this.deadline) {
      throw this.limitError(`took longer than ${this.callSeconds} seconds`);
    }
    if (this.memoryBytes !== undefined) this.checkMemory(this.memoryBytes);
    return FUEL;
  }

  private checkMemory(limit: number): void {
    const used = this.memoryUsed();
    if (used < limit || used < this.garbageBytes) return;
    collectGarbage();
    const alive = this.memoryUsed();
    if (alive >= limit) throw this.limitError(`uses more than ${Math.round(limit / 1048576)} MiB of memory`);
    // Collecting is slow: not again before as much garbage as is free now has piled up.
    this.garbageBytes = Math.max(limit, used) + (limit - alive) / 2;
  }

  /** Refuses a string that would be longer than the memory limit. */
  checkLength(bytes: number): void {
    if (this.memoryBytes !== undefined && bytes > this.memoryBytes) {
      throw this.limitError(`makes a string of ${Math.round(bytes / 1048576)} MiB`);
    }
    if (bytes > MAX_STRING) throw withDeepStack(() => this.error('not enough memory'));
  }

  private limitError(what: string, frames = this.frames()): LuaLimitError {
    const top = frames.find((frame) => frame.chunk !== undefined);
    const index = top === undefined ? -1 : frames.indexOf(top);
    const name = bareName(frames[index]?.name);
    const fn = top?.fn;
    const which =
      fn === undefined || fn.isMain
        ? 'the main chunk'
        : name === undefined
          ? `the function at line ${fn.line}`
          : `function '${name}'`;
    return new LuaLimitError(`${position(top)}${which} ${what}`, tracebackText(frames));
  }
}

/** V8 ran out of stack; near the end even compiling a regular expression can. No regular expression here, then. */
export function isOverflow(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.includes('Maximum call stack size exceeded');
}

export function isTrue(v: LuaValue): boolean {
  return v !== undefined && v !== false;
}

export function toNumber(v: LuaValue): number | undefined {
  if (typeof v === 'number') return v;
  return typeof v === 'string' ? stringToNumber(v) : undefined;
}

function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
