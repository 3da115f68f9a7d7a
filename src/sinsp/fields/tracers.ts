/** Fields of spans, which programs mark by tracer events: `span.*`, and of events inside of spans: `evtin.*`. */
import type { EventCursor } from '../event.js';
import { PF, PPME, PT } from '../schema/index.js';
import { fieldClass, INDEX_REQUIRED, indexArgument, KEY_REQUIRED, lazyCodes } from './define.js';
import { evtTimeFields } from './evt-time.js';
import type { Candidates, Field, FieldContext } from './field.js';
import { humanDuration } from './human-duration.js';
import { quantized } from './quantized.js';
import type { TracerMark } from './tracer-marks.js';
import { type MarkedEvent, type Span, TracerSpans } from './tracer-spans.js';

const span = fieldClass('span');
const evtin = fieldClass('evtin');

/** Marks are written with write. */
const onMarks = { eventTypes: lazyCodes((info) => info.code === PPME.SYSCALL_WRITE_X) };

const ofMark =
  <T>(get: (marked: MarkedEvent, argument: string | undefined, spans: TracerSpans) => T | undefined) =>
  ({ inspector }: FieldContext, argument: string | undefined) => {
    const spans = TracerSpans.of(inspector);
    return (event: EventCursor): T | undefined => {
      const marked = spans.markOf(event);
      return marked === undefined ? undefined : get(marked, argument, spans);
    };
  };

const numberOfMark =
  (get: (marked: MarkedEvent, argument: string | undefined, event: EventCursor) => number) =>
  ({ inspector }: FieldContext, argument: string | undefined) => {
    const spans = TracerSpans.of(inspector);
    return (event: EventCursor): number => {
      const marked = spans.markOf(event);
      return marked === undefined ? Number.NaN : get(marked, argument, event);
    };
  };

/** An item by position; negative ones count from the end. */
const pick = <T>(items: readonly T[], index: number): T | undefined => items[index < 0 ? items.length + index : index];

function tagOf(mark: TracerMark, argument: string | undefined): string | undefined {
  return pick(mark.tags, Number(argument));
}

function argumentOf(mark: TracerMark | undefined, argument: string | undefined): string | undefined {
  if (mark === undefined || argument === undefined) return undefined;
  if (/^-?\d+$/.test(argument)) return pick(mark.args, Number(argument))?.[1];
  return mark.args.find(([name]) => name === argument)?.[1];
}

const argumentsText = (mark: TracerMark | undefined, between: string): string | undefined =>
  mark?.args.map(([name, value]) => `${name}${between}${value}`).join(',');

/** Duration of a span at its end. */
const durationOf = ({ mark, span: begun }: MarkedEvent, time: number): number =>
  mark.isEnter || begun === undefined ? Number.NaN : Math.max(time - begun.time, 0);

/** Whether a mark has as many tags as the argument says, which counts from 0. */
const hasTags = ({ mark }: MarkedEvent, name: string, argument: string | undefined): boolean =>
  mark.tags.length - 1 === indexArgument(name, argument);

const timestampText = (begun: Span | undefined): string | undefined =>
  begun === undefined ? undefined : ((BigInt(begun.tsHigh) << 32n) | BigInt(begun.tsLow)).toString();

const timeField = evtTimeFields.find((field) => field.name === 'evt.time')!;
const hidden = { ...onMarks, hidden: true };
const hiddenForTag = { ...hidden, argument: INDEX_REQUIRED };

