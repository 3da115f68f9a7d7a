/**
 * Tracers: a write to /dev/null that says a tracer mark is shown as a `tracer` event in its place, and the beginnings of such
 * writes are not shown any more once a descriptor is known to be used for marks. What is between the marks that begin and end
 * the same thing is a span; those are kept track of where fields ask for them.
 */
import { DUMP_FLAG_TRACER, type EventCursor } from '../event.js';
import { EF, EVENT_FLAGS, PPME } from '../schema/index.js';
import { type FdInfo, MARKS_ALL, MARKS_NONE } from './fd-info.js';
import type { State } from './state.js';
import type { ThreadInfo } from './thread-info.js';
import { MarkReader, type Reading } from './tracer-marks.js';

/** Spans that may be open at a time: beyond that, marks were lost, and all are forgotten. */
const MOST_OPEN = 128;

/** Events of the calls that write marks. */
export const MARK_CALLS: readonly number[] = [
  ...[PPME.SYSCALL_WRITE_E, PPME.SYSCALL_WRITE_X, PPME.SYSCALL_WRITEV_E, PPME.SYSCALL_WRITEV_X],
  ...[PPME.SYSCALL_PWRITE_E, PPME.SYSCALL_PWRITE_X, PPME.SYSCALL_PWRITEV_E, PPME.SYSCALL_PWRITEV_X],
];

/** What a mark said, for the fields that speak of it later. Records are used again. */
export class Span {
  id = 0n;
  tags: readonly string[] = [];
  names: readonly string[] = [];
  values: readonly string[] = [];
  /** Thread that wrote the mark. */
  tid = 0;
  /** When: in the cursor's `time`, and as nanoseconds since the epoch in two halves. */
  time = 0;
  tsHigh = 0;
  tsLow = 0;

  set(mark: MarkReader, event: EventCursor): void {
    this.id = mark.id;
    this.tags = mark.tags;
    this.names = mark.names;
    this.values = mark.values;
    this.tid = event.tid;
    this.time = event.time;
    this.tsHigh = event.tsHigh;
    this.tsLow = event.tsLow;
  }

  /** The marks are of the same span. */
  matches({ id, tags }: Span): boolean {
    return this.id === id && this.tags.length === tags.length && this.tags.every((tag, i) => tag === tags[i]);
  }

  copy(): Span {
    return Object.assign(new Span(), this);
  }
}

/** The marks of one thread: the latest of each kind. */
export class ThreadMarks {
  last = new MarkReader();
  /** The mark that began the span of the last one; null when that was not seen, or spans are not kept track of. */
  enter: Span | null = null;
  /** The last one that ended a span. */
  exit = new Span();

  copy(): ThreadMarks {
    const other = new ThreadMarks();
    other.last = this.last.copy();
    other.enter = this.enter === null ? null : this.enter.copy();
    other.exit = this.exit.copy();
    return other;
  }
}

export class Tracers {
  /** Somebody asks for spans. */
  tracking = false;
  /** Events are written to a capture: all parts of marks are needed there. */
  recording = false;
  /** Open spans, the latest first. */
  readonly open: Span[] = [];
  private readonly unused: Span[] = Array.from({ length: MOST_OPEN }, () => new Span());
  private readonly idBytes = new DataView(new ArrayBuffer(8));

  clear(): void {
    this.unused.push(...this.open.splice(0));
  }

  copyFrom({ open }: Tracers): void {
    this.clear();
    for (const span of open) this.open.push(Object.assign(this.unused.pop()!, span));
  }

