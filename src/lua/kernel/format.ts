/**
 * `string.format` as LuaJIT has it: C's directives on byte strings, with `%d` cutting fractions and `%s` taking
 * anything.
 *
 * A format string is read once into a list of small functions.
 */
import { ArgumentError, KernelError } from './errors.js';
import {
  exponentText,
  nonFinite,
  numberToString,
  stringToNumber,
  stripZeros,
  toInt32,
  toInt64,
  toUint64,
} from './numbers.js';

/** What formatting asks of the tier about values that are neither strings nor numbers. */
export interface FormatHost {
  /** The text `%s` and `%q` show; metamethods included. */
  tostring(value: unknown): string;
  /** The name of the value's type in "number expected, got ...". */
  typeName(value: unknown): string;
  /** The text of `%p`. */
  pointer(value: unknown): string;
}

/** One directive applied to argument number `index` (from 1, the format string itself being 1). */
export type Directive = (value: unknown, index: number, host: FormatHost) => string;

/** A format string that was read. */
export interface FormatParts {
  /** What stands before each directive. */
  readonly literals: readonly string[];
  readonly directives: readonly Directive[];
  /** By directive: what is shown as JavaScript shows it, strings for `%s` and integers of 32 bits for `%d`. */
  readonly plain: readonly ('string' | 'integer' | undefined)[];
  readonly tail: string;
  /** The message of a bad directive, which ends the format. */
  readonly failure: string | undefined;
}

interface Spec {
  left: boolean;
  plus: boolean;
  zero: boolean;
  space: boolean;
  alternate: boolean;
  width: number;
  /** -1: none given. */
  precision: number;
  conversion: string;
}

const cache = new Map<string, FormatParts>();
const CACHE_LIMIT = 1000;

/** Reads a format string; programs use the same few again and again. */
export function readFormat(fmt: string): FormatParts {
  let parts = cache.get(fmt);
  if (parts === undefined) {
    parts = parseFormat(fmt);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(fmt, parts);
  }
  return parts;
}

function parseFormat(fmt: string): FormatParts {
  const literals: string[] = [];
  const directives: Directive[] = [];
  const plain: ('string' | 'integer' | undefined)[] = [];
  let failure: string | undefined;
  let literal = '';
  let at = 0;
  while (at < fmt.length) {
    const mark = fmt.indexOf('%', at);
    if (mark < 0) {
      literal += fmt.slice(at);
      break;
    }
    literal += fmt.slice(at, mark);
    if (fmt[mark + 1] === '%') {
      literal += '%';
      at = mark + 2;
      continue;
    }
    const [spec, end] = parseSpec(fmt, mark + 1);
    if (spec === undefined) {
      failure = `invalid option '${fmt.slice(mark, end)}' to 'format'`;
      break;
    }
    literals.push(literal);
    literal = '';
    directives.push(directiveFor(spec));
    plain.push(plainly(spec));
    at = end;
  }
  return { literals, directives, plain, tail: literal, failure };
}

/**
 * The arguments of `string.format` as text, of which the first is the format string. A bad directive raises its error
 * when formatting reaches it, as in C. Throws {@link ArgumentError} and {@link KernelError}.
 */
export function applyFormat(parts: FormatParts, args: readonly unknown[], host: FormatHost): string {
  const { literals, directives, failure } = parts;
  let text = '';
  for (let i = 0; i < directives.length; i++) {
    if (i + 1 >= args.length) throw new ArgumentError(i + 2, 'value expected');
    text += literals[i]! + directives[i]!(args[i + 1], i + 2, host);
  }
  if (failure !== undefined) throw new KernelError(failure);
  return text + parts.tail;
}

function plainly({ width, precision, plus, space, conversion }: Spec): 'string' | 'integer' | undefined {
  if (width > 0 || precision >= 0) return undefined;
  if (conversion === 's') return 'string';
  return (conversion === 'd' || conversion === 'i') && !plus && !space ? 'integer' : undefined;
}

