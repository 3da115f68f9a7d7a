/** Fields of spans, which programs mark by tracer events: `span.*`, and of events inside of spans: `evtin.*`. */
import type { EventCursor } from '../event.js';
import { PF, PPME, PT } from '../schema/index.js';
import type { Span, ThreadMarks, Tracers } from '../state/tracers.js';
import { fieldClass, INDEX_REQUIRED, indexArgument, KEY_REQUIRED, lazyCodes } from './define.js';
import { evtTimeFields } from './evt-time.js';
import type { Candidates, Field, FieldContext } from './field.js';
import { humanDuration } from './human-duration.js';
import { quantized } from './quantized.js';

const span = fieldClass('span');
const evtin = fieldClass('evtin');

const isTracer = (type: number): boolean => type === PPME.TRACER_E || type === PPME.TRACER_X;

const onMarks = { eventTypes: lazyCodes((info) => isTracer(info.code)) };

/** What a thread wrote, if that was a mark. */
function marksOf({ type, thread }: EventCursor): ThreadMarks | null {
  return isTracer(type) && thread !== null ? thread.marks : null;
}

const ofMark =
  <T>(get: (marks: ThreadMarks, argument: string | undefined, event: EventCursor) => T | undefined) =>
  (_: FieldContext, argument: string | undefined) =>
  (event: EventCursor): T | undefined => {
    const marks = marksOf(event);
    return marks === null ? undefined : get(marks, argument, event);
  };

const numberOfMark = (get: (marks: ThreadMarks, argument: string | undefined, event: EventCursor) => number) => {
  const make = ofMark(get);
  return (context: FieldContext, argument: string | undefined) => {
    const number = make(context, argument);
    return (event: EventCursor): number => number(event) ?? Number.NaN;
  };
};

/** Fields that need to know how the span began: asking for one makes the state keep track of spans from then on. */
const ofSpan =
  <T>(
    get: (
      marks: ThreadMarks,
      enter: Span,
      argument: string | undefined,
      event: EventCursor,
      tracers: Tracers,
    ) => T | undefined,
  ) =>
  ({ inspector: { state } }: FieldContext, argument: string | undefined) => {
    state.tracers.tracking = true;
    return (event: EventCursor): T | undefined => {
      const marks = marksOf(event);
      if (marks === null || marks.enter === null) return undefined;
      return get(marks, marks.enter, argument, event, state.tracers);
    };
  };

const numberOfSpan = (
  get: (marks: ThreadMarks, enter: Span, argument: string | undefined, event: EventCursor) => number,
) => {
  const make = ofSpan(get);
  return (context: FieldContext, argument: string | undefined) => {
    const number = make(context, argument);
    return (event: EventCursor): number => number(event) ?? Number.NaN;
  };
};

/** An item by position; negative ones count from the end. */
const pick = <T>(items: readonly T[], index: number): T | undefined => items[index < 0 ? items.length + index : index];

function argumentOf({ names, values }: Span, argument: string | undefined): string | undefined {
  if (argument === undefined) return undefined;
  if (/^-?\d+$/.test(argument)) return pick(values, Number(argument));
  const index = names.indexOf(argument);
  return index < 0 ? undefined : values[index];
}

const argumentsText = ({ names, values }: Span, between: string): string =>
  names.map((name, i) => `${name}${between}${values[i]}`).join(',');

/** All tags. Of what is no mark sysdig shows as much as the first tag before it was long. */
const tagsText = ({ last }: ThreadMarks, { type }: EventCursor): string =>
  last.isWrong && type === PPME.TRACER_E ? last.tags[0]!.slice(0, last.firstTagLength) : last.tags.join('.');

/** What the mark itself said. */
const ownMark = (marks: ThreadMarks, enter: Span, { type }: EventCursor): Span =>
  type === PPME.TRACER_E ? enter : marks.exit;

/** Duration of a span at its end. */
const durationOf = ({ exit }: ThreadMarks, enter: Span, { type }: EventCursor): number =>
  type === PPME.TRACER_E ? Number.NaN : Math.max(exit.time - enter.time, 0);

/** Whether a mark has as many tags as the argument says, which counts from 0. */
const hasTags = ({ last }: ThreadMarks, name: string, argument: string | undefined): boolean =>
  last.tags.length - 1 === indexArgument(name, argument);

const timestampText = ({ tsHigh, tsLow }: Span): string => ((BigInt(tsHigh) << 32n) | BigInt(tsLow)).toString();

const timeField = evtTimeFields.find((field) => field.name === 'evt.time')!;
const hidden = { ...onMarks, hidden: true };
const hiddenForTag = { ...hidden, argument: INDEX_REQUIRED };

