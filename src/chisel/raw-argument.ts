/**
 * `evt.rawarg.NAME` for Lua. The value has the type that the first event with a parameter of that name gives it, whatever
 * the event at hand says. Texts keep their terminating zero byte.
 */
import { LuaError, type LuaValue } from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import { rawArgumentType, rawNumber, SIGNED } from '../sinsp/fields/raw-argument.js';
import { latin1 } from '../sinsp/names.js';
import { EVENT_COUNT, EVENTS, PT } from '../sinsp/schema/index.js';
import { API_MISUSE } from './errors.js';

const NUMBERS = new Set<number>([
  ...SIGNED,
  PT.UINT8,
  PT.UINT16,
  PT.UINT32,
  PT.UINT64,
  PT.FLAGS8,
  PT.FLAGS16,
  PT.FLAGS32,
  PT.ENUMFLAGS8,
  PT.ENUMFLAGS16,
  PT.ENUMFLAGS32,
  PT.MODE,
  PT.UID,
  PT.GID,
  PT.RELTIME,
  PT.ABSTIME,
  PT.PORT,
  PT.L4PROTO,
]);
const BYTES = new Set<number>([PT.CHARBUF, PT.BYTEBUF, PT.FSPATH, PT.FSRELPATH]);

/** For each event code the index of the parameter of that name, or -1. */
export function parameterIndexes(name: string): Int8Array {
  const indexes = new Int8Array(EVENT_COUNT);
  for (const event of EVENTS) indexes[event.code] = event.params.findIndex((param) => param.name === name);
  return indexes;
}

export function rawArgumentReader(name: string): (event: EventCursor) => LuaValue {
  const indexes = parameterIndexes(name);
  const value = valueReader(rawArgumentType(name)!);
  return (event) => {
    const index = indexes[event.type]!;
    return index < 0 || index >= event.nparams ? undefined : value(event, index);
  };
}

/** Reads a parameter that is there, as one of this type. */
function valueReader(type: number): (event: EventCursor, index: number) => LuaValue {
  if (NUMBERS.has(type)) {
    return (event, index) => (event.paramLength(index) === 0 ? undefined : rawNumber(event, index, type));
  }
  if (BYTES.has(type)) {
    return (event, index) => {
      const at = event.paramOffsets[index]!;
      return latin1(event.bytes, at, at + event.paramLength(index));
    };
  }
  switch (type) {
    case PT.BOOL:
      return (event, index) => (event.paramLength(index) === 0 ? undefined : event.paramUint32(index) !== 0);
    case PT.DOUBLE:
      return (event, index) =>
        event.paramLength(index) < 8 ? undefined : event.view.getFloat64(event.paramOffsets[index]!, true);
    case PT.SOCKADDR:
    case PT.SOCKFAMILY:
      return () => undefined;
    default:
      return () => {
        process.stderr.write(`wrong event type ${type}\n`);
        throw new LuaError(API_MISUSE);
      };
  }
}
