/** Keeps track of the spans that tracer marks open and close, for the fields that speak of them. */
import type { EventCursor } from '../event.js';
import type { Inspector } from '../inspector.js';
import { latin1 } from '../names.js';
import { parseMark, type TracerMark } from './tracer-marks.js';

/** A part of a program's work that began, and what its end said. */
export interface Span {
  readonly enter: TracerMark;
  /** Thread that wrote the mark. */
  readonly tid: number;
  /** When it began: in the cursor's `time`, and as nanoseconds since the epoch in two halves. */
  readonly time: number;
  readonly tsHigh: number;
  readonly tsLow: number;
}

/** The mark of the event at hand, with its span when its beginning was seen. */
export interface MarkedEvent {
  readonly mark: TracerMark;
  readonly span: Span | undefined;
}

/** Spans that may be open at a time: beyond that, marks were lost, and all are forgotten. */
const MOST_OPEN = 128;
const NULL_DEVICE = '/dev/null';

export class TracerSpans {
  /** Open spans, the latest first. */
  readonly open: Span[] = [];
  private serial = -1;
  private current: MarkedEvent | undefined;

  private constructor(private readonly inspector: Inspector) {}

  private static readonly made = new WeakMap<Inspector, TracerSpans>();

  /** The spans of an inspector; asking for them makes it look for marks from then on. */
  static of(inspector: Inspector): TracerSpans {
    let spans = TracerSpans.made.get(inspector);
    if (spans === undefined) {
      const made = new TracerSpans(inspector);
      TracerSpans.made.set(inspector, made);
      inspector.onWriteEnd = (event) => made.observe(event);
      spans = made;
    }
    return spans;
  }

  /** The mark that an event writes; undefined for other events. */
  markOf(event: EventCursor): MarkedEvent | undefined {
    return event.serial === this.serial ? this.current : undefined;
  }

  /** Looks at the end of a write. */
  private observe(event: EventCursor): void {
    const { thread } = event;
    const { state } = this.inspector;
    const fd = event.fd ?? (thread === null ? null : state.getFd(thread, thread.lastFd));
    if (thread === null || fd === null || !(event.paramInt64(0) >= 0)) return;
    const name = state.fdName(fd);
    if (name.length !== NULL_DEVICE.length || name.text !== NULL_DEVICE) return;
    const length = event.paramLength(1);
    if (length < 4) return;
    const from = event.paramOffsets[1]!;
    const mark = parseMark(latin1(event.bytes, from, from + length), thread);
    if (mark === undefined) return;
    this.serial = event.serial;
    this.current = { mark, span: mark.isEnter ? this.begin(event, mark) : this.end(mark) };
  }

  private begin(event: EventCursor, enter: TracerMark): Span {
    if (this.open.length >= MOST_OPEN) this.open.length = 0;
    const { tid, time, tsHigh, tsLow } = event;
    const span: Span = { enter, tid, time, tsHigh, tsLow };
    this.open.unshift(span);
    return span;
  }

  private end(mark: TracerMark): Span | undefined {
    const at = this.open.findIndex(({ enter }) => enter.id === mark.id && sameTags(enter.tags, mark.tags));
    return at < 0 ? undefined : this.open.splice(at, 1)[0];
  }

  /** The open span around another: same id, and tags that are its first ones. */
  parentOf(mark: TracerMark): Span | undefined {
    return this.open.find(
      ({ enter }) =>
        enter.id === mark.id &&
        enter.tags.length === mark.tags.length - 1 &&
        enter.tags.every((tag, i) => tag === mark.tags[i]),
    );
  }
}

const sameTags = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((tag, i) => tag === b[i]);
