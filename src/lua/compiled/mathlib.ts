// biome-ignore-all lint/complexity/noArguments: how many arguments there were tells nil from none, and rest arrays cost
/** The `math` and `bit` libraries. */
import * as bits from '../kernel/bit.js';
import { commonLog } from '../kernel/common-log.js';
import { ArgumentError } from '../kernel/errors.js';
import { scale, toInt32 } from '../kernel/numbers.js';
import { addDirect, intArg, numberArg } from './library.js';
import { NONE } from './runtime.js';
import { LuaTable } from './table.js';
import type { NativeFunction } from './values.js';

/** The functions called most, each of its own so that V8 can inline them. */
const hot: Record<string, NativeFunction> = {
  abs: function abs(x) {
    return Math.abs(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  },
  ceil: function ceil(x) {
    return Math.ceil(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  },
  floor: function floor(x) {
    return Math.floor(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  },
  log10: function log10(x) {
    return commonLog(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  },
  sqrt: function sqrt(x) {
    return Math.sqrt(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  },
};

const unary = (fn: (x: number) => number): NativeFunction =>
  function unaryMath(x) {
    return fn(typeof x === 'number' ? x : numberArg(x, 1, arguments.length));
  };

const binary = (fn: (x: number, y: number) => number): NativeFunction =>
  function binaryMath(x, y) {
    return fn(numberArg(x, 1, arguments.length), numberArg(y, 2, arguments.length));
  };

const extreme = (better: (x: number, best: number) => boolean): NativeFunction =>
  function extremeMath(first, ...others) {
    let best = numberArg(first, 1, arguments.length);
    for (let i = 0; i < others.length; i++) {
      const x = numberArg(others[i], i + 2, arguments.length);
      if (better(x, best)) best = x;
    }
    return best;
  };

function frexp(x: number): [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1073, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = scale(x, -exponent);
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  return [mantissa, exponent];
}

/** LuaJIT's generator: Tausworthe with period 2^223, seeded the same way, so that sequences are the same. */
class Random {
  private readonly gen = new BigUint64Array(4);
  private valid = false;
  private static readonly MASK = (1n << 64n) - 1n;
  private static readonly STEPS: readonly [bigint, bigint, bigint][] = [
    [63n, 31n, 18n],
    [58n, 19n, 28n],
    [55n, 24n, 7n],
    [47n, 21n, 8n],
  ];

  private step(): bigint {
    let r = 0n;
    for (let i = 0; i < 4; i++) {
      const [k, q, s] = Random.STEPS[i]!;
      let z = this.gen[i]!;
      z =
        ((((z << q) & Random.MASK) ^ z) >> (k - s)) ^
        (((z & ((Random.MASK << (64n - k)) & Random.MASK)) << s) & Random.MASK);
      r ^= z;
      this.gen[i] = z;
    }
    return r;
  }

  seed(from: number): void {
    const view = new DataView(new ArrayBuffer(8));
    let r = 0x11090601;
    let d = from;
    for (let i = 0; i < 4; i++) {
      const m = BigInt(1 << (r & 255));
      r >>>= 8;
      d = d * Math.PI + Math.E;
      view.setFloat64(0, d);
      let bits64 = view.getBigUint64(0);
      if (bits64 < m) bits64 += m;
      this.gen[i] = bits64;
    }
    this.valid = true;
    for (let i = 0; i < 10; i++) this.step();
  }

  /** 0 <= x < 1. */
  next(): number {
    if (!this.valid) this.seed(0);
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, (this.step() & 0x000fffffffffffffn) | 0x3ff0000000000000n);
    return view.getFloat64(0) - 1;
  }
}

export function openMath(): LuaTable {
  const math = new LuaTable();
  const random = new Random();
  addDirect(math, hot);
  addDirect(math, {
    acos: unary(Math.acos),
    asin: unary(Math.asin),
    atan: unary(Math.atan),
    atan2: binary(Math.atan2),
    cos: unary(Math.cos),
    cosh: unary(Math.cosh),
    deg: unary((x) => (x * 180) / Math.PI),
    exp: unary(Math.exp),
    fmod: binary((x, y) => x % y),
    frexp: function frexpFunction(x) {
      return frexp(numberArg(x, 1, arguments.length));
    },
    ldexp: function ldexp(x, n) {
      return scale(numberArg(x, 1, arguments.length), intArg(n, 2, arguments.length));
    },
    log: function log(x, base) {
      const value = numberArg(x, 1, arguments.length);
      if (base === undefined) return Math.log(value);
      const b = numberArg(base, 2, arguments.length);
      return b === 2 ? Math.log2(value) : b === 10 ? commonLog(value) : Math.log2(value) / Math.log2(b);
    },
    max: extreme((x, best) => x > best),
    min: extreme((x, best) => x < best),
    modf: function modf(x) {
      const value = numberArg(x, 1, arguments.length);
      if (!Number.isFinite(value)) return [value, Number.isNaN(value) ? value : value > 0 ? 0 : -0];
      const whole = Math.trunc(value);
      return [whole, value - whole];
    },
    pow: binary((x, y) => x ** y),
    rad: unary((x) => (x * Math.PI) / 180),
    random: function randomFunction(m, n) {
      const d = random.next();
      if (arguments.length === 0) return d;
      const r1 = numberArg(m, 1, arguments.length);
      if (arguments.length === 1) {
        return Math.floor(d * r1) + 1;
      }
      const r2 = numberArg(n, 2, arguments.length);
      if (r1 > r2) throw new ArgumentError(2, 'interval is empty');
      return Math.floor(d * (r2 - r1 + 1)) + r1;
    },
    randomseed: function randomseed(x) {
      random.seed(numberArg(x, 1, arguments.length));
      return NONE;
    },
    sin: unary(Math.sin),
    sinh: unary(Math.sinh),
    tan: unary(Math.tan),
    tanh: unary(Math.tanh),
  });
  math.set('pi', Math.PI);
  math.set('huge', Number.POSITIVE_INFINITY);
  // The name in 5.0, which old scripts still use.
  math.set('mod', math.get('fmod'));
  return math;
}

export function openBit(): LuaTable {
  const fold = (fn: (a: number, b: number) => number): NativeFunction =>
    function foldBits(first, second, ...others) {
      let result = bits.toBit(numberArg(first, 1, arguments.length));
      if (arguments.length > 1) result = fn(result, bits.toBit(numberArg(second, 2, arguments.length)));
      for (let i = 0; i < others.length; i++) {
        result = fn(result, bits.toBit(numberArg(others[i], i + 3, arguments.length)));
      }
      return result;
    };
  return addDirect(new LuaTable(), {
    tobit: unary(bits.toBit),
    bnot: unary(bits.bitNot),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: binary(bits.leftShift),
    rshift: binary(bits.rightShift),
    arshift: binary(bits.arithmeticShift),
    rol: binary(bits.rotateLeft),
    ror: binary(bits.rotateRight),
    bswap: unary(bits.byteSwap),
    tohex: function tohex(x, n) {
      const value = numberArg(x, 1, arguments.length);
      return bits.toHex(value, n === undefined ? 8 : toInt32(numberArg(n, 2, arguments.length)));
    },
  });
}
