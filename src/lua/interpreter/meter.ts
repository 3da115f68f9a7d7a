/**
 * The meter that running Lua code passes: time, memory and depth of the state that runs now. One module variable
 * instead of a field of the state, because the interpreter's loop and every table touch it.
 */
import { workMs } from '../../clock.js';
import { LuaLimitError } from '../vm.js';

/** Loop turns and calls between two looks at the clock. */
const STRIDE = 4096;

/** What a state counts; the running state's meter is {@link meter.current}. */
export interface Meter {
  /** `workMs()` at which the running call is over; Infinity without limit. */
  deadline: number;
  seconds: number;
  /** Estimated bytes made since they were last counted, on top of `alive`. */
  fresh: number;
  /** Bytes found alive at the last count. */
  alive: number;
  /** `fresh` at which memory is counted anew. */
  countAt: number;
  memoryBytes: number;
  depth: number;
  /** Counts what is alive. */
  measure: () => number;
  /** Where the code stands: " in function 'f' (x.lua:3)" or ''. */
  where: () => string;
  /** The limit that was hit: whatever catches errors on the way out passes it on. */
  dying: LuaLimitError | undefined;
}

export function newMeter(): Meter {
  return {
    deadline: Number.POSITIVE_INFINITY,
    seconds: 0,
    fresh: 0,
    alive: 0,
    countAt: Number.POSITIVE_INFINITY,
    memoryBytes: Number.POSITIVE_INFINITY,
    depth: Number.POSITIVE_INFINITY,
    measure: () => 0,
    where: () => '',
    dying: undefined,
  };
}

export const meter: { current: Meter; fuel: number } = { current: newMeter(), fuel: STRIDE };

/** Called when the fuel is used up: looks at the clock. */
export function refuel(): void {
  meter.fuel = STRIDE;
  checkTime();
}

/** Ends the running call when its time is over. */
export function checkTime(): void {
  const { current } = meter;
  if (current.dying) throw current.dying;
  if (current.deadline === Number.POSITIVE_INFINITY || workMs() < current.deadline) return;
  stop(`time limit of ${current.seconds} s exceeded${current.where()}`);
}

/** Raises an error that Lua code cannot catch. */
export function stop(message: string): never {
  const error = new LuaLimitError(message);
  meter.current.dying = error;
  throw error;
}

/** Counts bytes that were made. */
export function charge(bytes: number): void {
  const { current } = meter;
  current.fresh += bytes;
  if (current.fresh > current.countAt) count(current);
}

/** Refuses a string that is longer than all memory, before it is made. */
export function checkStringSize(size: number): void {
  const { current } = meter;
  if (size > current.memoryBytes) {
    stop(`memory limit of ${inMegabytes(current.memoryBytes)} exceeded by one string${current.where()}`);
  }
}

/** Finds out what is alive; ends the running call when it is too much. */
function count(current: Meter): void {
  current.alive = current.measure();
  current.fresh = 0;
  schedule(current);
  if (current.alive > current.memoryBytes) {
    stop(`memory limit of ${inMegabytes(current.memoryBytes)} exceeded${current.where()}`);
  }
}

/** Counting costs time in proportion to what is alive, so it happens when a good part of it has been made anew. */
export function schedule(current: Meter): void {
  current.countAt =
    current.memoryBytes === Number.POSITIVE_INFINITY
      ? Number.POSITIVE_INFINITY
      : Math.max(current.memoryBytes - current.alive, current.memoryBytes / 4) + 1;
}

function inMegabytes(size: number): string {
  return size >= 2 ** 20 ? `${Math.round(size / 2 ** 20)} MiB` : `${size} bytes`;
}
