/**
 * The stepper: goes through the events of a batch in WebAssembly (stepper.c) and comes back where JavaScript has to do
 * something. Most events of a walk change nothing that anybody looks at; those never reach JavaScript at all.
 *
 * It knows the threads that were seen doing something, by id, and changes what lies in their slots (../state/thread-slots.ts),
 * which are in its memory. Everything unusual is left to the inspector: other blocks, old event versions, damage, threads that
 * it does not know.
 */
import type { EventCursor } from '../event.js';
import type { Predicate } from '../filter/predicate.js';
import { MAYBE } from '../filter/type-sets.js';
import type { LineForm } from '../format/line-form.js';
import { RawText } from '../format/raw-text.js';
import { EF, EVENT_COUNT, EVENT_FLAGS, FD_TYPE, PPME, SYSCALLS } from '../schema/index.js';
import { BEGIN, EXIT_FD_PARAM, NO_PAIRING, NO_THREAD, SKIP, SOCKET_CALL, USES_FD } from '../state/begin-kinds.js';
import { closeEnter, closeExit, dupExit, fcntlEnter, fcntlExit } from '../state/descriptors.js';
import { execExit } from '../state/exec.js';
import type { FdInfo } from '../state/fd-info.js';
import { HANDLERS, type Handler, store } from '../state/handlers.js';
import { memoryExit, switchEnter } from '../state/memory.js';
import { creatExit, openatExit, openatOldExit, openByHandleExit, openExit } from '../state/open.js';
import { OpenRecords } from '../state/open-records.js';
import { RepeatedTuples } from '../state/repeated-tuples.js';
import { receiveExit, sendExit, streamExit, TUPLE_PARAM } from '../state/socket-data.js';
import { sendtoEnter } from '../state/sockets.js';
import type { State, ThreadIndex } from '../state/state.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { MARKS, PAGES_MARKS, ROOM_BYTES, SLOT_BYTES } from '../state/thread-slots.js';
import { writeEnter } from '../state/tracers.js';
import { Lines, type PlaceLines } from './lines.js';
import { STEPPER_WASM } from './stepper.generated.js';

/**
 * How {@link Stepper.step} ends: the batch is through; an event is paired; a block is left to the caller; lines have to be
 * handed out; an event has had its effect, and waits for its line; something has to be told before the line of one; an event
 * is paired and has had its effect.
 */
export const AT_END = 0;
export const AT_EVENT = 1;
export const AT_OTHER = 2;
export const AT_FULL = 3;
export const AT_LINE = 4;
export const AT_LACK = 5;
export const AT_HAD = 6;

// The structures of stepper.c.
const EVENT_CODES = 1024;
const KNOWN = 1;
const WANTED = 2;
const STEP_USES_FD = 4;
const LOOKUP_ONLY = 8;
const REJECTED = 16;
const ASKED = 32;
const REJECTABLE = 64;
const SHOWN = 128;
const MAX_PARAMS = 64;
const CODES_AT = 0;
const EXIT_FD_AT = EVENT_CODES;
const CHANGES_AT = EXIT_FD_AT + EVENT_CODES;
const TUPLE_PARAM_AT = CHANGES_AT + EVENT_CODES;
const ACCEPTED_AT = TUPLE_PARAM_AT + EVENT_CODES;
const PARAM_OFFSETS_AT = ACCEPTED_AT + EVENT_CODES;
const PARAM_LENGTHS_AT = PARAM_OFFSETS_AT + MAX_PARAMS * 4;
const EVENT_AT = PARAM_LENGTHS_AT + MAX_PARAMS * 4;
/** Indices of 32-bit integers behind the time of the event. */
const [OFFSET, LENGTH, HEADER, LENGTHS, LENGTH_SIZE, DATA, NPARAMS, TYPE, CPU] = [2, 3, 4, 5, 6, 7, 8, 9, 10];
const [FLAGS, TS_LOW, TS_HIGH, TID, SLOT, PAIRED, ATTACH, COUNT, FIRST_LOW, FIRST_HIGH] = [
  11, 12, 13, 14, 15, 16, 17, 18, 20, 21,
];
const [LAST_SLOT, FILTER, FILTERS, LINE_AT, LINES_FULL, EAGER, READS_MARKS] = [23, 24, 25, 30, 31, 32, 33];
const [CLOSING_SLOT, CLOSING_FD] = [34, 35];
/** Indices of 64-bit floating point numbers. */
const [TIME, CALM_FROM, CALM_TO] = [0, 13, 14];

