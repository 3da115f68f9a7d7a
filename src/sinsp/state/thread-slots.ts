/**
 * What the most frequent events change, by thread: side by side in few arrays, where the stepper (../stepper) finds and
 * changes it too. A thread that is in the thread table has a slot of its own; all others share slot 0, which keeps what the
 * thread that left last had.
 *
 * The stepper also does opens and closes of descriptors. What it did of those is not in the records of JavaScript at once: a
 * descriptor table looks at its marks before it says anything (see fd-table.ts).
 */
import type { OpenRecords } from './open-records.js';
import type { RepeatedTuples } from './repeated-tuples.js';

/** No enter event is waiting for its exit. */
export const NO_EVENT = 0xffff;

/** A slot as 64-bit floating point numbers. */
export const SLOT_DOUBLES = 15;
export const ENTER_TIME = 1;
export const LATENCY = 2;
export const PFMAJOR = 4;
export const PFMINOR = 5;
export const VMSIZE = 6;
export const VMRSS = 7;
export const VMSWAP = 8;
/** The same slot as 32-bit integers. */
export const SLOT_INTEGERS = 2 * SLOT_DOUBLES;
export const LAST_FD = 0;
/** 1: the descriptor table of this slot has room for any that has a mark. */
export const HAS_ROOM = 1;
export const LAST_EVENT_TYPE = 6;
/** STORED_*: where the enter event is whose parameters its exit needs. */
export const HAS_STORED = 7;
export const TID = 18;
export const PID = 19;
/** Slot of the thread whose descriptor table this one uses; 0: has to be found out. */
export const OWNER = 20;
/** Marks from MARK_PENDING on among the table's. */
export const PENDING = 21;
/** The enter event in the slot's room: its code, and its parameters' number and size of lengths. */
export const STORED_TYPE = 22;
export const STORED_SHAPE = 23;
/** Slot of the process's main thread; 0: has to be found out. */
export const MAIN = 24;
/** Number of the filter that lets nothing of this thread through, whatever it is; 0: none is known. */
export const EXCLUDED = 25;
/** Where its name lies in the stepper's memory, for lines; 0: has to be put there. */
export const PROGRAM_TEXT = 26;
/** The working directory as opens name it (see open-records.ts); of main threads. 0: has to be found out. */
export const CWD = 27;
/** What has to be added to a descriptor from MARKS on for the index of its mark; 0: those of this slot have none. */
export const WIDE = 28;

export const SLOT_BYTES = SLOT_DOUBLES * 8;

/** Values of HAS_STORED: nothing, in the thread's StoredEnter, in the slot's room. */
export const STORED_NONE = 0;
export const STORED_RECORD = 1;
export const STORED_SLOT = 2;
/** Room for the parameters of one enter event. */
export const ROOM_BYTES = 256;

/** Descriptors below this have a mark; */
export const MARKS = 64;
/** and those below this, of tables that have one of the pages for them. Pages lie in front of the marks of slots. */
export const WIDE_MARKS = 1024;
const PAGES = 32;
const PAGE_MARKS = WIDE_MARKS - MARKS;
export const PAGES_MARKS = PAGES * PAGE_MARKS;
/**
 * Nothing is known; not in the table; in the table, and a stream of data through it changes nothing; closed: the record in the
 * table is of no meaning any more; from MARK_OPENED on: opened, as record (mark - MARK_OPENED) >> 3 of OpenRecords tells.
 */
export const MARK_UNKNOWN = 0;
export const MARK_ABSENT = 8;
export const MARK_PLAIN = 16;
export const MARK_GONE = 24;
export const MARK_OPENED = 32;
/**
 * Bits of plain and opened ones: the filter accepts nothing that is done with it; what events say of its ends is not looked at
 * (FdInfo.ignoresTuples); a close is under way.
 */
const MARK_EXCLUDED = 1;
export const MARK_DEAF = 2;
export const MARK_CLOSING = 4;
/** From here on the table does not have yet what the mark says. */
export const MARK_PENDING = MARK_PLAIN + MARK_CLOSING;