/** Reads flags, width, precision and conversion; returns where the directive, or what is wrong about it, ends. */
function parseSpec(fmt: string, start: number): [Spec | undefined, number] {
  const spec: Spec = {
    left: false,
    plus: false,
    zero: false,
    space: false,
    alternate: false,
    width: 0,
    precision: -1,
    conversion: '',
  };
  let at = start;
  for (; ; at++) {
    const flag = fmt[at];
    if (flag === '-') spec.left = true;
    else if (flag === '+') spec.plus = true;
    else if (flag === '0') spec.zero = true;
    else if (flag === ' ') spec.space = true;
    else if (flag === '#') spec.alternate = true;
    else break;
  }
  for (let digits = 0; digits < 2 && isDigit(fmt, at); digits++, at++) spec.width = spec.width * 10 + Number(fmt[at]);
  if (fmt[at] === '.') {
    at++;
    spec.precision = 0;
    for (let digits = 0; digits < 2 && isDigit(fmt, at); digits++, at++) {
      spec.precision = spec.precision * 10 + Number(fmt[at]);
    }
  }
  spec.conversion = fmt[at] ?? '';
  if (spec.conversion !== '' && 'aAcdeEfFgGiopqsuxX'.includes(spec.conversion)) return [spec, at + 1];
  return [undefined, spec.conversion >= ' ' ? at + 1 : at];
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function directiveFor(spec: Spec): Directive {
  switch (spec.conversion) {
    case 'd':
    case 'i':
      return decimalDirective(spec);
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return unsignedDirective(spec);
    case 'c':
      return (value, index, host) => pad(String.fromCharCode(toInt32(toNumber(value, index, host)) & 255), spec);
    case 's':
      return stringDirective(spec);
    case 'q':
      return (value, _index, host) => quote(textOf(value, host));
    case 'p':
      return (value, _index, host) => host.pointer(value);
    default:
      return floatDirective(spec);
  }
}

function toNumber(value: unknown, index: number, host: FormatHost): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const n = stringToNumber(value);
    if (n !== undefined) return n;
  }
  throw new ArgumentError(index, `number expected, got ${host.typeName(value)}`);
}

function textOf(value: unknown, host: FormatHost): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? numberToString(value) : host.tostring(value);
}

function pad(text: string, spec: Spec): string {
  if (text.length >= spec.width) return text;
  return spec.left ? text.padEnd(spec.width) : text.padStart(spec.width);
}

function stringDirective(spec: Spec): Directive {
  const { width, precision, left } = spec;
  if (width === 0 && precision < 0) return (value, _index, host) => textOf(value, host);
  return (value, _index, host) => {
    let text = textOf(value, host);
    if (precision >= 0 && text.length > precision) text = text.slice(0, precision);
    if (text.length >= width) return text;
    return left ? text.padEnd(width) : text.padStart(width);
  };
}

/** Sign or radix prefix and digits, filled with zeros to the precision and padded to the width. */
function integerText(digits: string, prefix: string, spec: Spec): string {
  let text = digits.length < spec.precision ? digits.padStart(spec.precision, '0') : digits;
  if (spec.zero && !spec.left && spec.precision < 0) text = text.padStart(spec.width - prefix.length, '0');
  return pad(prefix + text, spec);
}

/** By count. */
const ZEROS: readonly string[] = Array.from({ length: 100 }, (_, count) => '0'.repeat(count));

function decimalDirective(spec: Spec): Directive {
  const plain = plainly(spec) === 'integer';
  const { precision } = spec;
  const digitsOnly = precision > 0 && spec.width === 0 && !spec.plus && !spec.space;
  return (value, index, host) => {
    const n = toNumber(value, index, host);
    if (digitsOnly && n >= 0 && n < 0x80000000) {
      const text = String(n | 0);
      return text.length < precision ? ZEROS[precision - text.length]! + text : text;
    }
    // Adding 0 turns -0 into 0.
    const whole = Math.trunc(n) + 0;
    const text = Number.isSafeInteger(whole) ? String(whole) : toInt64(n).toString();
    if (plain) return text;
    const negative = text.charCodeAt(0) === 45;
    const digits = spec.precision === 0 && whole === 0 ? '' : negative ? text.slice(1) : text;
    return integerText(digits, negative ? '-' : spec.plus ? '+' : spec.space ? ' ' : '', spec);
  };
}

function unsignedDirective(spec: Spec): Directive {
  const radix = spec.conversion === 'u' ? 10 : spec.conversion === 'o' ? 8 : 16;
  const upper = spec.conversion === 'X';
  return (value, index, host) => {
    const n = toNumber(value, index, host);
    const whole = Math.trunc(n) + 0;
    let digits = whole >= 0 && whole <= Number.MAX_SAFE_INTEGER ? whole.toString(radix) : toUint64(n).toString(radix);
    let prefix = '';
    if (digits === '0') {
      if (spec.precision === 0 && !(radix === 8 && spec.alternate)) digits = '';
    } else if (spec.alternate) {
      if (radix === 16) prefix = upper ? '0X' : '0x';
      else if (radix === 8) digits = `0${digits}`;
    }
    return integerText(upper ? digits.toUpperCase() : digits, prefix, spec);
  };
}

