/** Durations as columns of a spectrogram. */
import { unsignedDuration } from './field.js';

/** Width of the screen that columns are scaled to; -1 without one. Whoever draws sets it. */
export const screen = { width: -1 };

/** The column of a duration in nanoseconds: its logarithm, 11 decades wide. NaN for no duration. */
export function quantized(nanos: number): number {
  const unsigned = unsignedDuration(nanos);
  if (!(unsigned > 0)) return Number.NaN;
  return Math.trunc((Math.min(Math.log10(unsigned), 11) * screen.width) / 11) + 1;
}
