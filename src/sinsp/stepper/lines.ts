/**
 * Lines that the stepper writes (lines.c): its side in JavaScript. Tells what a line is made of, and puts into the
 * stepper's memory the texts that lines.c asks for, when it first does: names of programs, of descriptors, of flags, and how
 * the parameters of an event are written.
 *
 * A text is found by its number in a slot of a thread, by a descriptor's mark or in a table; whatever may change it sets
 * that number to 0 (../state/thread-slots.ts, FdTable.mark).
 */
import type { EventCursor } from '../event.js';
import { NAMES_FD } from '../fields/creator-names.js';
import { FD_EVENTS } from '../fields/fd-views.js';
import { ByteWriter } from '../format/byte-writer.js';
import { MAY_LOG } from '../format/event-text.js';
import type { LineForm, Piece } from '../format/line-form.js';
import { flagNames, type Plan } from '../format/params.js';
import type { RawText } from '../format/raw-text.js';
import { localOffset } from '../format/time.js';
import { EF, ERRNO, EVENT_COUNT, EVENT_FLAGS, EVENTS, PF, PPME, PT, SIGNALS, SYSCALLS } from '../schema/index.js';
import type { State } from '../state/state.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { PROGRAM_TEXT, SLOT_INTEGERS } from '../state/thread-slots.js';

// The structures of lines.c.
const EVENT_CODES = 1024;
const PIECES = 64;
const ERRORS = 576;
const SIGNAL_COUNT = 128;
const SYSCALL_COUNT = 1024;
const FLAG_PLACES = 4096;
/** Indices of 32-bit integers. */
const [MISSING, MISSING_FIRST, MISSING_SECOND, CUT, JSON_TEXTS, UNKNOWN, UTC_OFFSET, PIECE_COUNT] = [
  0, 1, 2, 4, 5, 6, 7, 8,
];
const [ONCE_SLOT, ONCE_FD, ONCE_TEXT, RAW_START, RAW_END] = [9, 10, 11, 12, 13];
const PIECES_AT = 14;
const PIECE_INTEGERS = 7;
/** Bytes of fixed text that a piece has in front of it. */
const BEFORE = 16;
/** Bytes that the label of a parameter may have. */
const LABEL = 24;
const PARAM_INTEGERS = LABEL / 4 + 3;
const PLANS_AT = PIECES_AT + PIECES * PIECE_INTEGERS;
const ERRORS_AT = PLANS_AT + EVENT_CODES;
const SIGNALS_AT = ERRORS_AT + ERRORS;
const SYSCALLS_AT = SIGNALS_AT + SIGNAL_COUNT;
const FLAGS_AT = SYSCALLS_AT + SYSCALL_COUNT;
/** Of bytes behind them. */
const MAY_LOG_AT = (FLAGS_AT + FLAG_PLACES * 3) * 4;
const HAS_FD_AT = MAY_LOG_AT + EVENT_CODES;
const TABLES_BYTES = HAS_FD_AT + EVENT_CODES;

const MISSING_PROGRAM = 1;
const MISSING_FD = 2;
const MISSING_PLAN = 3;
const MISSING_FLAGS = 4;
const MISSING_PID = 5;

const IS_LOG = 1;
const NAME_DIFFERS = 2;
const NO_FLAGS = 1;

const LITERAL = 0;
const PIECE_KINDS: Readonly<Record<Piece, number>> = {
  number: 1,
  'time-of-day': 2,
  timestamp: 3,
  cpu: 4,
  program: 5,
  tid: 6,
  pid: 7,
  direction: 8,
  type: 9,
  args: 10,
  info: 11,
  'fd-name': 12,
};

const SIGNED = 1;
const UNSIGNED = 2;
const HEX = 3;
const OCT = 4;
const TEXT = 5;
const PATH = 6;
const BYTES = 7;
const BOOLEAN = 8;
const ADDRESS = 10;
const TUPLE = 11;
const FD_LIST = 12;
const DYNAMIC = 13;
const NO_NAME = 0;
const ERROR_NAME = 1;
const FD_TEXT = 2;
const PROGRAM_NAME = 3;
const FLAG_NAMES = 4;
const SYSCALL_NAME = 5;
const SIGNAL_NAME = 6;
const FULL_PATH = 7;
const SECONDS = 8;

/** How a parameter is written, its size (0: any), and what stands in parentheses behind it. */
type Writing = readonly [kind: number, size: number, resolved: number];