const spanFields: readonly Field[] = [
  span.bigint(
    'span.id',
    PT.INT64,
    'id that the marks of a span have in common',
    ofMark(({ last }) => last.id),
    onMarks,
  ),
  span.text(
    'span.time',
    'local time of day of the mark',
    (context, argument, purpose) => {
      const time = timeField.make(context, argument, purpose);
      return ofSpan((_marks, _enter, _argument, event) => (time.kind === 'text' ? time.get(event) : undefined))(
        context,
        argument,
      );
    },
    onMarks,
  ),
  span.number(
    'span.ntags',
    PT.UINT32,
    PF.DEC,
    'number of tags',
    numberOfMark(({ last }) => last.tags.length),
    onMarks,
  ),
  span.number(
    'span.nargs',
    PT.UINT32,
    PF.DEC,
    'number of arguments of the mark that began the span; asked for together with other fields of spans',
    numberOfMark(({ enter }) => enter?.values.length ?? Number.NaN),
    onMarks,
  ),
  span.text(
    'span.tags',
    'all tags with dots between them',
    ofMark((marks, _, event) => tagsText(marks, event)),
    onMarks,
  ),
  span.text(
    'span.tag',
    'one tag by position; negative positions count from the end',
    ofMark(({ last }, argument) => pick(last.tags, Number(argument))),
    { ...onMarks, argument: INDEX_REQUIRED },
  ),
  span.text(
    'span.args',
    'arguments of the mark as name=value with commas between them',
    ofSpan((marks, enter, _, event) => argumentsText(ownMark(marks, enter, event), '=')),
    onMarks,
  ),
  span.text(
    'span.arg',
    'one argument of the mark by name or position',
    ofSpan((marks, enter, argument, event) => argumentOf(ownMark(marks, enter, event), argument)),
    { ...onMarks, argument: KEY_REQUIRED },
  ),
  span.text(
    'span.enterargs',
    'arguments of the mark that began the span',
    ofSpan((_, enter) => argumentsText(enter, '=')),
    onMarks,
  ),
  span.text(
    'span.enterarg',
    'one of those by name or position',
    ofSpan((_, enter, argument) => argumentOf(enter, argument)),
    { ...onMarks, argument: KEY_REQUIRED },
  ),
  span.number(
    'span.duration',
    PT.RELTIME,
    PF.DEC,
    'nanoseconds from the beginning of the span to its end',
    numberOfSpan((marks, enter, _, event) => durationOf(marks, enter, event)),
    onMarks,
  ),
  span.number(
    'span.duration.quantized',
    PT.UINT64,
    PF.DEC,
    'logarithm of the duration, scaled to the width of the screen',
    numberOfSpan((marks, enter, _, event) => quantized(durationOf(marks, enter, event))),
    hidden,
  ),
  span.text(
    'span.duration.human',
    'duration with a unit, as in 10.3ms',
    ofSpan((marks, enter, _, event) => {
      const nanos = durationOf(marks, enter, event);
      return Number.isNaN(nanos) ? undefined : humanDuration(nanos);
    }),
    onMarks,
  ),
  span.number(
    'span.duration.fortag',
    PT.RELTIME,
    PF.DEC,
    'duration of spans with that many tags',
    numberOfSpan((marks, enter, argument, event) =>
      hasTags(marks, 'span.duration.fortag', argument) ? durationOf(marks, enter, event) : Number.NaN,
    ),
    hiddenForTag,
  ),
  span.number(
    'span.count',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans',
    numberOfMark((_marks, _argument, { type }) => (type === PPME.TRACER_E ? 0 : 1)),
    hidden,
  ),
  span.number(
    'span.count.fortag',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans with that many tags',
    numberOfMark((marks, argument, { isExit }) => (isExit && hasTags(marks, 'span.count.fortag', argument) ? 1 : 0)),
    hiddenForTag,
  ),
  span.number(
    'span.childcount.fortag',
    PT.UINT64,
    PF.DEC,
    '1 for the ends of spans with more tags than that',
    numberOfMark(({ last }, argument, { isExit }) =>
      isExit && last.tags.length > indexArgument('span.childcount.fortag', argument) + 1 ? 1 : 0,
    ),
    hiddenForTag,
  ),
  span.text(
    'span.idtag',
    'id and one tag in one word',
    ofSpan(({ last }, _, argument) => `${last.id}${pick(last.tags, Number(argument)) ?? ''}`),
    hiddenForTag,
  ),
  span.text(
    'span.rawtime',
    'when the span began, nanoseconds since the epoch',
    ofSpan((_, enter) => timestampText(enter)),
    hidden,
  ),
  span.text(
    'span.rawparenttime',
    'when the span around it began, nanoseconds since the epoch',
    ofSpan((marks, _enter, _argument, _event, tracers) => {
      const parent = tracers.parentOf(marks);
      return parent === undefined ? undefined : timestampText(parent);
    }),
    hidden,
  ),
];

/** Which events belong to a span, by who writes its marks. */
type Belongs = (context: FieldContext, begun: Span, event: EventCursor) => boolean;