const spanFields: readonly Field[] = [
  span.number(
    'span.id',
    PT.INT64,
    PF.ID,
    'id that the marks of a span have in common',
    numberOfMark(({ mark }) => mark.id),
    onMarks,
  ),
  span.text(
    'span.time',
    'local time of day of the mark',
    (context, argument, purpose) => {
      const spans = TracerSpans.of(context.inspector);
      const time = timeField.make(context, argument, purpose);
      return (event) => {
        const marked = spans.markOf(event);
        return marked?.span === undefined || time.kind !== 'text' ? undefined : time.get(event);
      };
    },
    onMarks,
  ),
  span.number(
    'span.ntags',
    PT.UINT32,
    PF.DEC,
    'number of tags',
    numberOfMark(({ mark }) => mark.tags.length),
    onMarks,
  ),
  span.number(
    'span.nargs',
    PT.UINT32,
    PF.DEC,
    'number of arguments of the mark that began the span',
    numberOfMark(({ span: begun }) => begun?.enter.args.length ?? Number.NaN),
    onMarks,
  ),
  span.text(
    'span.tags',
    'all tags with dots between them',
    ofMark(({ mark }) => mark.tags.join('.')),
    onMarks,
  ),
  span.text(
    'span.tag',
    'one tag by position; negative positions count from the end',
    ofMark(({ mark }, argument) => tagOf(mark, argument)),
    { ...onMarks, argument: INDEX_REQUIRED },
  ),
  span.text(
    'span.args',
    'arguments of the mark as name=value with commas between them',
    ofMark(({ mark, span: begun }) => (begun === undefined ? undefined : argumentsText(mark, '='))),
    onMarks,
  ),
  span.text(
    'span.arg',
    'one argument of the mark by name or position',
    ofMark(({ mark, span: begun }, argument) => (begun === undefined ? undefined : argumentOf(mark, argument))),
    { ...onMarks, argument: KEY_REQUIRED },
  ),
  span.text(
    'span.enterargs',
    'arguments of the mark that began the span',
    ofMark(({ span: begun }) => argumentsText(begun?.enter, '=')),
    onMarks,
  ),
  span.text(
    'span.enterarg',
    'one of those by name or position',
    ofMark(({ span: begun }, argument) => argumentOf(begun?.enter, argument)),
    { ...onMarks, argument: KEY_REQUIRED },
  ),
  span.number(
    'span.duration',
    PT.RELTIME,
    PF.DEC,
    'nanoseconds from the beginning of the span to its end',
    numberOfMark((marked, _, event) => durationOf(marked, event.time)),
    onMarks,
  ),
  span.number(
    'span.duration.quantized',
    PT.UINT64,
    PF.DEC,
    'logarithm of the duration, scaled to the width of the screen',
    numberOfMark((marked, _, event) => quantized(durationOf(marked, event.time))),
    hidden,
  ),
  span.text(
    'span.duration.human',
    'duration with a unit, as in 10.3ms',
    (context) => {
      const duration = numberOfMark((marked, _, event) => durationOf(marked, event.time))(context, undefined);
      return (event) => {
        const nanos = duration(event);
        return Number.isNaN(nanos) ? undefined : humanDuration(nanos);
      };
    },
    onMarks,
  ),
  span.number(
    'span.duration.fortag',
    PT.RELTIME,
    PF.DEC,
    'duration of spans with that many tags',
    numberOfMark((marked, argument, event) =>
      hasTags(marked, 'span.duration.fortag', argument) ? durationOf(marked, event.time) : Number.NaN,
    ),
    hiddenForTag,
  ),
  span.number(
    'span.count',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans',
    numberOfMark(({ mark }) => (mark.isEnter ? 0 : 1)),
    hidden,
  ),
  span.number(
    'span.count.fortag',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans with that many tags',
    numberOfMark((marked, argument) =>
      !marked.mark.isEnter && hasTags(marked, 'span.count.fortag', argument) ? 1 : 0,
    ),
    hiddenForTag,
  ),
  span.number(
    'span.childcount.fortag',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans with more tags than that',
    numberOfMark(({ mark }, argument) =>
      !mark.isEnter && mark.tags.length > indexArgument('span.childcount.fortag', argument) + 1 ? 1 : 0,
    ),
    hiddenForTag,
  ),
  span.text(
    'span.idtag',
    'id and one tag in one word',
    ofMark(({ mark }, argument) => `${mark.id}${tagOf(mark, argument) ?? ''}`),
    hiddenForTag,
  ),
  span.text(
    'span.rawtime',
    'when the span began, nanoseconds since the epoch',
    ofMark(({ span: begun }) => timestampText(begun)),
    hidden,
  ),
  span.text(
    'span.rawparenttime',
    'when the span around it began, nanoseconds since the epoch',
    ofMark(({ mark }, _, spans) => timestampText(spans.parentOf(mark))),
    hidden,
  ),
];