/** By type; what is not here is left to JavaScript. */
const WRITINGS: ReadonlyMap<number, Writing> = new Map<number, Writing>([
  [PT.ERRNO, [SIGNED, 8, ERROR_NAME]],
  [PT.FD, [SIGNED, 8, FD_TEXT]],
  [PT.FD32, [SIGNED, 4, FD_TEXT]],
  [PT.PID, [SIGNED, 8, PROGRAM_NAME]],
  [PT.PID32, [SIGNED, 4, PROGRAM_NAME]],
  [PT.FLAGS8, [UNSIGNED, 1, FLAG_NAMES]],
  [PT.FLAGS16, [UNSIGNED, 2, FLAG_NAMES]],
  [PT.FLAGS32, [UNSIGNED, 4, FLAG_NAMES]],
  [PT.ENUMFLAGS8, [UNSIGNED, 1, FLAG_NAMES]],
  [PT.ENUMFLAGS16, [UNSIGNED, 2, FLAG_NAMES]],
  [PT.ENUMFLAGS32, [UNSIGNED, 4, FLAG_NAMES]],
  [PT.SIGTYPE, [UNSIGNED, 1, SIGNAL_NAME]],
  [PT.SYSCALLID, [UNSIGNED, 2, SYSCALL_NAME]],
  [PT.ABSTIME, [UNSIGNED, 8, NO_NAME]],
  [PT.RELTIME, [UNSIGNED, 8, SECONDS]],
  [PT.PORT, [UNSIGNED, 2, NO_NAME]],
  [PT.BOOL, [BOOLEAN, 4, NO_NAME]],
  [PT.CHARBUF, [TEXT, 0, NO_NAME]],
  [PT.FSPATH, [PATH, 0, FULL_PATH]],
  [PT.FSRELPATH, [PATH, 0, FULL_PATH]],
  [PT.BYTEBUF, [BYTES, 0, NO_NAME]],
  [PT.UID, [SIGNED, 4, FLAG_NAMES]],
  [PT.GID, [SIGNED, 4, FLAG_NAMES]],
  [PT.SOCKADDR, [ADDRESS, 0, NO_NAME]],
  [PT.SOCKTUPLE, [TUPLE, 0, NO_NAME]],
  [PT.FDLIST, [FD_LIST, 0, NO_NAME]],
  [PT.DYN, [DYNAMIC, 0, NO_NAME]],
]);
/** Types whose print format counts, when they are written in decimal. 32 and 64 bits are signed there, as the peer has them. */
const FORMATTED: ReadonlyMap<number, Writing> = new Map<number, Writing>([
  [PT.INT8, [SIGNED, 1, NO_NAME]],
  [PT.INT16, [SIGNED, 2, NO_NAME]],
  [PT.INT32, [SIGNED, 4, NO_NAME]],
  [PT.INT64, [SIGNED, 8, NO_NAME]],
  [PT.UINT8, [UNSIGNED, 1, NO_NAME]],
  [PT.UINT16, [UNSIGNED, 2, NO_NAME]],
  [PT.UINT32, [SIGNED, 4, NO_NAME]],
  [PT.UINT64, [SIGNED, 8, NO_NAME]],
  [PT.MODE, [UNSIGNED, 4, FLAG_NAMES]],
]);

/** No writing: JavaScript has to do it. */
const LEFT: Writing = [0, 0, NO_NAME];

/** As lines.c has it. */
const packed = ([kind, size, resolved]: Writing): number => kind | (size << 8) | (resolved << 16);

/** How a parameter is written; undefined when that is left to JavaScript. */
function writingOf({ type, format }: Plan): Writing | undefined {
  const decimal = FORMATTED.get(type);
  if (decimal === undefined) return WRITINGS.get(type);
  const [, size, resolved] = decimal;
  if (format === PF.HEX) return [HEX, size, resolved];
  if (format === PF.OCT) return [OCT, size, resolved];
  return format === PF['10_PADDED_DEC'] ? undefined : decimal;
}

/** The same of one whose first byte tells how; those that have names of their own are left to JavaScript. */
function variantWritings({ variants }: Plan): readonly Writing[] {
  return (variants ?? []).map((variant) => {
    const writing = writingOf(variant) ?? LEFT;
    return writing[2] === FLAG_NAMES ? LEFT : writing;
  });
}

/** By event code: 1 for what may make a descriptor. */
const CREATES_FD = Uint8Array.from(EVENT_FLAGS, (flags) => ((flags & EF.CREATES_FD) !== 0 ? 1 : 0));

/** Lines that wait before they are handed out, and how long one more may be. */
const FULL = 3 << 16;
const OUT_BYTES = FULL + (1 << 16);
/** Texts that stay, and those that change: when there are too many of the latter all are forgotten. */
const LASTING_BYTES = 1 << 17;
const PASSING_BYTES = 1 << 19;
/** In front of a text; what can be read behind it. */
const TEXT_HEADER = 4;
const TEXT_SLACK = 16;
const LONGEST_TEXT = 4096;
const ONCE_BYTES = LONGEST_TEXT + 32;

