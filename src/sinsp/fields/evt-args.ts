/** Fields made of an event's arguments: all of them, one of them, the buffer, the result. */
import type { EventCursor } from '../event.js';
import { ByteWriter } from '../format/byte-writer.js';
import { ParamRenderer } from '../format/params.js';
import { latin1 } from '../names.js';
import { ERRNO, EVENTS, PF, PT } from '../schema/index.js';
import { codesWhere, fieldClass, KEY_REQUIRED, lazyCodes, paramIndexes } from './define.js';
import type { Extractor, Field, FieldContext } from './field.js';
import { FieldError } from './field.js';
import { rawArgument } from './raw-argument.js';
import { errorCount, RESULT_PARAM, resultOf } from './results.js';
import { decodeSyslog } from './syslog-message.js';

const { row, number, boolean } = fieldClass('evt');

type Write = (event: EventCursor, writer: ByteWriter) => boolean;

/** A text that is written; the string is made only when somebody wants one. */
export function written(write: Write): Extractor {
  const scratch = new ByteWriter(null, 4096);
  return {
    kind: 'text',
    get: (event) => {
      scratch.length = 0;
      return write(event, scratch) ? scratch.textSince(0) : undefined;
    },
    write,
  };
}

/** The longest name of an event parameter that a text begins with at `at`. */
export function longestParamName(text: string, at: number): string | undefined {
  let best: string | undefined;
  for (const { params } of EVENTS) {
    for (const { name } of params) {
      if (name.length > (best?.length ?? 0) && text.startsWith(name, at)) best = name;
    }
  }
  return best;
}

/** By event code, where the wanted argument is; for `[n]` the same everywhere. */
function argumentIndexes(argument: string): Int8Array {
  if (/^-?\d+$/.test(argument)) {
    const index = Number(argument);
    if (!(index >= 0 && index <= 127)) throw new FieldError(`evt.arg[${argument}]: arguments are counted from 0`);
    return new Int8Array(EVENTS.length).fill(index);
  }
  if (longestParamName(argument, 0) !== argument) throw new FieldError(`unknown event argument ${argument}`);
  return paramIndexes(argument);
}

function argument(context: FieldContext, name: string | undefined): Extractor {
  const indexes = argumentIndexes(name ?? '');
  const renderer = new ParamRenderer(context);
  return written((event, writer) => {
    const index = indexes[event.type]!;
    return index >= 0 && renderer.writeArg(event, index, writer);
  });
}

const withArgument = (name: string | undefined): Uint8Array | undefined => {
  if (name === undefined || /^-?\d+$/.test(name)) return undefined;
  const indexes = paramIndexes(name);
  return codesWhere((info) => indexes[info.code]! >= 0);
};

/** SUCCESS, or the name of the error. */
function resultText(context: FieldContext): Extractor {
  const renderer = new ParamRenderer(context);
  const rendered = written((event, writer) => renderer.writeArg(event, RESULT_PARAM[event.type]!, writer));
  const get = (event: EventCursor): string | undefined => {
    const result = resultOf(event);
    if (Number.isNaN(result)) return undefined;
    if (result >= 0) return 'SUCCESS';
    return (IS_ERRNO[event.type] === 1 ? ERRNO.get(-result) : undefined) ?? (rendered as TextExtractor).get(event);
  };
  return {
    kind: 'text',
    get,
    write: (event, writer) => {
      const text = get(event);
      if (text === undefined) return false;
      writer.text(text);
      return true;
    },
  };
}

type TextExtractor = Extract<Extractor, { kind: 'text' }>;

/** By event code: 1 where negative results are numbers of errors. */
const IS_ERRNO = Uint8Array.from(EVENTS, ({ code, params }) => {
  const type = params[RESULT_PARAM[code]!]?.type;
  return type === PT.ERRNO || type === PT.FD ? 1 : 0;
});

const DATA = paramIndexes('data');
const withData = lazyCodes((info) => DATA[info.code]! >= 0);
const withResult = lazyCodes((info) => RESULT_PARAM[info.code]! >= 0);

export const evtArgFields: readonly Field[] = [
  row(
    'evt.args',
    PT.CHARBUF,
    PF.NA,
    'all arguments, as name=value',
    (context) => {
      const renderer = new ParamRenderer(context);
      return written((event, writer) => {
        renderer.writeArgs(event, writer);
        return true;
      });
    },
    {},
  ),
  row(
    'evt.arg',
    PT.CHARBUF,
    PF.NA,
    'one argument in readable form, by name (evt.arg.fd) or position (evt.arg[0])',
    argument,
    { argument: KEY_REQUIRED, eventTypes: withArgument },
  ),
  row(
    'evt.rawarg',
    PT.DYN,
    PF.NA,
    'one argument by name as the number or text it is, as in evt.rawarg.res',
    rawArgument,
    { argument: KEY_REQUIRED, eventTypes: withArgument, noRhs: true, noTransformer: true },
  ),
  row(
    'evt.info',
    PT.CHARBUF,
    PF.NA,
    'as evt.args; for messages to syslog, the message in one line',
    (context) => {
      const renderer = new ParamRenderer(context);
      return written((event, writer) => {
        const message = decodeSyslog(context.inspector.state, event);
        if (message === null) renderer.writeArgs(event, writer);
        else writer.text(`syslog sev=${message.severityWord} msg=${message.shown}`);
        return true;
      });
    },
    {},
  ),
  row(
    'evt.buffer',
    PT.BYTEBUF,
    PF.NA,
    'data that the call read or wrote, as much as was captured',
    (context, _, purpose): Extractor => {
      if (purpose === 'compare') {
        return {
          kind: 'text',
          get: (event) => {
            const index = DATA[event.type]!;
            if (index < 0 || index >= event.nparams) return undefined;
            const from = event.paramOffsets[index]!;
            return latin1(event.bytes, from, from + event.paramLengths[index]!);
          },
        };
      }
      const renderer = new ParamRenderer(context);
      return written((event, writer) => {
        const index = DATA[event.type]!;
        return index >= 0 && index < event.nparams && renderer.writeRaw(event, index, writer);
      });
    },
    { eventTypes: withData },
  ),
  row('evt.res', PT.CHARBUF, PF.DEC, 'SUCCESS, or the name of the error as in ENOENT', resultText, {
    eventTypes: withResult,
  }),
  number('evt.rawres', PT.INT64, PF.DEC, 'result of the call as a number; errors are negative', () => resultOf, {
    eventTypes: withResult,
  }),
  boolean('evt.failed', 'the call ended with an error', () => (event) => resultOf(event) < 0),
  number('evt.count.error', PT.UINT32, PF.DEC, '1 for calls that failed', () => errorCount, { eventTypes: withResult }),
];
