/** Fields of an event's time: when, since when, how long. */
import type { EventCursor } from '../event.js';
import { ByteWriter } from '../format/byte-writer.js';
import { writeUint64 } from '../format/numbers.js';
import { OutputTime } from '../format/output-time.js';
import { localOffset, nanosOf, PreviousTime, secondsOf, writeClock, writeDate, writeFraction } from '../format/time.js';
import { EC, EF, EVENT_CATEGORIES, EVENT_FLAGS, PF, PPME, PT } from '../schema/index.js';
import { fieldClass, INDEX_REQUIRED } from './define.js';
import { type Extractor, type Field, type FieldContext, FieldError, unsignedDuration } from './field.js';
import { humanDuration } from './human-duration.js';
import { quantized } from './quantized.js';

const { row, text, number } = fieldClass('evt');

const BILLION = 1e9;
const NANOS = 1_000_000_000n;

const timestamp = (event: EventCursor): bigint => (BigInt(event.tsHigh) << 32n) | BigInt(event.tsLow);

const asBigint: Extractor = {
  kind: 'bigint',
  get: timestamp,
  write: (event, writer) => {
    writeUint64(writer, event.tsHigh, event.tsLow);
    return true;
  },
};

/** A time as text; the raw timestamp where the output is JSON. */
function timeField(
  name: string,
  description: string,
  make: (context: FieldContext) => (event: EventCursor, writer: ByteWriter) => void,
  extra: Partial<Field> = {},
): Field {
  return row(
    name,
    PT.CHARBUF,
    PF.NA,
    description,
    (context, _, purpose) => {
      if (context.settings.json && purpose === 'print') return asBigint;
      const write = make(context);
      const scratch = new ByteWriter(null, 128);
      return {
        kind: 'text',
        get: (event) => {
          scratch.length = 0;
          write(event, scratch);
          return scratch.textSince(0);
        },
        write: (event, writer) => {
          write(event, writer);
          return true;
        },
      };
    },
    extra,
  );
}

/** Writes parts of local time. */
const local = (date: boolean, nanos: boolean) => () => {
  const offset = localOffset();
  return (event: EventCursor, writer: ByteWriter): void => {
    const seconds = secondsOf(event.tsHigh, event.tsLow);
    if (date) {
      writeDate(writer, seconds + offset);
      writer.byte(0x20);
    }
    writeClock(writer, seconds + offset);
    if (nanos) writeFraction(writer, nanosOf(event.tsLow, seconds));
  };
};

const isoTime = () => (event: EventCursor, writer: ByteWriter) => {
  const seconds = secondsOf(event.tsHigh, event.tsLow);
  writeDate(writer, seconds);
  writer.byte(0x54);
  writeClock(writer, seconds);
  writeFraction(writer, nanosOf(event.tsLow, seconds));
  writer.text('+0000');
};

/** Events that take no part in the pairing of enter and exit. */
const isUnpaired = (type: number): boolean =>
  (EVENT_FLAGS[type]! & EF.SKIPPARSERESET) !== 0 && type !== PPME.PROCINFO_E;

/**
 * Latency of the event's thread: 0 for events that take no part in pairing (context switches, signals), NaN for internal
 * events.
 */
function latencyOf(event: EventCursor): number {
  const { thread, type } = event;
  if (thread === null || isUnpaired(type)) return 0;
  return EVENT_CATEGORIES[type]! & EC.INTERNAL ? Number.NaN : thread.latency;
}

const seconds = (nanos: number): number => Math.floor(unsignedDuration(nanos) / BILLION);
const rest = (nanos: number): number =>
  nanos < 0 ? Number(BigInt.asUintN(64, BigInt(nanos)) % NANOS) : nanos - Math.floor(nanos / BILLION) * BILLION;

/** evt.outputtime: the form is chosen by the -t option, which may change while the capture runs. */
const outputTime = (context: FieldContext) => {
  const time = new OutputTime(context.settings);
  return (event: EventCursor, writer: ByteWriter): void => time.write(event, writer);
};

/**
 * A part of the time since the previous event. Time that runs backwards wraps around, as unsigned 64-bit numbers do: too
 * large for a double.
 */
function deltaField(name: string, format: number, description: string, part: (delta: bigint) => bigint): Field {
  const width = format === PF['10_PADDED_DEC'] ? 9 : 0;
  return row(
    name,
    PT.RELTIME,
    format,
    description,
    () => {
      const previous = new PreviousTime();
      const get = (event: EventCursor): bigint =>
        part(BigInt.asUintN(64, BigInt(previous.since(event.tsHigh, event.tsLow))));
      return {
        kind: 'bigint',
        get,
        write: (event, writer) => {
          writer.text(get(event).toString().padStart(width, '0'));
          return true;
        },
      };
    },
    { stateful: true },
  );
}

/** A position in time and a reach, for evt.around. */
function around(argument: string | undefined): { high: number; low: number } {
  if (argument === undefined || !/^\d{1,20}$/.test(argument)) {
    throw new FieldError('evt.around needs a timestamp in nanoseconds, as in evt.around[1700000000123457789]=100');
  }
  const at = BigInt(argument);
  return { high: Number(at >> 32n), low: Number(at & 0xffff_ffffn) };
}

