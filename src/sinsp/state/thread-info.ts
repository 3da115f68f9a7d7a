/** What is known of one thread. */
import type { Name } from '../names.js';
import type { FdInfo } from './fd-info.js';
import { FdTable } from './fd-table.js';
import type { StoredEnter } from './stored-enter.js';
import { ACTIVE, IS_MAIN_THREAD } from './thread-flags.js';
import {
  CWD,
  ENTER_TIME,
  EXCLUDED,
  HAS_STORED,
  LAST_EVENT_TYPE,
  LAST_FD,
  LATENCY,
  MAIN,
  NO_TABLE,
  OWNER,
  PFMAJOR,
  PFMINOR,
  SLOT_DOUBLES,
  SLOT_INTEGERS,
  type ThreadSlots,
  VMRSS,
  VMSIZE,
  VMSWAP,
  WIDE_FD,
} from './thread-slots.js';
import type { ThreadMarks } from './tracers.js';

/** Value of uid, gid and loginuid that means "not known". */
export const NO_ID = 0xffff_ffff;

export class ThreadInfo {
  pid: number;
  ptid = -1;
  sid = -1;
  /** Process group inside the pid namespace, and outside it. */
  vpgid = -1;
  pgid = -1;
  vtid = -1;
  vpid = -1;
  comm: Name;
  exe: Name;
  exepath: Name;
  /** Arguments after the program, and environment: NUL-separated byte strings. */
  args = '';
  env = '';
  private directory: Name;
  root: Name;
  /** NUL-separated `subsystem=path` pairs. */
  cgroups = '';
  /** Container id, `''` for the host. */
  containerId = '';
  uid = NO_ID;
  gid = NO_ID;
  loginuid = NO_ID;
  tty = 0;
  /** Clone flags (portable bits) and internal ones. */
  flags = 0;
  fdlimit = -1;
  /** Time of the clone, in the cursor's `time` units; NaN for threads of the header. */
  cloneTime = Number.NaN;
  /** Absolute nanoseconds of the clone, as the file has them; 0n for threads of the header. Made on use. */
  cloneTsHigh = 0;
  cloneTsLow = Number.NaN;
  /** Start of the init process of the thread's pid namespace (ns since the epoch), 0 when unknown. */
  pidnsInitStart = 0n;
  /** Threads of this process besides the main one; counted on main threads. */
  nchilds = 0;
  /** The record was taken out of the thread table. */
  removed = false;
  /** The main thread as found last; use State.mainThread. */
  main: ThreadInfo | null = null;
  exeWritable = false;
  exeUpperLayer = false;
  exeLowerLayer = false;
  exeFromMemfd = false;
  exeIno = 0;
  exeInoCtime = 0n;
  exeInoMtime = 0n;
  capInheritable = 0n;
  capPermitted = 0n;
  capEffective = 0n;
  /** A record made for an unknown thread, without any knowledge. */
  placeholder = false;

  /** Own descriptors; unused while the thread shares those of its main thread (State.fdTable picks the right one). */
  fds: FdTable = new FdTable();

  // -- what the most frequent events change: see thread-slots.ts -------------------------------------------------
  slots: ThreadSlots = NO_TABLE;
  slot = 0;
  /** The last descriptor's number, where it has more than 32 bits. */
  private wideFd = WIDE_FD;
  /** Copy of the enter event whose parameters its exit needs; made on first use, empty when its type is NO_EVENT. */
  stored: StoredEnter | null = null;

  // -- scheduler accounting (thread.exectime and friends) -----------------------------------------------------
  lastSwitchTime = 0;
  execTime = 0;
  totalExecTime = 0;

  /** Tracer marks that it wrote. */
  marks: ThreadMarks | null = null;
  /** Room for things others remember per thread (fields, chisels), by key; made on first use. */
  extra: Map<unknown, unknown> | null = null;

  constructor(
    readonly tid: number,
    unknown: Name,
    empty: Name,
    slots: ThreadSlots = NO_TABLE,
  ) {
    this.pid = tid;
    if (slots !== NO_TABLE) this.takeSlot(slots);
    this.comm = unknown;
    this.exe = unknown;
    this.exepath = empty;
    this.directory = empty;
    this.root = empty;
    // Declared as NaN so that the engine keeps it as a double from the start.
    this.cloneTsLow = 0;
  }

  get isMain(): boolean {
    return this.tid === this.pid;
  }

  /** It is the main thread of its process, or said to be. */
  get leads(): boolean {
    return this.tid === this.pid || (this.flags & IS_MAIN_THREAD) !== 0;
  }