function floatDirective(spec: Spec): Directive {
  const kind = spec.conversion.toLowerCase();
  const upper = spec.conversion !== kind;
  const precision = spec.precision < 0 ? 6 : spec.precision;
  const body: (size: number) => string =
    kind === 'f'
      ? (size) => fixedText(size, precision, spec.alternate)
      : kind === 'e'
        ? (size) => scientificText(size, precision, spec.alternate)
        : kind === 'g'
          ? (size) => generalText(size, precision === 0 ? 1 : precision, spec.alternate)
          : (size) => hexText(size, spec.precision, spec.alternate);
  const plain = spec.width === 0 && !spec.plus && !spec.space && !upper;
  if (plain && kind === 'f' && !spec.alternate) {
    return (value, index, host) => {
      const n = toNumber(value, index, host);
      if (n < 1e21 && n > -1e21 && n !== 0) {
        const text = n.toFixed(precision);
        return n < 0 && text.charCodeAt(0) !== 45 ? `-${text}` : text;
      }
      return Number.isFinite(n) ? (n < 0 || Object.is(n, -0) ? '-' : '') + body(Math.abs(n)) : nonFinite(n);
    };
  }
  return (value, index, host) => {
    const n = toNumber(value, index, host);
    const finite = Number.isFinite(n);
    const negative = n < 0 || Object.is(n, -0);
    const sign = negative ? '-' : spec.plus && !Number.isNaN(n) ? '+' : spec.space ? ' ' : '';
    let text = finite ? body(Math.abs(n)) : nonFinite(Math.abs(n));
    if (upper) text = text.toUpperCase();
    if (spec.zero && !spec.left && finite) {
      const prefix = kind === 'a' ? 2 : 0;
      text = text.slice(0, prefix) + text.slice(prefix).padStart(spec.width - sign.length - prefix, '0');
    }
    return pad(sign + text, spec);
  };
}

function fixedText(size: number, precision: number, point: boolean): string {
  let text: string;
  if (size < 1e21) text = size.toFixed(precision);
  else text = BigInt(size).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
  return point && precision === 0 ? `${text}.` : text;
}

function scientificText(size: number, precision: number, point: boolean): string {
  const text = size.toExponential(precision);
  const mark = text.indexOf('e');
  const mantissa = text.slice(0, mark);
  return (point && precision === 0 ? `${mantissa}.` : mantissa) + exponentText(Number(text.slice(mark + 1)));
}

function generalText(size: number, precision: number, alternate: boolean): string {
  const text = size.toExponential(precision - 1);
  const mark = text.indexOf('e');
  const exponent = Number(text.slice(mark + 1));
  if (exponent < -4 || exponent >= precision) {
    if (alternate) return scientificText(size, precision - 1, true);
    return stripZeros(text.slice(0, mark)) + exponentText(exponent);
  }
  const fixed = fixedText(size, precision - 1 - exponent, alternate);
  return alternate ? fixed : stripZeros(fixed);
}

const bits = new DataView(new ArrayBuffer(8));

/** `%a` without sign: denormals are normalized; rounding does not, so the first digit can become 2. */
function hexText(size: number, precision: number, point: boolean): string {
  if (size === 0) {
    return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : point ? '.' : ''}p+0`;
  }
  bits.setFloat64(0, size);
  let mantissa = bits.getBigUint64(0) & ((1n << 52n) - 1n);
  let exponent = Number((bits.getBigUint64(0) >> 52n) & 0x7ffn) - 1023;
  if (exponent === -1023) {
    exponent = -1022;
    while (mantissa < 1n << 52n) {
      mantissa <<= 1n;
      exponent--;
    }
  } else {
    mantissa |= 1n << 52n;
  }
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt(52 - precision * 4);
    mantissa = ((mantissa + (1n << (dropped - 1n))) >> dropped) << dropped;
  }
  const first = mantissa >> 52n;
  let fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const tail = fraction !== '' ? `.${fraction}` : point ? '.' : '';
  return `0x${first}${tail}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

/** `%q`: a literal that Lua reads back as the same bytes. */
export function quote(text: string): string {
  const escaped = text.replace(/["\\\n]|[\x00-\x1f\x7f]/g, (char, at: number) => {
    if (char === '"' || char === '\\' || char === '\n') return `\\${char}`;
    const code = String(char.charCodeAt(0));
    return `\\${isDigit(text, at + 1) ? code.padStart(3, '0') : code}`;
  });
  return `"${escaped}"`;
}
