/**
 * Numbers as text, written straight into a ByteWriter: no strings, no BigInt. 64-bit values come as two halves.
 */
import type { ByteWriter } from './byte-writer.js';

const TWO_32 = 0x1_0000_0000;
const BILLION = 1_000_000_000;
const ZERO = 48;
const MINUS = 45;
const MAX_SAFE_HIGH = 0x20_0000;

const MILLION = 1_000_000;

/** The three digits of 0 to 999 as the bytes of a word, the first one lowest. */
const TRIPLES = Int32Array.from(
  { length: 1000 },
  (_, i) => (ZERO + Math.floor(i / 100)) | ((ZERO + (Math.floor(i / 10) % 10)) << 8) | ((ZERO + (i % 10)) << 16),
);

/**
 * Digits of a non-negative int32, without leading zeros; room must have been reserved. Three digits are written as four
 * bytes: the last one is overwritten by what comes next, and lies in the writer's slack at its end.
 */
function putDigits(writer: ByteWriter, value: number): void {
  if (value < 1000) {
    putFirst(writer, value);
  } else if (value < MILLION) {
    const thousands = (value / 1000) | 0;
    putFirst(writer, thousands);
    putTriple(writer, value - thousands * 1000);
  } else {
    const millions = (value / MILLION) | 0;
    if (millions < 1000) {
      putFirst(writer, millions);
    } else {
      const billions = (millions / 1000) | 0;
      putFirst(writer, billions);
      putTriple(writer, millions - billions * 1000);
    }
    putSix(writer, value - millions * MILLION);
  }
}

/** One to three digits: 0 to 999 without leading zeros. */
function putFirst(writer: ByteWriter, value: number): void {
  const zeros = value < 10 ? 2 : value < 100 ? 1 : 0;
  const at = writer.length;
  writer.view.setInt32(at, TRIPLES[value]! >> (zeros << 3), true);
  writer.length = at + 3 - zeros;
}

/** Three digits, with leading zeros. */
function putTriple(writer: ByteWriter, value: number): void {
  const at = writer.length;
  writer.view.setInt32(at, TRIPLES[value]!, true);
  writer.length = at + 3;
}

/** Six digits, with leading zeros. */
function putSix(writer: ByteWriter, value: number): void {
  const thousands = (value / 1000) | 0;
  putTriple(writer, thousands);
  putTriple(writer, value - thousands * 1000);
}

/** Nine digits, with leading zeros. */
function putNine(writer: ByteWriter, value: number): void {
  const millions = (value / MILLION) | 0;
  putTriple(writer, millions);
  putSix(writer, value - millions * MILLION);
}

/** A non-negative integer up to 2^53. */
export function writeUint(writer: ByteWriter, value: number): void {
  writer.reserve(20);
  if (value < 0x8000_0000) {
    putDigits(writer, value | 0);
    return;
  }
  const billions = Math.floor(value / BILLION);
  const rest = value - billions * BILLION;
  if (billions < 0x8000_0000) putDigits(writer, billions | 0);
  else writeUint(writer, billions);
  putNine(writer, rest | 0);
}

/** An integer between -2^53 and 2^53. */
export function writeInt(writer: ByteWriter, value: number): void {
  if (value < 0) {
    writer.byte(MINUS);
    writeUint(writer, -value);
  } else {
    writeUint(writer, value);
  }
}

/** A non-negative integer up to 2^53, zero padded on the left to `width` digits (longer numbers are not cut). */
export function writePadded(writer: ByteWriter, value: number, width: number): void {
  writer.reserve(width + 20);
  if (width === 9 && value < BILLION) {
    putNine(writer, value | 0);
    return;
  }
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  for (; digits < width; digits++) writer.bytes[writer.length++] = ZERO;
  writeUint(writer, value);
}

/** An unsigned 64-bit value from its unsigned halves. */
export function writeUint64(writer: ByteWriter, high: number, low: number): void {
  if (high < MAX_SAFE_HIGH) {
    writeUint(writer, high * TWO_32 + low);
    return;
  }
  let billions = Math.floor((high * TWO_32 + low) / BILLION);
  // The low word of the remainder is exact; the quotient may be off by one.
  let rest = (low - Math.imul(billions | 0, BILLION)) >>> 0;
  if (rest >= 0xc000_0000) {
    billions--;
    rest = (rest + BILLION) >>> 0;
  } else if (rest >= BILLION) {
    billions++;
    rest -= BILLION;
  }
  writeUint(writer, billions);
  writer.reserve(9);
  putNine(writer, rest | 0);
}

