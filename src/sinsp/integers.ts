/**
 * 64-bit integers in captures as numbers (inexact beyond 2^53).
 *
 * Small values are put together without multiplying: a product is a double to the engine even when it is 3, and records
 * would keep it in a box of its own.
 */

/** A signed 64-bit integer, little endian. */
export function int64(view: DataView, at: number): number {
  const low = view.getInt32(at, true);
  const high = view.getInt32(at + 4, true);
  return high === low >> 31 ? low : high * 0x1_0000_0000 + (low >>> 0);
}

/** An unsigned 64-bit integer, little endian. */
export function uint64(view: DataView, at: number): number {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  return high === 0 ? low : high * 0x1_0000_0000 + low;
}
