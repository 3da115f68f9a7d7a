/** The `math` and `bit` libraries. */
import {
  arithmeticShift,
  bitNot,
  byteSwap,
  leftShift,
  rightShift,
  rotateLeft,
  rotateRight,
  toBit,
  toHex,
} from '../kernel/bit.js';
import { commonLog } from '../kernel/common-log.js';
import { scale } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { power } from './execute.js';
import type { LuaThread } from './fengari.js';
import { checkInt, checkNumber, functionTable } from './library.js';
import type { Table } from './tables.js';

/** C's `frexp`: n = fraction * 2^exponent with a fraction in [0.5, 1). */
function frexp(n: number): [number, number] {
  if (n === 0 || !Number.isFinite(n)) return [n, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(n))) + 1);
  let fraction = scale(n, -exponent);
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** A generator with a seed (xorshift of 2 x 32 bits), so that `math.randomseed` repeats a sequence. */
function newRandom(): { next(): number; seed(n: number): void } {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  const step = () => {
    let t = a;
    const s = b;
    a = s;
    t ^= t << 23;
    t ^= t >>> 17;
    t ^= s ^ (s >>> 26);
    b = t;
    return (t + s) >>> 0;
  };
  return {
    next: () => (step() * 2 ** 21 + (step() >>> 11)) / 2 ** 53,
    seed: (n) => {
      const words = new Uint32Array(new Float64Array([n]).buffer);
      a = (words[0]! ^ 0x9e3779b9) | 1;
      b = words[1]! ^ 0x243f6a88;
      for (let i = 0; i < 16; i++) step();
    },
  };
}

const one = (fn: (n: number) => number) => (_L: LuaThread, args: LuaValue[]) => fn(checkNumber(args, 0));

export function openMath(L: LuaThread): Table {
  const random = newRandom();
  const library = functionTable(L, {
    abs: one(Math.abs),
    acos: one(Math.acos),
    asin: one(Math.asin),
    atan: one(Math.atan),
    atan2: (_L, args) => Math.atan2(checkNumber(args, 0), checkNumber(args, 1)),
    ceil: one(Math.ceil),
    cos: one(Math.cos),
    cosh: one(Math.cosh),
    deg: one((n) => n * (180 / Math.PI)),
    exp: one(Math.exp),
    floor: one(Math.floor),
    fmod: (_L, args) => checkNumber(args, 0) % checkNumber(args, 1),
    frexp: (_L, args) => frexp(checkNumber(args, 0)),
    ldexp: (_L, args) => scale(checkNumber(args, 0), checkInt(args, 1)),
    log: (_L, args) => {
      const n = checkNumber(args, 0);
      if (args.length < 2) return Math.log(n);
      const base = checkNumber(args, 1);
      return base === 10 ? commonLog(n) : Math.log2(n) / Math.log2(base);
    },
    log10: one(commonLog),
    max: (_L, args) => {
      let result = checkNumber(args, 0);
      for (let i = 1; i < args.length; i++) {
        const n = checkNumber(args, i);
        if (n > result || Number.isNaN(result)) result = n;
      }
      return result;
    },
    min: (_L, args) => {
      let result = checkNumber(args, 0);
      for (let i = 1; i < args.length; i++) {
        const n = checkNumber(args, i);
        if (n < result || Number.isNaN(result)) result = n;
      }
      return result;
    },
    modf: (_L, args) => {
      const n = checkNumber(args, 0);
      const whole = Math.trunc(n);
      return [whole, Number.isFinite(n) ? n - whole : Number.isNaN(n) ? n : 0];
    },
    pow: (_L, args) => power(checkNumber(args, 0), checkNumber(args, 1)),
    rad: one((n) => n * (Math.PI / 180)),
    random: (_L, args) => {
      const r = random.next();
      if (args.length === 0) return r;
      const low = args.length > 1 ? Math.floor(checkNumber(args, 0)) : 1;
      const high = Math.floor(checkNumber(args, args.length > 1 ? 1 : 0));
      return Math.floor(r * (high - low + 1)) + low;
    },
    randomseed: (_L, args) => {
      random.seed(checkNumber(args, 0));
      return [];
    },
    sin: one(Math.sin),
    sinh: one(Math.sinh),
    sqrt: one(Math.sqrt),
    tan: one(Math.tan),
    tanh: one(Math.tanh),
  });
  library.set('huge', Number.POSITIVE_INFINITY);
  library.set('pi', Math.PI);
  library.set('mod', library.get('fmod'));
  return library;
}

const fold = (combine: (a: number, b: number) => number) => (_L: LuaThread, args: LuaValue[]) => {
  let result = toBit(checkNumber(args, 0));
  for (let i = 1; i < args.length; i++) result = combine(result, toBit(checkNumber(args, i)));
  return result;
};

const two = (fn: (a: number, b: number) => number) => (_L: LuaThread, args: LuaValue[]) =>
  fn(checkNumber(args, 0), checkNumber(args, 1));

export function openBit(L: LuaThread): Table {
  return functionTable(L, {
    arshift: two(arithmeticShift),
    band: fold((a, b) => a & b),
    bnot: one(bitNot),
    bor: fold((a, b) => a | b),
    bswap: one(byteSwap),
    bxor: fold((a, b) => a ^ b),
    lshift: two(leftShift),
    rol: two(rotateLeft),
    ror: two(rotateRight),
    rshift: two(rightShift),
    tobit: one(toBit),
    tohex: (_L, args) => toHex(checkNumber(args, 0), args[1] === undefined ? 8 : checkNumber(args, 1)),
  });
}