const SCOPES: readonly (readonly [prefix: string, words: string, belongs: Belongs])[] = [
  ['', 'of the thread that marks it', (_, begun, event) => event.tid === begun.tid],
  // sysdig means the process, but looks at the thread.
  [
    'p.',
    'of the thread that marks it, while that is known',
    ({ inspector: { state } }, begun, event) => event.tid === begun.tid && state.threads.has(begun.tid),
  ],
  [
    's.',
    'of processes that were started by the one that marks it',
    ({ inspector: { state } }, begun, event) => state.threads.get(begun.tid)?.pid === event.thread?.ptid,
  ],
  ['m.', 'of the whole machine', () => true],
];

/** A field of the spans that are open around an event; in a filter, any of them may match. */
function inside<T extends string | number | bigint>(
  kind: Candidates['kind'],
  name: string,
  description: string,
  type: number,
  belongs: Belongs,
  get: (begun: Span, argument: string | undefined) => T | undefined,
  argument: Field['argument'],
): Field {
  const values = (context: FieldContext, given: string | undefined) => {
    context.inspector.state.tracers.tracking = true;
    const { open } = context.inspector.state.tracers;
    return (event: EventCursor, test: (value: T) => boolean): boolean => {
      const { thread } = event;
      if (thread === null) return false;
      const matches = (begun: Span): boolean => {
        const value = belongs(context, begun, event) ? get(begun, given) : undefined;
        return value !== undefined && test(value);
      };
      // A mark that begins a span is not inside of that. The end of a span still belongs to it.
      const enter = thread.marks?.enter ?? null;
      const found = open.find(matches);
      if (found !== undefined) return event.type !== PPME.TRACER_E || found !== enter;
      return event.type === PPME.TRACER_X && enter !== null && matches(enter);
    };
  };
  /** The first one that there is, for those who wrote a mark at some time; tracer events themselves have none. */
  const first = (context: FieldContext, given: string | undefined) => {
    context.inspector.state.tracers.tracking = true;
    const { open } = context.inspector.state.tracers;
    return (event: EventCursor): T | undefined => {
      if (isTracer(event.type) || event.thread === null || event.thread.marks === null) return undefined;
      for (const begun of open) {
        const value = belongs(context, begun, event) ? get(begun, given) : undefined;
        if (value !== undefined) return value;
      }
      return undefined;
    };
  };
  return evtin.row(
    name,
    type,
    type === PT.INT64 ? PF.ID : type === PT.UINT32 ? PF.DEC : PF.NA,
    description,
    (context, given) => {
      const get = first(context, given);
      switch (kind) {
        case 'number':
          return { kind, get: (event) => (get(event) as number | undefined) ?? Number.NaN };
        case 'bigint':
          return { kind, get: (event) => get(event) as bigint | undefined };
        default:
          return { kind: 'text', get: (event) => get(event) as string | undefined };
      }
    },
    {
      ...(argument === undefined ? {} : { argument }),
      noRhs: true,
      candidates: (context, given) => ({ kind, visit: values(context, given) }) as unknown as Candidates,
    },
  );
}

/**
 * The position that an argument stands for. Names can only be those of parameters of events, and stand for the last item
 * whatever they say: so it is in sysdig.
 */
const position = (argument: string | undefined): number =>
  argument === undefined || /^-?\d+$/.test(argument) ? Number(argument) : -1;

const evtinFields: readonly Field[] = SCOPES.flatMap(([prefix, words, belongs]) => {
  const name = (last: string): string => `evtin.span.${prefix}${last}`;
  const about = (what: string): string => `${what} of the span that is open around events ${words}`;
  return [
    inside<bigint>('bigint', name('id'), about('id'), PT.INT64, belongs, ({ id }) => id, undefined),
    inside<number>(
      'number',
      name('ntags'),
      about('number of tags'),
      PT.UINT32,
      belongs,
      ({ tags }) => tags.length,
      undefined,
    ),
    inside<number>(
      'number',
      name('nargs'),
      about('number of arguments'),
      PT.UINT32,
      belongs,
      ({ values }) => values.length,
      undefined,
    ),
    inside<string>(
      'text',
      name('tags'),
      about('all tags'),
      PT.CHARBUF,
      belongs,
      ({ tags }) => tags.join('.'),
      undefined,
    ),
    inside<string>(
      'text',
      name('tag'),
      about('one tag by position'),
      PT.CHARBUF,
      belongs,
      ({ tags }, argument) => pick(tags, position(argument)),
      KEY_REQUIRED,
    ),
    inside<string>(
      'text',
      name('args'),
      about('all arguments'),
      PT.CHARBUF,
      belongs,
      (begun) => argumentsText(begun, ':'),
      undefined,
    ),
    inside<string>(
      'text',
      name('arg'),
      about('one argument by position'),
      PT.CHARBUF,
      belongs,
      ({ values }, argument) => pick(values, position(argument)),
      KEY_REQUIRED,
    ),
  ];
});

export const tracerFields: readonly Field[] = [...spanFields, ...evtinFields];
