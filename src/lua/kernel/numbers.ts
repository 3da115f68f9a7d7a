/**
 * Numbers as text and text as numbers, the way LuaJIT does both; and its conversions of doubles to C integers.
 */

/** `tostring(n)`: C's `%.14g`, with `inf`, `-inf`, `nan` and `-0`. */
export function numberToString(n: number): string {
  if (Number.isInteger(n)) {
    if (n < 1e14 && n > -1e14) return n === 0 && 1 / n < 0 ? '-0' : String(n);
  } else if (!Number.isFinite(n)) {
    return nonFinite(n);
  } else {
    // The shortest text that reads back is also the %.14g text when it is short and without an exponent.
    const text = String(n);
    if (text.length <= 15 && (n > 1e-4 || n < -1e-4)) return text;
  }
  const exponential = n.toExponential(13);
  const mark = exponential.indexOf('e');
  const exponent = Number(exponential.slice(mark + 1));
  if (exponent < -4 || exponent >= 14) return stripZeros(exponential.slice(0, mark)) + exponentText(exponent);
  return stripZeros(n.toFixed(13 - exponent));
}

/** `inf`, `-inf` or `nan`: LuaJIT never shows the sign of a NaN. */
export function nonFinite(n: number): string {
  return n > 0 ? 'inf' : n < 0 ? '-inf' : 'nan';
}

/** `e+05`, `e-300`: at least two digits. */
export function exponentText(exponent: number): string {
  const size = Math.abs(exponent);
  return `e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

/** Drops the zeros after the last digit of a fraction, and the point if nothing is left of it. */
export function stripZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  return text.slice(0, end);
}

const DECIMAL = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[ \t\n\v\f\r]*$/;
const HEXADECIMAL =
  /^[ \t\n\v\f\r]*([+-]?)0[xX](?:([0-9a-fA-F]+)\.?([0-9a-fA-F]*)|\.([0-9a-fA-F]+))(?:[pP]([+-]?\d+))?[ \t\n\v\f\r]*$/;
const BINARY = /^[ \t\n\v\f\r]*([+-]?)0[bB]([01]+)[ \t\n\v\f\r]*$/;
const NAMED = /^[ \t\n\v\f\r]*([+-]?)(inf|infinity|nan)[ \t\n\v\f\r]*$/i;

/** `tonumber(s)` and the coercion of strings in arithmetic; `undefined` when the text is no numeral. */
export function stringToNumber(s: string): number | undefined {
  const decimal = DECIMAL.exec(s);
  if (decimal) return Number(decimal[1]);
  const hex = HEXADECIMAL.exec(s);
  if (hex) {
    const whole = hex[2] ?? '';
    const fraction = hex[3] ?? hex[4] ?? '';
    const value = scale(parseDigits(whole + fraction), Number(hex[5] ?? 0) - 4 * fraction.length);
    return hex[1] === '-' ? -value : value;
  }
  const binary = BINARY.exec(s);
  if (binary) {
    const value = Number(BigInt(`0b${binary[2]}`));
    return binary[1] === '-' ? -value : value;
  }
  const named = NAMED.exec(s);
  if (named) {
    if (named[2]!.length === 3 && /nan/i.test(named[2]!)) return Number.NaN;
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return undefined;
}

function parseDigits(hex: string): number {
  return hex.length <= 13 ? Number.parseInt(hex, 16) : Number(BigInt(`0x${hex}`));
}

/** value * 2^exponent in steps that neither overflow nor lose bits early. */
export function scale(value: number, exponent: number): number {
  if (value === 0) return value;
  let e = Math.max(-5000, Math.min(5000, exponent));
  let v = value;
  while (e > 1000) {
    v *= 2 ** 1000;
    e -= 1000;
  }
  while (e < -1000) {
    // Stay in the normal range until the last step: two roundings into denormals would differ from one.
    if (Math.abs(v) < 2 ** -20) break;
    v *= 2 ** -1000;
    e += 1000;
  }
  if (e < -1000) return v * 2 ** -1000 * 2 ** (e + 1000);
  return v * 2 ** e;
}

const ULONG_MAX = 2n ** 64n - 1n;

/** `tonumber(s, base)` for a base of 2 to 36 other than 10, with C's `strtoul` behind it: 64 bits, clamped. */
export function stringToNumberBase(s: string, base: number): number | undefined {
  const parts = /^[ \t\n\v\f\r]*([+-]?)([0-9a-zA-Z]+)[ \t\n\v\f\r]*(?:\0|$)/.exec(s);
  if (!parts) return undefined;
  let digits = parts[2]!.toLowerCase();
  if (base === 16 && /^0x[0-9a-f]/.test(digits)) digits = digits.slice(2);
  let value = 0;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    const digit = code < 58 ? code - 48 : code - 87;
    if (digit >= base) return undefined;
    value = value * base + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) {
    let exact = 0n;
    for (const digit of digits) exact = exact * BigInt(base) + BigInt(Number.parseInt(digit, 36));
    value = Number(exact > ULONG_MAX ? ULONG_MAX : exact);
  }
  return parts[1] === '-' ? -value : value;
}

/** A double as C `int`, as the libraries take indices and counts: truncated; out of range and NaN give -2^31. */
export function toInt32(n: number): number {
  return n > -2147483649 && n < 2147483648 ? Math.trunc(n) + 0 : -2147483648;
}

const INT64_MIN = -(2n ** 63n);

/** A double as signed 64-bit integer: truncated; out of range and NaN give -2^63. */
export function toInt64(n: number): bigint {
  return n >= -(2 ** 63) && n < 2 ** 63 ? BigInt(Math.trunc(n)) : INT64_MIN;
}

/** A double as unsigned 64-bit integer; a negative one wraps. */
export function toUint64(n: number): bigint {
  return BigInt.asUintN(64, toInt64(n >= 2 ** 63 ? n - 2 ** 64 : n));
}