/** A signed 64-bit value from its halves; the high one is signed or unsigned. */
export function writeInt64(writer: ByteWriter, high: number, low: number): void {
  high |= 0;
  if (high >= 0) {
    writeUint64(writer, high, low);
    return;
  }
  writer.byte(MINUS);
  if (low === 0) writeUint64(writer, -high >>> 0, 0);
  else writeUint64(writer, ~high >>> 0, -low >>> 0);
}

/** Hexadecimal without prefix or leading zeros, from unsigned halves. */
export function writeHex64(writer: ByteWriter, high: number, low: number, upper: boolean): void {
  if (high === 0) {
    writeHex(writer, low, upper);
    return;
  }
  writeHex(writer, high, upper);
  writeHexPadded(writer, low, 8, upper);
}

/** An unsigned 32-bit value in hexadecimal, without prefix or leading zeros. */
export function writeHex(writer: ByteWriter, value: number, upper: boolean): void {
  writeHexPadded(writer, value, value === 0 ? 1 : (35 - Math.clz32(value)) >> 2, upper);
}

/** The lowest `digits` hexadecimal digits of a 32-bit value. */
export function writeHexPadded(writer: ByteWriter, value: number, digits: number, upper: boolean): void {
  writer.reserve(digits);
  const bytes = writer.bytes;
  const letters = upper ? 55 : 87;
  let at = writer.length;
  for (let shift = digits * 4 - 4; shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 15;
    bytes[at++] = digit + (digit < 10 ? ZERO : letters);
  }
  writer.length = at;
}

/** Octal without prefix or leading zeros, from unsigned halves. */
export function writeOct64(writer: ByteWriter, high: number, low: number): void {
  // 64 bits are 22 octal digits: 10 of the low 30 bits, one across the halves, 10 of the high word, one bit.
  let started = false;
  writer.reserve(22);
  for (let shift = 63; shift >= 0; shift -= 3) {
    let digit: number;
    if (shift >= 32) digit = (high >>> (shift - 32)) & 7;
    else if (shift >= 30) digit = ((low >>> shift) | (high << (32 - shift))) & 7;
    else digit = (low >>> shift) & 7;
    if (digit !== 0 || started || shift === 0) {
      started = true;
      writer.bytes[writer.length++] = ZERO + digit;
    }
  }
}

/**
 * A rounded text of a number as C rounds: of two texts that are equally near, the one whose last digit is even.
 * JavaScript takes the larger one. `exact` has more digits than a double can end in a tie with.
 */
function halfEven(rounded: string, exact: string, length: number): string {
  const end = exact.indexOf('e');
  const rest = exact.slice(length, end < 0 ? exact.length : end);
  if (!/^\.?50*$/.test(rest) || (rounded.charCodeAt(length - 1) & 1) === 0) return rounded;
  return exact.slice(0, length) + (end < 0 ? '' : exact.slice(end));
}

/** The text of C's `%.Nf`. */
export function fixedText(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  if (!Number.isInteger(value * 10 ** digits * 2)) return rounded;
  const exact = value.toFixed(60);
  return halfEven(rounded, exact, exact.indexOf('.') + (digits === 0 ? 0 : 1 + digits));
}

/** The text of C's `%g`: six significant digits, no trailing zeros, an exponent below -4 and from 6 on. */
export function generalText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : String(value).toLowerCase();
  const scientific = halfEven(value.toExponential(5), value.toExponential(60), value < 0 ? 8 : 7);
  const [mantissa, exponentText] = scientific.split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    const digits = mantissa.replace(/\.?0+$/, '');
    const magnitude = Math.abs(exponent);
    return `${digits}e${exponent < 0 ? '-' : '+'}${magnitude < 10 ? '0' : ''}${magnitude}`;
  }
  const fixed = fixedText(value, 5 - exponent);
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}
