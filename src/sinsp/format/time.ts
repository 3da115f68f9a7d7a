/**
 * Times as text. A timestamp is nanoseconds since the epoch in two unsigned halves, split into seconds and nanoseconds
 * without BigInt. Local time uses the zone's offset at the moment the program runs, for all events, as sysdig does.
 */
import type { ByteWriter } from './byte-writer.js';
import { writePadded, writeUint } from './numbers.js';

const TWO_32 = 0x1_0000_0000;
const BILLION = 1_000_000_000;
const DAY = 86_400;
const COLON = 58;
const DASH = 45;
const DOT = 46;

/** Seconds of a timestamp; {@link nanosOf} needs the same halves. */
export function secondsOf(high: number, low: number): number {
  const seconds = Math.floor((high * TWO_32 + low) / BILLION);
  // The quotient of the rounded sum may be one off; the low word of the remainder tells.
  const rest = (low - Math.imul(seconds | 0, BILLION)) >>> 0;
  if (rest >= 0xc000_0000) return seconds - 1;
  return rest >= BILLION ? seconds + 1 : seconds;
}

/** Nanoseconds within the second, given {@link secondsOf} of the same halves. */
export function nanosOf(low: number, seconds: number): number {
  return (low - Math.imul(seconds | 0, BILLION)) >>> 0;
}

/** A timestamp in two numbers. */
export interface SplitTime {
  seconds: number;
  nanoseconds: number;
}

/** Splits a timestamp into `into`. */
export function splitTimestamp(high: number, low: number, into: SplitTime): void {
  into.seconds = secondsOf(high, low);
  into.nanoseconds = nanosOf(low, into.seconds);
}

/** Seconds that local time is ahead of UTC, now. */
export function localOffset(): number {
  return -new Date().getTimezoneOffset() * 60;
}

/** `HH:MM:SS` of seconds since the epoch (shifted by an offset where wanted). */
export function writeClock(writer: ByteWriter, seconds: number): void {
  const ofDay = (((seconds % DAY) + DAY) % DAY) | 0;
  const hours = (ofDay / 3600) | 0;
  const rest = ofDay - hours * 3600;
  const minutes = (rest / 60) | 0;
  writer.reserve(8);
  const bytes = writer.bytes;
  const at = writer.length;
  twoDigits(bytes, at, hours);
  bytes[at + 2] = COLON;
  twoDigits(bytes, at + 3, minutes);
  bytes[at + 5] = COLON;
  twoDigits(bytes, at + 6, rest - minutes * 60);
  writer.length = at + 8;
}

function twoDigits(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[at] = 48 + tens;
  bytes[at + 1] = 48 + value - tens * 10;
}

/** `YYYY-MM-DD`. */
export function writeDate(writer: ByteWriter, seconds: number): void {
  // Days to year, month, day in the proleptic Gregorian calendar, years beginning in March.
  const days = Math.floor(seconds / DAY) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  writePadded(writer, yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  writer.byte(DASH);
  writePadded(writer, month, 2);
  writer.byte(DASH);
  writePadded(writer, day, 2);
}

/** `.NNNNNNNNN` */
export function writeFraction(writer: ByteWriter, nanos: number): void {
  writer.byte(DOT);
  writePadded(writer, nanos, 9);
}

/**
 * Nanoseconds as seconds with nine decimals. Negative differences, from clocks of different CPUs, wrap around as unsigned
 * 64-bit numbers do.
 */
export function writeSeconds(writer: ByteWriter, nanos: number | bigint): void {
  if (typeof nanos === 'bigint' || nanos < 0) {
    const wrapped = BigInt.asUintN(64, BigInt(nanos));
    writer.text((wrapped / 1_000_000_000n).toString());
    writeFraction(writer, Number(wrapped % 1_000_000_000n));
    return;
  }
  const seconds = Math.floor(nanos / BILLION);
  writeUint(writer, seconds);
  writeFraction(writer, nanos - seconds * BILLION);
}

/** The time of the event that was looked at last; another capture goes on from that of the one before. */
export class PreviousTime {
  private high = Number.NaN;
  private low = 0;

  /** Nanoseconds since then; 0 the first time. A BigInt where a double does not hold them. */
  since(tsHigh: number, tsLow: number): number | bigint {
    const high = tsHigh - this.high;
    const low = tsLow - this.low;
    this.high = tsHigh;
    this.low = tsLow;
    if (Number.isNaN(high)) return 0;
    const delta = high * 0x1_0000_0000 + low;
    return Number.isSafeInteger(delta) ? delta : BigInt(high) * 0x1_0000_0000n + BigInt(low);
  }
}