const PAGE = 65536;
/** Largest batch that is copied into the memory; larger ones hold a giant block, and are rare. */
const WINDOW_BYTES = 1 << 20;
/**
 * Threads that there is room for, with 10 MB in all. Much more would be counted as memory that presses for garbage
 * collection, and Node 20 can hang at its end when V8's compiler waits for one in another thread.
 */
export const STEPPER_THREADS = 1 << 14;
const ENTRY_BYTES = 8;
/** Places for threads that are in no table, or of which no event was seen. */
const OTHERS = 1024;
const NO_THREAD_SLOT = -1;
/** Of ATTACH: the event has opened the descriptor. */
const JUST_OPENED = 2;
/** Numbers of system calls. */
const CALLS = 1024;
/** How often a line may lack something before JavaScript writes it. */
const LACKS = 8;
/** Names of files that the filter excludes, and how long one may be. */
const NAMES = 1024;
const NONE_WITHOUT_FD = 2;
const KINDS_BYTES = 2;
const PATH_ROOM = 160;
const NAME_BYTES = PATH_ROOM + 4;
const SLASH = 0x2f;
/** Where the search for a thread begins in a table of so many places, at two integers each; stepper.c does the same. */
const homeOf = (tid: number, places: number): number => ((Math.imul(tid, 0x9e3779b1) >>> 7) & (places - 1)) * 2;
/** Behind the module's own data. */
const SLOTS_AT = 2 * PAGE;
/** The last event is copied in whole words. */
const SLACK = 64;

/** The part of WebAssembly that is used; Node's own types leave it out. */
interface Memory {
  readonly buffer: ArrayBuffer;
}
const { WebAssembly } = globalThis as unknown as {
  WebAssembly?: {
    Memory: new (size: { initial: number }) => Memory;
    Module: new (bytes: Uint8Array) => object;
    CompileError: new () => Error;
    Instance: new (module: object, imports: { env: { memory: Memory } }) => { exports: unknown };
  };
};

/** Who wants events of a code: nobody, the filter unless it excludes their thread, nobody but their line, somebody in any case. */
export type Demand = 'none' | 'filter' | 'line' | 'all';

/** WebAssembly's memory is; arrays of numbers in JavaScript are what the machine is. */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

interface Exports {
  shared(): number;
  place(slots: number, count: number, table: number, places: number): void;
  place_opens(records: number, free: number): void;
  place_repeats(memory: number): void;
  place_answers(memory: number): void;
  place_texts(texts: number): void;
  place_lines: PlaceLines;
  step(window: number, offset: number, end: number, origin: number, number: number, told: number): number;
  show(window: number, slot: number, number: number): number;
  frame(window: number, offset: number, filled: number): number;
}

let compiled: object | null = null;

/** What was thrown says that there can be no stepper: no such address space (ulimit -v), or a processor without SIMD. */
export const lacksMeans = (error: unknown): boolean =>
  error instanceof RangeError || (WebAssembly !== undefined && error instanceof WebAssembly.CompileError);

/** What codes mean to the stepper, whatever is wanted. */
const KINDS = Uint8Array.from({ length: EVENT_COUNT }, (_, type) => {
  const begin = BEGIN[type]!;
  // Its exit takes the descriptor from another parameter than all others.
  if (type === PPME.SYSCALL_COPY_FILE_RANGE_X || (begin & NO_THREAD) !== 0) return 0;
  let kind = KNOWN;
  if ((begin & (SKIP | NO_PAIRING)) !== 0) kind |= LOOKUP_ONLY;
  if ((begin & USES_FD) !== 0) kind |= STEP_USES_FD;
  return kind;
});