/** Value of LAST_FD for numbers beyond 32 bits, which are elsewhere. */
export const WIDE_FD = -0x8000_0000;

const FIRST_SLOTS = 64;
/** Id of no thread, and of no process: ids beyond 32 bits, and slots that are free. They are not alike. */
const NO_TID = -0x8000_0000;
const NO_PID = -0x7fff_ffff;

const isSmall = (id: number): boolean => id === (id | 0);

export class ThreadSlots {
  doubles = new Float64Array(FIRST_SLOTS * SLOT_DOUBLES);
  integers = new Int32Array(this.doubles.buffer);
  marks = new Uint16Array(PAGES_MARKS + FIRST_SLOTS * MARKS);
  private readonly freePages = Array.from({ length: PAGES }, (_, page) => page);
  /** Some descriptors were marked as excluded since the filter was set. */
  private excluding = false;
  /** What the stepper has opened, once there is one. */
  opens: OpenRecords | null = null;
  /** What the stepper need not ask about again, once there is one. */
  repeats: RepeatedTuples | null = null;
  /** Where the texts of descriptors with marks lie in the stepper's memory; 0: have to be put there. Empty without lines. */
  texts = new Uint32Array(0);
  /** Room for enter events; empty as long as nobody puts them there. */
  rooms: Uint8Array = new Uint8Array(0);
  roomView = new DataView(this.rooms.buffer);
  private limit = Number.POSITIVE_INFINITY;
  private readonly free: number[] = [];
  /** Slots that were ever taken, slot 0 among them. */
  private used = 1;

  /** `maxFds`: largest number of descriptors of a process. */
  constructor(private readonly maxFds = 0) {
    this.clear(0);
  }

  /**
   * From now on everything lies in this memory, which is zeros: `slots` slots, then their marks, then their rooms, from
   * `offset` on.
   * Returns the offset behind it. When there are more threads than slots, everything goes back into arrays that grow:
   * see {@link lent}.
   */
  moveTo(memory: ArrayBuffer, offset: number, slots: number): number {
    const doubles = new Float64Array(memory, offset, slots * SLOT_DOUBLES);
    doubles.set(this.doubles.subarray(0, this.used * SLOT_DOUBLES));
    this.doubles = doubles;
    this.integers = new Int32Array(memory, offset, slots * SLOT_INTEGERS);
    const marksAt = offset + slots * SLOT_BYTES;
    // Nothing is known yet: as long as nobody looked at marks, nobody saw to it that they stay true.
    const marks = new Uint16Array(memory, marksAt, PAGES_MARKS + slots * MARKS);
    this.marks = marks;
    const roomsAt = marksAt + marks.byteLength;
    this.rooms = new Uint8Array(memory, roomsAt, slots * ROOM_BYTES);
    this.roomView = new DataView(memory, roomsAt, slots * ROOM_BYTES);
    this.limit = slots;
    return roomsAt + slots * ROOM_BYTES;
  }

  /** A slot for a thread of which no event was seen. */
  take(tid: number, pid: number): number {
    let slot = this.free.pop();
    if (slot === undefined) {
      if (this.used === this.limit) this.moveOut();
      slot = this.used++;
      if (slot * SLOT_DOUBLES === this.doubles.length) this.grow();
    }
    this.clear(slot);
    this.integers[slot * SLOT_INTEGERS + TID] = isSmall(tid) ? tid : NO_TID;
    this.setPid(slot, pid);
    return slot;
  }

  /** Gives a slot back. */
  release(slot: number): void {
    if (slot === 0) return;
    this.copy(slot, this, 0);
    this.integers[slot * SLOT_INTEGERS + TID] = NO_TID;
    this.free.push(slot);
  }

  setPid(slot: number, pid: number): void {
    this.integers[slot * SLOT_INTEGERS + PID] = isSmall(pid) ? pid : NO_PID;
    this.integers[slot * SLOT_INTEGERS + MAIN] = 0;
    this.programChanged(slot);
  }