const GREATER = 62;
const LOG = Uint8Array.from('/dev/log', (letter) => letter.charCodeAt(0));

/** A sequence of bytes is among the first `count`. */
function holds(bytes: Uint8Array, count: number, wanted: Uint8Array): boolean {
  const last = count - wanted.length;
  for (let at = 0; at <= last; at++) {
    let i = 0;
    while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
    if (i === wanted.length) return true;
  }
  return false;
}

/** A stretch of memory that fills up. */
interface Arena {
  readonly begin: number;
  readonly end: number;
  used: number;
}

/** What lines.c has to be told of where things are; returns the size of its tables. */
export type PlaceLines = (tables: number, end: number) => number;

export class Lines {
  /** Memory for {@link LineForm.writer}. */
  private readonly out: Uint8Array;
  /** Where that begins: asking the array itself is a call. */
  private readonly outAt: number;
  private readonly tables: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly lasting: Arena;
  private readonly passing: Arena;
  /** For one text. */
  private readonly once: Arena;
  private readonly scratch = new ByteWriter(null, LONGEST_TEXT);
  private readonly showsFd: boolean;

  /** Memory that lines need besides a number for each mark. */
  static readonly bytes = TABLES_BYTES + LASTING_BYTES + PASSING_BYTES + ONCE_BYTES + OUT_BYTES;

  /** `offset`: where in the memory they have it, a multiple of 8. */
  constructor(
    readonly form: LineForm,
    private readonly state: State,
    /** By slot. */
    private readonly threads: readonly (ThreadInfo | null)[],
    private readonly rawText: RawText,
    /** Tells the stepper of a thread that it does not know, or that there is none. */
    private readonly noteOther: (tid: number) => void,
    memory: ArrayBuffer,
    offset: number,
    place: PlaceLines,
  ) {
    this.tables = new Int32Array(memory, offset, TABLES_BYTES / 4);
    this.bytes = new Uint8Array(memory);
    const lastingAt = offset + TABLES_BYTES;
    const passingAt = lastingAt + LASTING_BYTES;
    this.lasting = { begin: lastingAt, end: passingAt, used: lastingAt };
    this.passing = { begin: passingAt, end: passingAt + PASSING_BYTES, used: passingAt };
    const onceAt = this.passing.end;
    this.once = { begin: onceAt, end: onceAt + ONCE_BYTES, used: onceAt };
    this.outAt = this.once.end;
    this.out = new Uint8Array(memory, this.outAt, OUT_BYTES);
    if (place(offset, this.outAt + OUT_BYTES) !== TABLES_BYTES) throw new Error('lines.c has other tables');
    this.showsFd = form.pieces.includes('fd-name');
    this.describe();
    state.onIdsChanged = () => this.forget();
  }

  private describe(): void {
    const { form, tables } = this;
    this.bytes.set(MAY_LOG, tables.byteOffset + MAY_LOG_AT);
    const hasFd = FD_EVENTS.map((has, type) => has + (NAMES_FD[type] ?? 0));
    this.bytes.set(hasFd, tables.byteOffset + HAS_FD_AT);
    tables[CUT] = form.cutBuffers ? 1 : 0;
    tables[JSON_TEXTS] = form.json ? 1 : 0;
    tables[UTC_OFFSET] = localOffset();
    tables[UNKNOWN] = form.unknown === null ? 0 : this.put(this.lasting, form.unknown);
    this.describePieces();
    const fill = (names: Iterable<readonly [number, string | undefined]>, at: number, count: number) => {
      for (const [number, name] of names) {
        if (number >= 0 && number < count && name) tables[at + number] = this.put(this.lasting, name);
      }
    };
    fill(ERRNO, ERRORS_AT, ERRORS);
    fill(SIGNALS, SIGNALS_AT, SIGNAL_COUNT);
    fill(
      SYSCALLS.map(({ id, name }) => [id, name] as const),
      SYSCALLS_AT,
      SYSCALL_COUNT,
    );
  }