/** What events change that is done in stepper.c, by the handler that does it elsewhere. */
const NOTHING = 0;
const STORE = 1;
const STORE_DUP = 2;
const STORE_SENDTO = 3;
const WRITE_ENTER = 4;
const STREAM = 5;
const SEND = 6;
const RECEIVE = 7;
const MEMORY = 8;
const SWITCH = 9;
const CLOSE_ENTER = 10;
const LEFT = 11;
const CLOSE_EXIT = 12;
const UNLESS_FAILED = 13;
const FCNTL_EXIT = 14;
const DUP = 15;
const OPEN = 16;
const OPENAT = 17;
const OPENAT2 = 18;
const CHANGES_BY_HANDLER = new Map<Handler, number>([
  [store, STORE],
  [fcntlEnter, STORE_DUP],
  [sendtoEnter, STORE_SENDTO],
  [writeEnter, WRITE_ENTER],
  [streamExit, STREAM],
  [sendExit, SEND],
  [receiveExit, RECEIVE],
  [closeEnter, CLOSE_ENTER],
  [closeExit, CLOSE_EXIT],
  [memoryExit, MEMORY],
  [switchEnter, SWITCH],
  [openExit, OPEN],
  [creatExit, UNLESS_FAILED],
  [openatExit, OPENAT],
  [openatOldExit, UNLESS_FAILED],
  [openByHandleExit, UNLESS_FAILED],
  [execExit, UNLESS_FAILED],
  [dupExit, DUP],
  [fcntlExit, FCNTL_EXIT],
]);
const CHANGES = Uint8Array.from(HANDLERS, (handler) =>
  handler === null ? NOTHING : (CHANGES_BY_HANDLER.get(handler) ?? LEFT),
);
// The same handler, with other places of parameters.
CHANGES[PPME.SYSCALL_OPENAT2_X] = OPENAT2;
const FD_EXITS = Uint8Array.from({ length: EVENT_COUNT }, (_, type) => ((type & 1) === 1 ? BEGIN[type]! & USES_FD : 0));

/** Events whose descriptor is what fields of descriptors speak of: one that was there before them, or that they open. */
const BY_FD = Uint8Array.from({ length: EVENT_COUNT }, (_, type) => {
  if (CHANGES[type]! >= OPEN) return 1;
  const isMaker = CHANGES[type]! >= FCNTL_EXIT || (EVENT_FLAGS[type]! & EF.CREATES_FD) !== 0;
  return KINDS[type]! & STEP_USES_FD && !isMaker && (BEGIN[type]! & SOCKET_CALL) === 0 ? 1 : 0;
});

export class Stepper implements ThreadIndex {
  private readonly exports: Exports;
  private readonly codes: Uint8Array;
  private readonly accepted: Uint8Array;
  private readonly changes: Uint8Array;
  private readonly event: Int32Array;
  /** The same memory. */
  private readonly doubles: Float64Array;
  /** Ids and slots in turn: open addressing. */
  private readonly table: Int32Array;
  private readonly places: number;
  /** The same of those that it does not have, without a search: see stepper.c. */
  private readonly others: Int32Array;
  /** Threads by slot. */
  private readonly threads: (ThreadInfo | null)[] = [null];
  private fdExits: boolean;
  /** Where the batch, or the window around it, is; what offsets in the window are ahead of those; where the batch ends. */
  private address = 0;
  private origin = 0;
  private end = 0;
  /** What the filter says of events that stand for any call, by direction and number of the call. */
  private readonly ofCall: Uint8Array;
  /** By event code: 1 where the filter may be decided by what it says of their descriptor, and NONE_WITHOUT_FD. */
  private readonly byFd: Uint8Array;
  /** 1 where it excludes all files, and all directories, that are opened. */
  private readonly kinds: Uint8Array;
  private readonly names: Uint8Array;
  private readonly framed = { end: 0, events: 0 };
  /** Memory for a source's window: what lies there need not be copied. */
  readonly window: Uint8Array;
  /** The arrays of the event's parameters, for the cursor: see EventCursor. */
  readonly paramOffsets: Int32Array;
  readonly paramLengths: Int32Array;

