/**
 * evt.rawarg: an argument as it is, not rendered. Its type is that of the first event that has an argument of the name,
 * whatever the event at hand says: so it is in sysdig, and scripts count on it.
 */
import type { EventCursor } from '../event.js';
import { int64, uint64 } from '../integers.js';
import { latin1 } from '../names.js';
import { EVENTS, PT, PT_SIZE } from '../schema/index.js';
import { paramIndexes } from './define.js';
import { type Extractor, type FieldContext, FieldError, type Purpose } from './field.js';

/** Type of the first event's parameter with a name; events that sysdig 0.29.3 knows go first. */
export function rawArgumentType(name: string): number | undefined {
  let newer: number | undefined;
  for (const { params, shown, in0293 } of EVENTS) {
    const index = params.findIndex((param) => param.name === name);
    if (index < 0) continue;
    if (in0293 && index < shown) return params[index]!.type;
    newer ??= params[index]!.type;
  }
  return newer;
}

export const SIGNED: ReadonlySet<number> = new Set([PT.INT8, PT.INT16, PT.INT32, PT.INT64, PT.PID, PT.ERRNO, PT.FD]);
const UNSIGNED: ReadonlySet<number> = new Set([
  ...[PT.UINT8, PT.UINT16, PT.UINT32, PT.UINT64, PT.FLAGS8, PT.FLAGS16, PT.FLAGS32, PT.MODE, PT.UID, PT.GID],
  ...[PT.RELTIME, PT.ABSTIME, PT.PORT, PT.L4PROTO, PT.SYSCALLID, PT.SIGTYPE, PT.SIGSET, PT.ENUMFLAGS8, PT.ENUMFLAGS16],
  PT.ENUMFLAGS32,
]);
const TEXT: ReadonlySet<number> = new Set([PT.CHARBUF, PT.FSPATH, PT.FSRELPATH]);
/** Types that print as plain numbers; of other numeric types sysdig prints nothing, or stops. */
const PRINTED: ReadonlySet<number> = new Set([PT.INT64, PT.PID, PT.ERRNO]);
/** Numbers whose form depends on a print format that raw arguments lack: they print as missing. */
const UNPRINTED: ReadonlySet<number> = new Set([
  ...[PT.INT8, PT.INT16, PT.INT32, PT.UINT8, PT.UINT16, PT.UINT32, PT.UINT64, PT.RELTIME, PT.ABSTIME, PT.PORT],
  ...[PT.L4PROTO, PT.SOCKADDR, PT.SOCKFAMILY],
]);

/** For a number of which the event does not have all bytes. */
const short = new DataView(new ArrayBuffer(8));

/**
 * The number that lies where an argument lies, in the size and with the sign of `type`, however long the argument is:
 * what follows it in the event belongs to it then. NaN for an empty one.
 */
export function rawNumber(event: EventCursor, index: number, type: number): number {
  if (event.paramLengths[index] === 0) return Number.NaN;
  const size = PT_SIZE[type]!;
  let { view } = event;
  let at = event.paramOffsets[index]!;
  const end = event.blockOffset + event.blockLength;
  if (at + size > end) {
    for (let i = 0; i < size; i++) short.setUint8(i, at + i < end ? view.getUint8(at + i) : 0);
    view = short;
    at = 0;
  }
  const signed = SIGNED.has(type);
  switch (size) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return signed ? view.getInt16(at, true) : view.getUint16(at, true);
    case 4:
      return signed ? view.getInt32(at, true) : view.getUint32(at, true);
    default:
      return signed ? int64(view, at) : uint64(view, at);
  }
}

export function rawArgument(_: FieldContext, name: string | undefined, purpose: Purpose): Extractor {
  const type = rawArgumentType(name ?? '');
  if (type === undefined) throw new FieldError(`unknown event argument ${name}`);
  const indexes = paramIndexes(name!);
  const present = (event: EventCursor): number => {
    const index = indexes[event.type]!;
    return index < event.nparams ? index : -1;
  };
  if (purpose === 'print' && UNPRINTED.has(type)) return { kind: 'number', get: () => Number.NaN };
  if (SIGNED.has(type) || UNSIGNED.has(type)) {
    const refused = purpose === 'print' && !PRINTED.has(type);
    return {
      kind: 'number',
      get: (event) => {
        const index = present(event);
        if (index < 0) return Number.NaN;
        if (refused) throw wrongType(name!, type);
        return rawNumber(event, index, type);
      },
    };
  }
  if (TEXT.has(type)) {
    return {
      kind: 'text',
      get: (event) => {
        const index = present(event);
        if (index < 0) return undefined;
        const end = event.paramTextEnd(index);
        return latin1(event.bytes, event.paramOffsets[index]!, end);
      },
    };
  }
  if (type === PT.BOOL) {
    return {
      kind: 'boolean',
      get: (event) => {
        const index = present(event);
        return index < 0 ? undefined : event.paramUint32(index, 0) !== 0;
      },
    };
  }
  if (type === PT.BYTEBUF || purpose === 'compare') {
    return {
      kind: 'text',
      get: (event) => {
        const index = present(event);
        if (index < 0) return undefined;
        const from = event.paramOffsets[index]!;
        const text = latin1(event.bytes, from, from + event.paramLengths[index]!);
        // Printed, a buffer ends at its first zero byte.
        const nul = purpose === 'print' ? text.indexOf('\0') : -1;
        return nul < 0 ? text : text.slice(0, nul);
      },
    };
  }
  return {
    kind: 'text',
    get: (event) => {
      if (present(event) >= 0) throw wrongType(name!, type);
      return undefined;
    },
  };
}

const wrongType = (name: string, type: number): FieldError =>
  new FieldError(`wrong event type ${type}: evt.rawarg.${name} cannot be printed, use evt.arg.${name}`);
