/** Numbers in filters. */
import { parsePort } from '../fields/fd-compare.js';
import { FieldError } from '../fields/field.js';
import { PT } from '../schema/index.js';

/** Width in bits of integer types, negative for signed ones; 64-bit and other types have no entry. */
const WIDTHS = new Map<number, number>([
  [PT.INT8, -8],
  [PT.INT16, -16],
  [PT.INT32, -32],
  [PT.UINT8, 8],
  [PT.UINT16, 16],
  [PT.UINT32, 32],
  [PT.FLAGS8, 8],
  [PT.FLAGS16, 16],
  [PT.FLAGS32, 32],
  [PT.ENUMFLAGS8, 8],
  [PT.ENUMFLAGS16, 16],
  [PT.ENUMFLAGS32, 32],
  [PT.MODE, 32],
  [PT.UID, 32],
  [PT.GID, 32],
  [PT.L4PROTO, 8],
  [PT.SYSCALLID, 16],
  [PT.SIGTYPE, 8],
]);
const SIGNED_64: ReadonlySet<number> = new Set([PT.INT64, PT.ERRNO, PT.PID, PT.FD]);

const MOST = (1n << 64n) - 1n;

/**
 * The number a text stands for, cut to the width of the type: `-1` is 4294967295 for an unsigned 32-bit field. Throws
 * FieldError.
 */
export function parseNumber(text: string, type: number): bigint | number {
  if (type === PT.PORT) return parsePort(text);
  if (type === PT.BOOL) {
    if (text === 'true' || text === 'false') return text === 'true' ? 1 : 0;
    throw new FieldError(`"${text}" is not a boolean: true or false`);
  }
  if (type === PT.DOUBLE) {
    const value = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) throw new FieldError(`"${text}" is not a valid number`);
    return value;
  }
  const match = /^\s*([-+]?)(\d+|0x[0-9a-f]+)$/i.exec(text);
  if (match === null) throw new FieldError(`"${text}" is not a valid number`);
  const magnitude = BigInt(match[2]!);
  const width = WIDTHS.get(type) ?? (SIGNED_64.has(type) ? -64 : 64);
  const value = fitted(match[1] === '-', magnitude, width < 0);
  return width < 0 ? BigInt.asIntN(-width, value) : BigInt.asUintN(width, value);
}

/** What C's strtoll and strtoull make of a number that is too large for 64 bits: the nearest, or the largest. */
function fitted(isNegative: boolean, magnitude: bigint, isSigned: boolean): bigint {
  if (!isSigned && magnitude > MOST) return MOST;
  const value = isNegative ? -magnitude : magnitude;
  if (!isSigned || (value >= -(1n << 63n) && value < 1n << 63n)) return value;
  return isNegative ? -(1n << 63n) : (1n << 63n) - 1n;
}