  /** An event of it was seen. */
  get active(): boolean {
    return (this.flags & ACTIVE) !== 0;
  }

  /** Code of the last enter event, or NO_EVENT. */
  get lastEventType(): number {
    return this.slots.integers[this.slot * SLOT_INTEGERS + LAST_EVENT_TYPE]!;
  }
  set lastEventType(value: number) {
    this.slots.integers[this.slot * SLOT_INTEGERS + LAST_EVENT_TYPE] = value;
  }
  /** Descriptor number of the last event, -1 for none. 0 before the first event, as readers of captures expect. */
  get lastFd(): number {
    // Kept as a small integer: as a double it would make doubles of all that it is assigned to.
    const num = this.slots.integers[this.slot * SLOT_INTEGERS + LAST_FD]!;
    return num === WIDE_FD ? this.wideFd : num;
  }
  set lastFd(value: number) {
    const isSmall = value === (value | 0);
    if (!isSmall) this.wideFd = value;
    this.slots.integers[this.slot * SLOT_INTEGERS + LAST_FD] = isSmall ? value : WIDE_FD;
  }
  /** `time` of the last enter event; NaN before the first. */
  get enterTime(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + ENTER_TIME]!;
  }
  set enterTime(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + ENTER_TIME] = value;
  }
  /** Nanoseconds between enter and exit; 0 on enter events. */
  get latency(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + LATENCY]!;
  }
  set latency(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + LATENCY] = value;
  }
  /** STORED_*: where the enter event is whose parameters its exit needs. */
  get hasStored(): number {
    return this.slots.integers[this.slot * SLOT_INTEGERS + HAS_STORED]!;
  }
  set hasStored(value: number) {
    this.slots.integers[this.slot * SLOT_INTEGERS + HAS_STORED] = value;
  }
  /** Memory in kB: virtual, resident, swapped. */
  get vmsizeKb(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + VMSIZE]!;
  }
  set vmsizeKb(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + VMSIZE] = value;
  }
  get vmrssKb(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + VMRSS]!;
  }
  set vmrssKb(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + VMRSS] = value;
  }
  get vmswapKb(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + VMSWAP]!;
  }
  set vmswapKb(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + VMSWAP] = value;
  }
  /** Page faults. */
  get pfmajor(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + PFMAJOR]!;
  }
  set pfmajor(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + PFMAJOR] = value;
  }
  get pfminor(): number {
    return this.slots.doubles[this.slot * SLOT_DOUBLES + PFMINOR]!;
  }
  set pfminor(value: number) {
    this.slots.doubles[this.slot * SLOT_DOUBLES + PFMINOR] = value;
  }

  /** Number of the filter that lets nothing of it through; 0: none is known. */
  get excludedBy(): number {
    return this.slots.integers[this.slot * SLOT_INTEGERS + EXCLUDED]!;
  }
  set excludedBy(value: number) {
    this.slots.integers[this.slot * SLOT_INTEGERS + EXCLUDED] = value;
  }

  /** Working directory with a trailing slash; of the main thread. */
  get cwd(): Name {
    return this.directory;
  }
  set cwd(value: Name) {
    this.directory = value;
    this.noteCwd(0);
  }

  /** What the stepper is to call its working directory: see open-records.ts. */
  noteCwd(id: number): void {
    this.slots.integers[this.slot * SLOT_INTEGERS + CWD] = id;
  }

  /** The stepper finds its descriptors' marks in this slot. */
  noteTable(slot: number): void {
    this.slots.integers[this.slot * SLOT_INTEGERS + OWNER] = slot;
  }

  /** The stepper finds its main thread in this slot. */
  noteMain(slot: number): void {
    this.slots.integers[this.slot * SLOT_INTEGERS + MAIN] = slot;
  }

  /** Its slot is one of these from now on. */
  joinTable(slots: ThreadSlots): void {
    if (this.slots === slots && this.slot !== 0) return;
    const { slots: before, slot: old } = this;
    this.takeSlot(slots);
    before.copy(old, slots, this.slot);
    before.release(old);
  }

  private takeSlot(slots: ThreadSlots): void {
    this.slots = slots;
    this.slot = slots.take(this.tid, this.pid);
    this.fds.bind(slots, this.slot);
  }

  /** Gives the slot back; what it held can still be read until the next thread leaves. */
  leaveTable(): void {
    this.fds.bind(NO_TABLE, 0);
    this.slots.release(this.slot);
    this.slot = 0;
  }
}

/** The descriptor record that an event works on, with its number. */
export interface FdRef {
  num: number;
  info: FdInfo | null;
}