  /** Its lines, if it was made to write any; by event code, 1 for those it may write. */
  readonly lines: Lines | null = null;
  readonly writes = new Uint8Array(EVENT_COUNT);

  /** Takes over the pairing of a state's threads. `form`: of lines that it may have to write; `rawText`: the inspector's. */
  constructor(
    private readonly state: State,
    threads: number,
    form: LineForm | null = null,
    rawText = new RawText(),
  ) {
    if (WebAssembly === undefined) throw new Error('this engine has no WebAssembly');
    // Slot 0, and some for records that are in no table yet.
    const slots = threads + 64;
    // A power of two, at most half of them taken.
    const places = 2 << Math.ceil(Math.log2(slots));
    const tableBytes = (places + OTHERS) * ENTRY_BYTES;
    const marks = PAGES_MARKS + slots * MARKS;
    const slotsBytes = slots * (SLOT_BYTES + ROOM_BYTES) + marks * 2;
    const textsBytes = form === null ? 0 : marks * 4;
    const linesBytes = form === null ? 0 : Lines.bytes;
    const opensBytes = (OpenRecords.bytes + 7) & ~7;
    const repeatsBytes = RepeatedTuples.bytes;
    const namesOffset = 2 * CALLS + EVENT_CODES + KINDS_BYTES;
    const answersBytes = namesOffset + NAMES * NAME_BYTES;
    const tablesBytes = tableBytes + textsBytes + linesBytes + opensBytes + repeatsBytes + answersBytes;
    const bytes = SLOTS_AT + slotsBytes + tablesBytes + WINDOW_BYTES + SLACK;
    const pages = Math.ceil(bytes / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages });
    compiled ??= new WebAssembly.Module(Buffer.from(STEPPER_WASM, 'base64'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    this.exports = instance.exports as unknown as Exports;
    const { buffer } = memory;
    const shared = this.exports.shared();
    this.codes = new Uint8Array(buffer, shared + CODES_AT, EVENT_CODES);
    this.accepted = new Uint8Array(buffer, shared + ACCEPTED_AT, EVENT_CODES);
    new Uint8Array(buffer, shared + EXIT_FD_AT, EVENT_CODES).set(EXIT_FD_PARAM);
    this.paramOffsets = new Int32Array(buffer, shared + PARAM_OFFSETS_AT, MAX_PARAMS);
    this.paramLengths = new Int32Array(buffer, shared + PARAM_LENGTHS_AT, MAX_PARAMS);
    this.event = new Int32Array(buffer, shared + EVENT_AT, 36);
    this.doubles = new Float64Array(buffer, shared + EVENT_AT, 16);
    this.changes = new Uint8Array(buffer, shared + CHANGES_AT, EVENT_CODES);
    this.changes.set(CHANGES);
    const tuples = TUPLE_PARAM.map((index) => Math.max(index, 0));
    new Uint8Array(buffer, shared + TUPLE_PARAM_AT, EVENT_CODES).set(tuples);
    const tableAt = state.slots.moveTo(buffer, SLOTS_AT, slots);
    this.table = new Int32Array(buffer, tableAt, places * 2);
    this.others = new Int32Array(buffer, tableAt + places * ENTRY_BYTES, OTHERS * 2);
    this.places = places;
    const textsAt = tableAt + tableBytes;
    const linesAt = textsAt + textsBytes;
    const opensAt = linesAt + linesBytes;
    const repeatsAt = opensAt + opensBytes;
    const answersAt = repeatsAt + repeatsBytes;
    this.ofCall = new Uint8Array(buffer, answersAt, 2 * CALLS);
    this.byFd = new Uint8Array(buffer, answersAt + 2 * CALLS, EVENT_CODES);
    this.kinds = new Uint8Array(buffer, answersAt + 2 * CALLS + EVENT_CODES, KINDS_BYTES);
    this.names = new Uint8Array(buffer, answersAt + namesOffset, NAMES * NAME_BYTES);
    this.exports.place_answers(answersAt);
    this.window = new Uint8Array(buffer, answersAt + answersBytes, WINDOW_BYTES);
    this.exports.place(SLOTS_AT, slots, tableAt, places);
    const opens = new OpenRecords(buffer, opensAt, state.names, state.pathNames);
    state.slots.opens = opens;
    this.exports.place_opens(opensAt, opens.freeAddress);
    state.slots.repeats = new RepeatedTuples(buffer, repeatsAt);
    this.exports.place_repeats(repeatsAt);
    this.event[LINES_FULL] = -1;
    if (form !== null) {
      state.slots.texts = new Uint32Array(buffer, textsAt, marks);
      this.exports.place_texts(textsAt);
      this.lines = new Lines(
        form,
        state,
        this.threads,
        rawText,
        (tid) => this.noteOther(tid),
        buffer,
        linesAt,
        this.exports.place_lines,
      );
    }
    this.fdExits = state.closesCanceled;
    for (const thread of state.threads.values()) if (thread.active) this.add(thread);
    state.index = this;
  }

  /** A stepper can be made here, and has room for the threads that the state has; `threads`: a power of two. */
  static canServe(state: State, threads: number): boolean {
    return WebAssembly !== undefined && LITTLE_ENDIAN && state.threads.size <= threads;
  }

  /**
   * Says what is to be done with events, by code. `demandFor`: who wants them; `rejected`: those that nobody wants, or whose
   * thread is excluded, change nothing and lose their partner; `lineOf`: lines are all that is made of them; `isEager`:
   * wanted events that the filter is not asked for may have their effect before they are handed over; `accepted`: not 0 for
   * those that the filter lets through whatever they say; `readsMarks`: tracer marks are looked for in the ends of writes
   * whatever is done with those.
   * Those whose effect only JavaScript can do are stopped at, unless they are rejected.
   */
  configure(
    filter: Predicate | null,
    filterNumber: number,
    demandFor: (type: number) => Demand,
    rejected: (type: number) => boolean,
    lineOf: (type: number) => boolean,
    isEager: boolean,
    accepted: ArrayLike<number>,
    readsMarks: boolean,
  ): void {
    this.accepted.set(accepted);
    const { codes, fdExits, lines, writes, ofCall } = this;
    ofCall.fill(MAYBE);
    this.byFd.fill(0);
    this.kinds.fill(0);
    this.names.fill(0);
    if (filter?.excludesFd) this.byFd.set(BY_FD);
    this.event[FILTER] = filterNumber;
    this.event[FILTERS] = filter === null ? 0 : 1;
    this.event[EAGER] = isEager && !fdExits ? 1 : 0;
    this.event[READS_MARKS] = readsMarks ? 1 : 0;
    // What begins a write need not be looked at where nobody gets it anyway.
    const isUnseen = demandFor(PPME.SYSCALL_WRITE_E) === 'none' && this.doubles[CALM_TO] === Number.POSITIVE_INFINITY;
    this.changes[PPME.SYSCALL_WRITE_E] = isUnseen ? NOTHING : WRITE_ENTER;
    for (let type = 0; type < EVENT_COUNT; type++) {
      let kind = KINDS[type]!;
      const demand = demandFor(type);
      const isRejected = rejected(type);
      const isWritten = lines !== null && lineOf(type) && lines.canWrite(type);
      writes[type] = isWritten ? 1 : 0;
      if (demand === 'filter') {
        kind |= isRejected ? ASKED | REJECTABLE : ASKED;
        if (type <= PPME.GENERIC_X && filter?.ofCall) {
          for (const { id } of SYSCALLS) if (id < CALLS) ofCall[type * CALLS + id] = filter.ofCall(type, id);
          if (isWritten) kind |= SHOWN;
        }
      } else if (isRejected) kind |= REJECTED;
      if (demand === 'line') kind |= isWritten ? SHOWN : WANTED;
      const mustBeDone = CHANGES[type] === LEFT && !isRejected;
      if (demand === 'all' || (fdExits && FD_EXITS[type] !== 0) || mustBeDone) kind |= WANTED;
      codes[type] = kind;
    }
  }

  /** Enter events of this one's code that have no descriptor are not accepted, if `isExcluded` says so of it. */
  noteWithoutFd(event: EventCursor, isExcluded: (event: EventCursor) => boolean): void {
    const { type, thread, fd } = event;
    if ((type & 1) !== 0 || fd !== null || thread === null || !(thread.lastFd < 0)) return;
    if ((this.byFd[type]! & NONE_WITHOUT_FD) === 0 && isExcluded(event)) this.byFd[type]! |= NONE_WITHOUT_FD;
  }

  /** The filter accepts nothing of files like this one, whoever opens them: of all, or those that have its name. */
  excludeOpens(fd: FdInfo, all: boolean): void {
    const { type } = fd;
    if (!all) this.excludeName(fd);
    else if (type === FD_TYPE.FILE_V2) this.kinds[0] = 1;
    else if (type === FD_TYPE.DIRECTORY) this.kinds[1] = 1;
  }

  private excludeName({ name, rawName, type }: FdInfo): void {
    // Only one that is opened by its whole name is told by it.
    if (name === null || name !== rawName || name.length > PATH_ROOM || name.bytes[name.offset] !== SLASH) return;
    const { bytes, offset, length } = name;
    let place = 0;
    for (let i = 0; i < length; i++) place = (Math.imul(place, 31) + bytes[offset + i]!) | 0;
    const { names } = this;
    const at = (place & (NAMES - 1)) * NAME_BYTES;
    names[at] = length;
    names[at + 1] = 0;
    names[at + 2] = type === FD_TYPE.DIRECTORY ? 1 : 0;
    for (let i = 0; i < length; i++) names[at + 4 + i] = bytes[offset + i]!;
  }

  /** Times of events count from this one: a timestamp in unsigned halves. */
  setFirst(high: number, low: number): void {
    this.event[FIRST_HIGH] = high;
    this.event[FIRST_LOW] = low;
  }

  /** Events at other times than between these two are wanted; they count from the first one. */
  setCalm(from: number, to: number): void {
    this.doubles[CALM_FROM] = from;
    this.doubles[CALM_TO] = to;
  }

  // -- the index of threads -----------------------------------------------------------------------------------

  add(thread: ThreadInfo): void {
    const { tid, slot } = thread;
    this.forgetOther(tid);
    // Once there are more threads than it has room for, it is not asked any more.
    if (!this.state.slots.lent || tid !== (tid | 0)) return;
    while (this.threads.length <= slot) this.threads.push(null);
    this.threads[slot] = thread;
    const { table } = this;
    const at = this.find(tid);
    table[at] = tid;
    table[at + 1] = slot;
    this.event[LAST_SLOT] = 0;
  }

  remove(tid: number): void {
    this.forgetOther(tid);
    const { table, places } = this;
    const last = places * 2 - 1;
    let hole = this.find(tid);
    if (table[hole + 1] === 0) return;
    this.event[LAST_SLOT] = 0;
    // What follows moves up, so that no search ends too early.
    for (let at = hole; ; ) {
      at = (at + 2) & last;
      if (table[at + 1] === 0) break;
      const home = homeOf(table[at]!, places);
      if (((at - home) & last) < ((at - hole) & last)) continue;
      table[hole] = table[at]!;
      table[hole + 1] = table[at + 1]!;
      hole = at;
    }
    table[hole + 1] = 0;
  }

  /** Looks for a thread that is not in the table, for the next time. */
  private noteOther(tid: number): void {
    const thread = this.state.threads.get(tid);
    if (thread !== undefined) {
      const { threads } = this;
      if (thread.slot === 0) return;
      while (threads.length <= thread.slot) threads.push(null);
      threads[thread.slot] = thread;
    }
    const at = (tid & (OTHERS - 1)) * 2;
    this.others[at] = tid;
    this.others[at + 1] = thread === undefined ? NO_THREAD_SLOT : thread.slot;
  }

  /** There is another thread with this id, or none any more. */
  private forgetOther(tid: number): void {
    const at = (tid & (OTHERS - 1)) * 2;
    if (this.others[at] === tid) this.others[at + 1] = 0;
  }

  /** Where a thread is in the table, or would be. */
  private find(tid: number): number {
    const { table, places } = this;
    let at = homeOf(tid, places);
    while (table[at + 1] !== 0 && table[at] !== tid) at = (at + 2) & (places * 2 - 1);
    return at;
  }

  watchFdExits(): void {
    if (this.fdExits) return;
    this.fdExits = true;
    this.event[EAGER] = 0;
    for (let type = 0; type < EVENT_COUNT; type++) if (FD_EXITS[type] !== 0) this.codes[type]! |= WANTED;
  }

  // -- steps --------------------------------------------------------------------------------------------------

  /** Finds the end of the whole event blocks of plain kinds that lie in {@link window} between two offsets; counts them. */
  frame(offset: number, filled: number): { end: number; events: number } {
    const { framed } = this;
    framed.end = this.exports.frame(this.window.byteOffset, offset, filled);
    framed.events = this.event[COUNT]!;
    return framed;
  }

  /** Makes `window[from..to)`, whole blocks, the batch to step through. False when it is too large. */
  load(window: Uint8Array, from: number, to: number): boolean {
    if (window.buffer === this.window.buffer) {
      this.address = window.byteOffset;
      this.origin = 0;
      this.end = to;
      return true;
    }
    if (to - from > WINDOW_BYTES) return false;
    this.window.set(window.subarray(from, to));
    this.address = this.window.byteOffset;
    this.origin = from;
    this.end = to - from;
    return true;
  }

  /** Goes on at an offset of the window, where so many events have gone before; returns how it ended. */
  step(offset: number, before: number, told = 0): number {
    if (this.event[CLOSING_SLOT] !== 0) this.closeLate();
    return this.exports.step(this.address, offset - this.origin, this.end, this.origin, before, told);
  }

  /** The descriptor that the last event has closed is taken away before the next one: here, if somebody has looked at it. */
  private closeLate(): void {
    const thread = this.threads[this.event[CLOSING_SLOT]!]!;
    if (this.state.fdTable(thread).isClosing(this.event[CLOSING_FD]!)) return;
    this.scheduleClose();
    this.state.removeScheduled();
  }

  /** Leaves that to the state: no step follows the event, or not soon. */
  scheduleClose(): void {
    const slot = this.event[CLOSING_SLOT]!;
    if (slot === 0) return;
    this.event[CLOSING_SLOT] = 0;
    this.state.scheduleFdRemoval(this.threads[slot]!, this.event[CLOSING_FD]!);
  }

  /** The same, where lines are wanted. `told`: what the line of the first event lacked was told, as far as that is known. */
  stepWithLines(lines: Lines, offset: number, before: number, told: boolean): number {
    const { event } = this;
    event[LINE_AT] = lines.begin();
    event[LINES_FULL] = lines.full;
    const status = this.step(offset, before, told ? 1 : 0);
    lines.forgetOnce();
    lines.end(event[LINE_AT]!);
    event[LINES_FULL] = -1;
    return status;
  }

  /**
   * Writes the line of the event under the cursor, at which the last step ended, after its effect: it lacked something for
   * it, or JavaScript had to do what the event changes. False if it cannot. Only where it was made to write lines.
   */
  showLate(cursor: EventCursor): boolean {
    const lines = this.lines!;
    lines.teach(cursor);
    const { thread } = cursor;
    const slot = thread === null ? 0 : thread.slot;
    // It may stand for another one by now.
    const isWritten =
      cursor.type === this.event[TYPE] &&
      this.writes[cursor.type] !== 0 &&
      lines.isCurrent(cursor) &&
      this.state.slots.lent &&
      (thread === null || this.threads[slot] === thread) &&
      this.writeLate(lines, slot, cursor.num);
    lines.forgetOnce();
    return isWritten;
  }

  private writeLate(lines: Lines, slot: number, num: number): boolean {
    const { event } = this;
    for (let lacks = 0; lacks < LACKS; lacks++) {
      event[LINE_AT] = lines.begin();
      if (this.exports.show(this.address - this.origin, slot, num) !== 0) {
        lines.end(event[LINE_AT]!);
        return true;
      }
      if (!lines.tell(true)) return false;
    }
    return false;
  }

  /** Events passed by the last step, the one it ended at included. */
  get count(): number {
    return this.event[COUNT]!;
  }

  /** Where the last step ended: offset of the event's block, or of the block left to the caller. */
  get offset(): number {
    return this.event[OFFSET]!;
  }

  /** Fills the times of the last event that was passed, if there was one. */
  fillTime(cursor: EventCursor): void {
    const { event } = this;
    cursor.time = this.doubles[TIME]!;
    cursor.tsLow = event[TS_LOW]! >>> 0;
    cursor.tsHigh = event[TS_HIGH]! >>> 0;
  }

  /** Fills the cursor with the event that the last step ended at. Its descriptor is attached if it has one. */
  fill(cursor: EventCursor): void {
    this.fillBegun(cursor);
    if (this.event[ATTACH] !== 0) this.state.attachFd(cursor, cursor.thread!);
  }

  /** The same for one that has had its effect: its descriptor is looked up when somebody asks for it. */
  fillHad(cursor: EventCursor): void {
    this.fillBegun(cursor);
    if (this.event[ATTACH] === 0) return;
    cursor.fdNum = cursor.thread!.lastFd;
    cursor.fdWaits = true;
    cursor.fdIsNew = this.event[ATTACH] === JUST_OPENED;
  }

  private fillBegun(cursor: EventCursor): void {
    const { event, state } = this;
    cursor.blockOffset = event[OFFSET]!;
    cursor.blockLength = event[LENGTH]!;
    cursor.headerOffset = event[HEADER]!;
    cursor.lengthsOffset = event[LENGTHS]!;
    cursor.lengthSize = event[LENGTH_SIZE]!;
    cursor.dataOffset = event[DATA]!;
    cursor.nparams = event[NPARAMS]!;
    cursor.type = event[TYPE]!;
    cursor.cpu = event[CPU]!;
    cursor.dumpFlags = event[FLAGS]! >>> 0;
    cursor.tid = event[TID]!;
    cursor.paired = event[PAIRED] !== 0;
    const slot = event[SLOT]!;
    // What is only looked up may be a thread of which nothing was seen yet.
    let thread: ThreadInfo | null;
    if (slot !== 0) {
      thread = this.threads[slot]!;
    } else {
      thread = state.threads.get(cursor.tid) ?? null;
      if (thread === null) this.noteOther(cursor.tid);
    }
    cursor.thread = thread;
    cursor.fd = null;
    cursor.fdNum = -1;
  }

  /** The same for one that has had its effect already: a descriptor was made. */
  fillMade(cursor: EventCursor): void {
    this.fill(cursor);
    const thread = cursor.thread!;
    cursor.fdNum = thread.lastFd;
    cursor.fd = this.state.getFd(thread, thread.lastFd);
  }
}