  /** Short fixed text becomes part of the piece behind it. */
  private describePieces(): void {
    const { tables, bytes } = this;
    const { pieces } = this.form;
    let at = PIECES_AT;
    let before = '';
    pieces.forEach((piece, i) => {
      const isField = typeof piece === 'string';
      if (!isField && piece.literal.length <= BEFORE && typeof pieces[i + 1] === 'string') {
        before = piece.literal;
        return;
      }
      tables.set(isField ? [PIECE_KINDS[piece], 0] : [LITERAL, this.put(this.lasting, piece.literal)], at);
      tables[at + 2] = before.length;
      bytes.set(Buffer.from(before, 'latin1'), tables.byteOffset + (at + 3) * 4);
      at += PIECE_INTEGERS;
      before = '';
    });
    tables[PIECE_COUNT] = (at - PIECES_AT) / PIECE_INTEGERS;
  }

  /** Lines of this form can be written by lines.c. */
  static serves(form: LineForm): boolean {
    let literals = 0;
    for (const piece of form.pieces) {
      if (typeof piece === 'string') continue;
      if (!/^[\0-\xff]*$/.test(piece.literal)) return false;
      literals += piece.literal.length;
    }
    return form.pieces.length <= PIECES && literals <= LONGEST_TEXT;
  }

  /** The event, whose effect was had, can still be written: it has not taken away its descriptor. */
  isCurrent({ thread, fd }: EventCursor): boolean {
    if (!this.showsFd || thread === null || fd === null) return true;
    return this.state.fdTable(thread).holds(thread.lastFd, fd);
  }

  /** Lines of events of this code can be. */
  canWrite(type: number): boolean {
    const { pieces, params } = this.form;
    // A failed connect has the name that it would have given, whatever its descriptor's is.
    if (this.showsFd && type === PPME.SOCKET_CONNECT_X) return false;
    if (!pieces.includes('args') && !pieces.includes('info')) return true;
    const plan = params.plan(type);
    for (let i = 0; i < plan.shown; i++) if (writingOf(plan.params[i]!) === undefined) return false;
    return true;
  }

  // -- texts --------------------------------------------------------------------------------------------------

  /** Puts a text there and returns where it is; 0 when it is too long, or there is no room any more. */
  private put(arena: Arena, text: string): number {
    const { scratch } = this;
    scratch.length = 0;
    scratch.text(text);
    return this.putBytes(arena, 0, 0);
  }

  /** The same with what was written into the scratch. */
  private putBytes(arena: Arena, skip: number, flags: number): number {
    const { bytes, scratch } = this;
    const { length } = scratch;
    const size = (TEXT_HEADER + length + TEXT_SLACK + 7) & ~7;
    if (length > LONGEST_TEXT || arena.used + size > arena.end) return 0;
    const at = arena.used;
    arena.used += size;
    bytes[at] = length;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = skip;
    bytes[at + 3] = flags;
    const from = scratch.bytes;
    for (let i = 0; i < length; i++) bytes[at + TEXT_HEADER + i] = from[i]!;
    return at;
  }

  /** Forgets all texts that may change. */
  forget(): void {
    const { slots } = this.state;
    slots.texts.fill(0);
    for (let at = PROGRAM_TEXT; at < slots.integers.length; at += SLOT_INTEGERS) slots.integers[at] = 0;
    this.tables.fill(0, FLAGS_AT, FLAGS_AT + FLAG_PLACES * 3);
    this.passing.used = this.passing.begin;
  }

  /** Gives lines.c what it lacked for the event under the cursor, and the name of what that opened. */
  teach(event: EventCursor): void {
    this.tell(true);
    if (event.fd === null || CREATES_FD[event.type] === 0 || event.thread === null || !this.state.slots.lent) return;
    const { slot, lastFd } = event.thread;
    if (lastFd < 0 || this.threads[slot] !== event.thread || this.state.fdTable(event.thread).isOpened(lastFd)) return;
    this.teachFd(slot, lastFd, true);
  }

  /**
   * Gives lines.c what it lacked for a line, as far as that is known; false when it did not say what. `isLate`: the event's
   * effect was had. Before it nobody asks for the name of a descriptor that may change.
   */
  tell(isLate: boolean): boolean {
    const { tables } = this;
    const missing = tables[MISSING]!;
    if (missing === 0 || !this.state.slots.lent) return false;
    tables[MISSING] = 0;
    if (this.passing.end - this.passing.used < 2 * LONGEST_TEXT) this.forget();
    const first = tables[MISSING_FIRST]!;
    const second = tables[MISSING_SECOND]!;
    if (missing === MISSING_PROGRAM) this.teachProgram(first);
    else if (missing === MISSING_FD) this.teachFd(first, second, isLate);
    else if (missing === MISSING_PLAN) this.teachPlan(first);
    else if (missing === MISSING_FLAGS) this.teachFlags(first, second >>> 0);
    else if (missing === MISSING_PID) this.noteOther(first);
    return true;
  }