  /**
   * Looks at what the event, the end of a call, wrote through its descriptor. True when that is over with it: it is part of a
   * mark, or stands for one from now on.
   */
  take(event: EventCursor, fd: FdInfo | null): boolean {
    const { thread } = event;
    if (thread === null) return false;
    // Through one that is used for marks nothing else can go, not even what is read.
    const isCertain = fd === null || fd.marks === MARKS_ALL;
    if (!isCertain && (EVENT_FLAGS[event.type]! & EF.WRITES_TO_FD) === 0) return false;
    const from = event.nparams < 2 ? 0 : event.paramOffsets[1]!;
    const data = event.bytes.subarray(from, from + event.paramLength(1));
    const marks = (thread.marks ??= new ThreadMarks());
    const reading = marks.last.read(data, thread);
    if (reading === 'cut') {
      if (!this.recording) event.withheld = true;
      return isCertain;
    }
    if (reading === 'mark' && this.tracking) this.follow(marks, event);
    if (fd !== null && !isCertain) fd.marks = reading === 'mark' ? MARKS_ALL : MARKS_NONE;
    if (reading === 'none' && (fd === null || !isCertain)) return isCertain;
    this.show(event, thread, marks.last, reading, data);
    return true;
  }

  /** Keeps track of spans. */
  private follow(marks: ThreadMarks, event: EventCursor): void {
    const { open, unused } = this;
    if (marks.last.isEnter) {
      const span = unused.pop();
      if (span === undefined) {
        this.clear();
        return;
      }
      span.set(marks.last, event);
      open.unshift(span);
      marks.enter = span;
      return;
    }
    marks.exit.set(marks.last, event);
    const at = open.findIndex((span) => marks.exit.matches(span));
    marks.enter = at < 0 ? null : open[at]!;
    if (at < 0) return;
    unused.push(open[at]!);
    open.splice(at, 1);
  }

  /** Shows the tracer event in the place of the write. */
  private show(event: EventCursor, thread: ThreadInfo, mark: MarkReader, reading: Reading, data: Uint8Array): void {
    const isWrong = reading === 'none';
    mark.isWrong = isWrong;
    if (isWrong) {
      const text = Buffer.from(data).toString('latin1');
      mark.tags = [upToNul(`invalid tracer ${text}, len${data.length}`)];
      mark.names = [];
      mark.values = [];
    }
    this.idBytes.setBigInt64(0, isWrong ? 0n : mark.id, true);
    const id = Buffer.from(this.idBytes.buffer);
    const pairs = mark.names.flatMap((name, i) => [name, mark.values[i]!]);
    const type = isWrong || mark.isEnter ? PPME.TRACER_E : PPME.TRACER_X;
    event.standIn(type, [id, nulList(mark.tags), nulList(pairs)]);
    event.fd = null;
    event.fdNum = -1;
    event.paired = false;
    thread.lastFd = -1;
    thread.lastEventType = PPME.TRACER_E;
    thread.latency = 0;
    thread.enterTime = Number.NaN;
  }

  /**
   * The open span around the one of a thread's last mark: with the same id, and tags that are its first ones. sysdig finds where
   * the last tag begins by the length of all tags without what is between them, and so do we: with more than three tags it
   * may be an earlier one.
   */
  parentOf({ last, enter }: ThreadMarks): Span | undefined {
    if (enter === null) return undefined;
    const { tagsLength } = last;
    const tags = `${packed(enter.tags)}\0`;
    let at = tagsLength > 0 && tags[tagsLength] === '\0' ? tagsLength - 1 : tagsLength;
    while (at > 0 && tags[at] !== '\0') at--;
    const first = at === 0 ? '' : tags.slice(0, at + 1);
    return this.open.find(({ id, tags: others }) => id === enter.id && packed(others) === first);
  }
}

/** Tags with a NUL behind each. */
const packed = (tags: readonly string[]): string => tags.map((tag) => `${tag}\0`).join('');

const nulList = (texts: readonly string[]): Uint8Array => Buffer.from(packed(texts), 'latin1');

function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Whether the end of a call is, or belongs to, a tracer mark, and is done with: for the handlers of such events. */
export function isMark(state: State, event: EventCursor): boolean {
  const { fd } = event;
  if (fd === null ? (event.dumpFlags & DUMP_FLAG_TRACER) === 0 : fd.marks === MARKS_NONE) return false;
  return state.tracers.take(event, fd);
}

/** The beginning of a write: what is not known before its end is only withheld where that will be a mark. */
export function writeEnter(state: State, event: EventCursor): void {
  if (event.fd?.marks === MARKS_ALL && !state.tracers.recording) event.withheld = true;
}