export const evtTimeFields: readonly Field[] = [
  timeField('evt.time', 'local time of day with nanoseconds', local(false, true)),
  timeField('evt.time.s', 'local time of day in whole seconds', local(false, false)),
  timeField('evt.time.iso8601', 'date and time in UTC as ISO 8601 has it, with nanoseconds', isoTime),
  timeField('evt.datetime', 'local date and time with nanoseconds', local(true, true)),
  timeField('evt.datetime.s', 'local date and time in whole seconds', local(true, false)),
  row('evt.rawtime', PT.ABSTIME, PF.DEC, 'nanoseconds since 1970', () => asBigint, {}),
  number(
    'evt.rawtime.s',
    PT.ABSTIME,
    PF.DEC,
    'whole seconds since 1970',
    () => (event) => secondsOf(event.tsHigh, event.tsLow),
  ),
  number(
    'evt.rawtime.ns',
    PT.ABSTIME,
    PF['10_PADDED_DEC'],
    'nanoseconds within that second',
    () => (event) => nanosOf(event.tsLow, secondsOf(event.tsHigh, event.tsLow)),
  ),
  number(
    'evt.reltime',
    PT.RELTIME,
    PF['10_PADDED_DEC'],
    'nanoseconds since the first event of the capture',
    () => (event) => event.time,
  ),
  number(
    'evt.reltime.s',
    PT.RELTIME,
    PF.DEC,
    'whole seconds since the first event',
    () => (event) => seconds(event.time),
  ),
  number(
    'evt.reltime.ns',
    PT.RELTIME,
    PF['10_PADDED_DEC'],
    'nanoseconds within that second',
    () => (event) => rest(event.time),
  ),
  number(
    'evt.latency',
    PT.RELTIME,
    PF.DEC,
    'nanoseconds between the beginning and the end of a call; 0 at its beginning',
    () => latencyOf,
  ),
  number(
    'evt.latency.s',
    PT.RELTIME,
    PF.DEC,
    'whole seconds of the latency',
    () => (event) => seconds(latencyOf(event)),
  ),
  number(
    'evt.latency.ns',
    PT.RELTIME,
    PF['10_PADDED_DEC'],
    'nanoseconds beyond those seconds',
    () => (event) => rest(latencyOf(event)),
  ),
  number(
    'evt.latency.quantized',
    PT.UINT64,
    PF.DEC,
    'logarithm of the latency, scaled to the width of the screen',
    () => (event) => (event.thread === null ? Number.NaN : quantized(latencyOf(event))),
    { hidden: true },
  ),
  text('evt.latency.human', 'latency with a unit, as in 1.23ms', () => {
    // Events without a thread, or whose thread came to be by this event, repeat the text of the one before: so sysdig has it.
    let last = '';
    return (event) => {
      const latency = latencyOf(event);
      if (Number.isNaN(latency)) return undefined;
      if (event.thread !== null && !isUnpaired(event.type) && event.lateThread !== event.serial)
        last = humanDuration(latency);
      return last;
    };
  }),
  deltaField('evt.deltatime', PF.DEC, 'nanoseconds since the previous event that was shown', (delta) => delta),
  deltaField(
    'evt.deltatime.s',
    PF.DEC,
    'whole seconds since the previous event that was shown',
    (delta) => delta / NANOS,
  ),
  deltaField('evt.deltatime.ns', PF['10_PADDED_DEC'], 'nanoseconds beyond those seconds', (delta) => delta % NANOS),
  timeField('evt.outputtime', 'time in the form that the option -t chose', outputTime, {
    hidden: true,
    printOnly: true,
  }),
  number('evt.wait_latency', PT.RELTIME, PF.DEC, 'nanoseconds a call that waits took, at its end', () => (event) => {
    if ((event.type & 1) === 0 || (EVENT_FLAGS[event.type]! & EF.WAITS) === 0) return Number.NaN;
    return event.thread === null ? 0 : event.thread.latency;
  }),
  number(
    'evt.around',
    PT.UINT64,
    PF.DEC,
    'evt.around[T]=MS: the event is at most MS milliseconds away from the time T (nanoseconds since 1970)',
    (_, argument) => {
      around(argument);
      return (event) => event.time;
    },
    {
      argument: INDEX_REQUIRED,
      filterOnly: true,
      noRhs: true,
      noTransformer: true,
      compare: (operator, values, _, argument) => {
        if (operator !== '=' && operator !== '==') throw new FieldError("evt.around can only be compared with '='");
        const { high, low } = around(argument);
        if (!/^\s*\d+$/.test(values[0]!)) throw new FieldError(`"${values[0]}" is not a number of milliseconds`);
        const reach = Number(values[0]) * 1e6;
        return (event) => Math.abs((event.tsHigh - high) * 0x1_0000_0000 + (event.tsLow - low)) <= reach;
      },
    },
  ),
];