  private teachProgram(slot: number): void {
    const thread = this.threads[slot];
    if (!thread || thread.slot !== slot) return;
    const { comm } = thread;
    this.scratch.length = 0;
    this.scratch.name(comm);
    this.state.slots.integers[slot * SLOT_INTEGERS + PROGRAM_TEXT] = this.putBytes(this.passing, 0, 0);
  }

  private teachFd(slot: number, num: number, isLate: boolean): void {
    const { state, scratch } = this;
    const thread = this.threads[slot];
    if (!thread || thread.slot !== slot) return;
    const table = state.fdTable(thread);
    thread.noteTable(table.slot);
    if (table.slot === 0) return;
    const fd = table.get(num);
    table.mark(num, fd ?? null);
    if (fd === undefined) return;
    const isKnown = table.isKnown(num);
    if (!isKnown && !isLate) return;
    const name = state.fdName(fd);
    scratch.length = 0;
    this.form.params.writeFd(fd, scratch);
    const flags = (name.printable ? 0 : NAME_DIFFERS) | (holds(scratch.bytes, scratch.length, LOG) ? IS_LOG : 0);
    const skip = scratch.bytes.indexOf(GREATER) + 1;
    if (isKnown) {
      state.slots.texts[table.markOf(num)] = this.putBytes(this.passing, skip, flags);
      return;
    }
    const { tables, once } = this;
    once.used = once.begin;
    tables[ONCE_SLOT] = slot;
    tables[ONCE_FD] = num;
    tables[ONCE_TEXT] = this.putBytes(once, skip, flags);
  }

  /** What was told of a descriptor for one line alone is not true any more. */
  forgetOnce(): void {
    this.tables[ONCE_TEXT] = 0;
  }

  private teachPlan(type: number): void {
    const plan = this.form.params.plan(type);
    const params = plan.params.slice(0, plan.shown);
    const variants = params.map(variantWritings);
    const labels = params.map((param) => Buffer.from(param.label.text, 'latin1'));
    if (labels.some((label) => label.length > LABEL)) return;
    const at = (this.lasting.used + 7) & ~7;
    const count = 2 + params.length * PARAM_INTEGERS + variants.reduce((sum, list) => sum + 1 + list.length, 0);
    if (at + count * 4 > this.lasting.end) return;
    this.lasting.used = at + count * 4;
    const name = this.put(this.lasting, EVENTS[type]!.name);
    if (name === 0) return;
    const integers = new Int32Array(this.tables.buffer, at, count);
    integers.set([name, params.length]);
    let next = 2 + params.length * PARAM_INTEGERS;
    params.forEach((param, i) => {
      const place = 2 + i * PARAM_INTEGERS;
      this.bytes.set(labels[i]!, at + place * 4);
      integers.set([labels[i]!.length, at + next * 4, packed(writingOf(param) ?? LEFT)], place + LABEL / 4);
      const list = variants[i]!;
      integers.set([list.length, ...list.map(packed)], next);
      next += 1 + list.length;
    });
    this.tables[PLANS_AT + type] = at;
  }

  private teachFlags(param: number, value: number): void {
    const plan = this.form.params.plan(param >> 8).params[(param & 255) - 1]!;
    const isId = plan.type === PT.UID || plan.type === PT.GID;
    const name = isId ? this.form.params.idName(plan.type, value) : (flagNames(plan, value)?.text ?? null);
    const text = name === null ? NO_FLAGS : this.put(this.passing, name);
    if (text === 0) return;
    const place = (Math.imul(param ^ Math.imul(value, 0x9e3779b1), 0x9e3779b1) >>> 16) & (FLAG_PLACES - 1);
    const at = FLAGS_AT + place * 3;
    this.tables[at] = param;
    this.tables[at + 1] = value;
    this.tables[at + 2] = text;
  }

  // -- lines --------------------------------------------------------------------------------------------------

  /** Where lines.c begins to write. */
  begin(): number {
    const { writer } = this.form;
    if (writer.bytes !== this.out) {
      writer.flush();
      writer.useMemory(this.out);
    }
    return this.outAt + writer.length;
  }

  /** From where on it has to stop for {@link handOut}. */
  get full(): number {
    return this.outAt + FULL;
  }

  /** It has written up to there. */
  end(at: number): void {
    const { tables, out, outAt } = this;
    this.form.writer.length = at - outAt;
    if (tables[RAW_END] === 0) return;
    this.rawText.set(out, tables[RAW_START]! - outAt, tables[RAW_END]! - outAt);
    tables[RAW_END] = 0;
  }

  handOut(): void {
    this.form.writer.flush();
  }
}

if (EVENT_COUNT > EVENT_CODES) throw new Error('more events than lines.c has room for');
