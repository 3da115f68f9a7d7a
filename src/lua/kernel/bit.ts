/**
 * LuaJIT's `bit` library: 32-bit operations on numbers, results signed.
 */

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const lowWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const MAGIC = 2 ** 52 + 2 ** 51;

/**
 * Normalizes to a signed 32-bit integer. LuaJIT adds a number that moves the value's low bits into the low word of
 * the double, so fractions round to even and values wrap; the same trick gives the same bits beyond 2^51.
 */
export function toBit(n: number): number {
  if ((n | 0) === n) return n | 0;
  if (Number.isNaN(n)) return 0;
  double[0] = n + MAGIC;
  return words[lowWord]! | 0;
}

export const bitNot = (a: number): number => ~toBit(a);
export const leftShift = (a: number, n: number): number => toBit(a) << toBit(n);
export const rightShift = (a: number, n: number): number => (toBit(a) >>> toBit(n)) | 0;
export const arithmeticShift = (a: number, n: number): number => toBit(a) >> toBit(n);

export function rotateLeft(a: number, n: number): number {
  const value = toBit(a);
  const count = toBit(n) & 31;
  return count === 0 ? value : (value << count) | (value >>> (32 - count));
}

export const rotateRight = (a: number, n: number): number => rotateLeft(a, -(toBit(n) & 31));

/** Reverses the four bytes. */
export function byteSwap(a: number): number {
  const v = toBit(a);
  return (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24);
}

/** `bit.tohex(a, digits)`: the lowest digits, filled with zeros beyond 8; a negative count means upper case. */
export function toHex(a: number, digits = 8): string {
  const wanted = toBit(digits);
  const count = Math.min(Math.abs(wanted), 254);
  if (count === 0) return '';
  const text = (toBit(a) >>> 0).toString(16).padStart(Math.max(8, count), '0').slice(-count);
  return wanted < 0 ? text.toUpperCase() : text;
}