  /** What was found out of a thread by its process, program and flags has to be found out again. */
  programChanged(slot: number): void {
    this.integers[slot * SLOT_INTEGERS + OWNER] = 0;
    this.integers[slot * SLOT_INTEGERS + EXCLUDED] = 0;
    this.integers[slot * SLOT_INTEGERS + PROGRAM_TEXT] = 0;
  }

  /** A page of marks for the descriptors of a slot from MARKS on: see WIDE. 0 when there is none any more. */
  takePage(slot: number): number {
    const page = this.lent ? this.freePages.pop() : undefined;
    if (page === undefined) return 0;
    const first = page * PAGE_MARKS;
    this.marks.fill(MARK_UNKNOWN, first, first + PAGE_MARKS);
    return (this.integers[slot * SLOT_INTEGERS + WIDE] = first - MARKS);
  }

  /** Gives it back. */
  releasePage(slot: number, wide: number): void {
    this.integers[slot * SLOT_INTEGERS + WIDE] = 0;
    this.freePages.push((wide + MARKS) / PAGE_MARKS);
  }

  /** Marks a descriptor as one whose events the filter does not accept, if data through it changes nothing. `at`: its mark. */
  exclude(at: number): void {
    if ((this.marks[at]! & ~MARK_DEAF) !== MARK_PLAIN) return;
    this.marks[at]! |= MARK_EXCLUDED;
    this.excluding = true;
  }

  /** There is another filter. */
  filterChanged(): void {
    if (!this.excluding) return;
    this.excluding = false;
    const { marks } = this;
    for (let at = 0; at < PAGES_MARKS + this.used * MARKS; at++) marks[at]! &= ~MARK_EXCLUDED;
  }

  /** Tells the stepper whether a table of so many descriptors has room, whatever its so many marks say. */
  noteRoom(slot: number, count: number, marks: number): void {
    this.integers[slot * SLOT_INTEGERS + HAS_ROOM] = count + marks < this.maxFds ? 1 : 0;
  }

  private clear(slot: number): void {
    const { doubles, integers } = this;
    const first = slot * SLOT_DOUBLES;
    doubles.fill(0, first, first + SLOT_DOUBLES);
    doubles[first + ENTER_TIME] = Number.NaN;
    integers[slot * SLOT_INTEGERS + LAST_EVENT_TYPE] = NO_EVENT;
    integers[slot * SLOT_INTEGERS + TID] = NO_TID;
    const firstMark = PAGES_MARKS + slot * MARKS;
    this.marks.fill(MARK_UNKNOWN, firstMark, firstMark + MARKS);
  }

  private moveOut(): void {
    this.doubles = this.doubles.slice();
    this.integers = new Int32Array(this.doubles.buffer);
    this.marks = this.marks.slice();
    this.rooms = this.rooms.slice();
    this.roomView = new DataView(this.rooms.buffer);
    this.texts = new Uint32Array(0);
    this.limit = Number.POSITIVE_INFINITY;
  }

  /** The slots lie in memory that was given. */
  get lent(): boolean {
    return this.limit !== Number.POSITIVE_INFINITY;
  }

  private grow(): void {
    const { doubles, marks } = this;
    this.doubles = new Float64Array(doubles.length * 2);
    this.doubles.set(doubles);
    this.integers = new Int32Array(this.doubles.buffer);
    this.marks = new Uint16Array(PAGES_MARKS + (this.doubles.length / SLOT_DOUBLES) * MARKS);
    this.marks.set(marks);
  }

  /** Copies what events of the thread have changed to another slot, here or elsewhere. */
  copy(slot: number, to: ThreadSlots, toSlot: number): void {
    const from = slot * SLOT_DOUBLES;
    to.doubles.set(this.doubles.subarray(from, from + VMSWAP + 1), toSlot * SLOT_DOUBLES);
  }
}

/** For threads that are in no table. */
export const NO_TABLE = new ThreadSlots();