/** Which events belong to a span, by who writes its marks. */
type Belongs = (context: FieldContext, begun: Span, event: EventCursor) => boolean;

const SCOPES: readonly (readonly [prefix: string, words: string, belongs: Belongs])[] = [
  ['', 'of the thread that marks it', (_, begun, event) => event.tid === begun.tid],
  [
    'p.',
    'of any thread of the process that marks it',
    ({ inspector: { state } }, begun, event) => state.threads.get(begun.tid)?.pid === event.thread?.pid,
  ],
  [
    's.',
    'of processes that the same program started as the one that marks it',
    ({ inspector: { state } }, begun, event) => state.threads.get(begun.tid)?.ptid === event.thread?.ptid,
  ],
  ['m.', 'of the whole machine', () => true],
];

/** A field of the spans that are open around an event; in a filter, any of them may match. */
function inside<T extends string | number>(
  kind: T extends string ? 'text' : 'number',
  name: string,
  description: string,
  type: number,
  belongs: Belongs,
  get: (mark: TracerMark, argument: string | undefined) => T | undefined,
  argument: Field['argument'],
): Field {
  const values = (context: FieldContext, given: string | undefined) => {
    const spans = TracerSpans.of(context.inspector);
    return (event: EventCursor, test: (value: T) => boolean): boolean => {
      if (event.thread === null) return false;
      const own = spans.markOf(event);
      // The end of a span still belongs to it; its beginning does not.
      const closing = own !== undefined && !own.mark.isEnter && own.span !== undefined ? [own.span] : [];
      for (const begun of [...spans.open, ...closing]) {
        if (begun === own?.span && own.mark.isEnter) continue;
        if (!belongs(context, begun, event)) continue;
        const value = get(begun.enter, given);
        if (value !== undefined && test(value)) return true;
      }
      return false;
    };
  };
  const first = (context: FieldContext, given: string | undefined) => {
    const visit = values(context, given);
    return (event: EventCursor): T | undefined => {
      let found: T | undefined;
      visit(event, (value) => {
        found = value;
        return true;
      });
      return found;
    };
  };
  return evtin.row(
    name,
    type,
    type === PT.INT64 ? PF.ID : type === PT.UINT32 ? PF.DEC : PF.NA,
    description,
    (context, given) => {
      const get = first(context, given);
      return kind === 'number'
        ? { kind: 'number', get: (event) => (get(event) as number | undefined) ?? Number.NaN }
        : { kind: 'text', get: (event) => get(event) as string | undefined };
    },
    {
      ...(argument === undefined ? {} : { argument }),
      noRhs: true,
      candidates: (context, given) => ({ kind, visit: values(context, given) }) as unknown as Candidates,
    },
  );
}

const evtinFields: readonly Field[] = SCOPES.flatMap(([prefix, words, belongs]) => {
  const name = (last: string): string => `evtin.span.${prefix}${last}`;
  const about = (what: string): string => `${what} of the span that is open around events ${words}`;
  return [
    inside<number>('number', name('id'), about('id'), PT.INT64, belongs, (mark) => mark.id, undefined),
    inside<number>(
      'number',
      name('ntags'),
      about('number of tags'),
      PT.UINT32,
      belongs,
      (mark) => mark.tags.length,
      undefined,
    ),
    inside<number>(
      'number',
      name('nargs'),
      about('number of arguments'),
      PT.UINT32,
      belongs,
      (mark) => mark.args.length,
      undefined,
    ),
    inside<string>(
      'text',
      name('tags'),
      about('all tags'),
      PT.CHARBUF,
      belongs,
      (mark) => mark.tags.join('.'),
      undefined,
    ),
    inside<string>('text', name('tag'), about('one tag by position'), PT.CHARBUF, belongs, tagOf, INDEX_REQUIRED),
    inside<string>(
      'text',
      name('args'),
      about('all arguments'),
      PT.CHARBUF,
      belongs,
      (mark) => argumentsText(mark, ':'),
      undefined,
    ),
    inside<string>(
      'text',
      name('arg'),
      about('one argument by name or position'),
      PT.CHARBUF,
      belongs,
      argumentOf,
      KEY_REQUIRED,
    ),
  ];
});

export const tracerFields: readonly Field[] = [...spanFields, ...evtinFields];
