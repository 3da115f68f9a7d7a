/**
 * When `on_interval` fires. The clock is the time of events, nothing else.
 *
 * A plain interval fires once when an event falls into another multiple of the interval than the one before; a precise
 * one fires once for every full interval since the first event. Times are absolute, in nanoseconds; as they do not fit a
 * double they are kept as BigInt. Nearly all events change nothing: those are told by doubles alone, see `isCalm`.
 */

export type Fire = (seconds: number, nanoseconds: number, delta: number) => void;

const SECOND = 1_000_000_000n;
/** A precise interval fires at most this often for one event: a damaged timestamp must not keep it firing for ages. */
const MAX_FIRINGS = 100_000n;

/** More than what a double of nanoseconds since 1970 may be wrong by. */
const DOUBLE_ERROR = 2048;

/** Seconds and intervals arrive as doubles and are cut to unsigned 64-bit integers. */
export const toInterval = (value: number): bigint =>
  Number.isFinite(value) && value > 0 ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 0n;

export class IntervalTimer {
  private plain = 0n;
  private precise = 0n;
  private started = false;
  /** Plain: the multiple of the interval that the event before fell into; precise: the next point counts from here. */
  private reference = 0n;
  private last = 0n;
  /** At times between these two, in nanoseconds, nothing is due; there are none before {@link check}. */
  calmFrom = Number.POSITIVE_INFINITY;
  calmTo = Number.NEGATIVE_INFINITY;

  setPlain(interval: bigint): void {
    this.plain = interval;
    this.calmTo = Number.NEGATIVE_INFINITY;
  }

  setPrecise(interval: bigint): void {
    this.precise = interval;
    this.calmTo = Number.NEGATIVE_INFINITY;
  }

  get active(): boolean {
    return this.plain !== 0n || this.precise !== 0n;
  }

  /** Goes on where the timer of the version before is, if it has the same interval: no interval is cut or repeated. */
  continueFrom(other: IntervalTimer): void {
    if (other.plain !== this.plain || other.precise !== this.precise) return;
    this.started = other.started;
    this.reference = other.reference;
    this.last = other.last;
    this.calmTo = Number.NEGATIVE_INFINITY;
  }

  /** Nothing is due at this time, given in unsigned halves; false: {@link check} has to tell. */
  isCalm(high: number, low: number): boolean {
    const now = high * 0x1_0000_0000 + low;
    return now > this.calmFrom && now < this.calmTo;
  }

  /** An event went by while no interval was set: one set later starts from zero and fires at once. */
  touch(): void {
    this.started = true;
  }

  /** Looks at the time of an event. */
  check(now: bigint, fire: Fire): void {
    const first = !this.started;
    this.started = true;
    if (this.plain !== 0n) this.checkPlain(now, first, fire);
    else if (this.precise !== 0n) this.checkPrecise(now, first, fire);
    this.findCalm();
  }

  private findCalm(): void {
    const { plain, precise, reference } = this;
    // An interval that on_interval has changed is not in step with the reference.
    const inStep = plain === 0n || reference % plain === 0n;
    this.calmFrom = plain === 0n ? Number.NEGATIVE_INFINITY : Number(reference) + DOUBLE_ERROR;
    this.calmTo = inStep
      ? Number(reference + (plain === 0n ? precise : plain)) - DOUBLE_ERROR
      : Number.NEGATIVE_INFINITY;
  }

  /** Looks at a clock that goes on while no events come. It may lag behind the latest event: time never runs back here. */
  checkQuiet(now: bigint, fire: Fire): void {
    if (this.plain !== 0n && now - (now % this.plain) <= this.reference) return;
    this.check(now, fire);
  }

  private checkPlain(now: bigint, first: boolean, fire: Fire): void {
    const sample = now - (now % this.plain);
    if (first) {
      this.reference = sample;
      return;
    }
    if (sample === this.reference) return;
    const delta = this.last === 0n ? 0n : now - this.last;
    if (this.last === 0n || delta !== 0n) fire(Number(now / SECOND), Number(now % SECOND), Number(delta));
    this.reference = sample;
    this.last = now;
  }

  private checkPrecise(now: bigint, first: boolean, fire: Fire): void {
    if (first) {
      this.reference = now;
      return;
    }
    const interval = this.precise;
    if (now - this.reference < interval) return;
    let point = this.reference;
    if (now - point > interval * MAX_FIRINGS) point = now - interval * MAX_FIRINGS;
    for (; point <= now - interval; point += interval) {
      this.reference = point + interval;
      fire(Number(point / SECOND), Number(point % SECOND), Number(interval));
    }
  }
}
