/** What is known of one thread. */
import type { Name } from '../names.js';
import type { FdInfo } from './fd-info.js';
import { FdTable } from './fd-table.js';
import type { StoredEnter } from './stored-enter.js';

/** Value of uid, gid and loginuid that means "not known". */
export const NO_ID = 0xffff_ffff;

/** No enter event is waiting for its exit. */
export const NO_EVENT = 0xffff;

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
  /** Working directory with a trailing slash; of the main thread. */
  cwd: Name;
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
  vmsizeKb = 0;
  vmrssKb = 0;
  vmswapKb = 0;
  pfmajor = 0;
  pfminor = 0;
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

  // -- enter/exit pairing -------------------------------------------------------------------------------------
  /** Code of the last enter event, or NO_EVENT. */
  lastEventType = NO_EVENT;
  /** Descriptor number of the last event, -1 for none. 0 before the first event, as readers of captures expect. */
  lastFd = 0;
  /** `time` of the last enter event; NaN before the first. */
  enterTime = Number.NaN;
  /** Nanoseconds between enter and exit; 0 on enter events. */
  latency = Number.NaN;
  /** Copy of the enter event whose parameters its exit needs; made on first use, empty when its type is NO_EVENT. */
  stored: StoredEnter | null = null;
  /** An enter event is stored. */
  hasStored = false;

  // -- scheduler accounting (thread.exectime and friends) -----------------------------------------------------
  lastSwitchTime = 0;
  execTime = 0;
  totalExecTime = 0;

  /** Room for things others remember per thread (fields, chisels), by key; made on first use. */
  extra: Map<unknown, unknown> | null = null;

  constructor(
    readonly tid: number,
    unknown: Name,
    empty: Name,
  ) {
    this.pid = tid;
    this.comm = unknown;
    this.exe = unknown;
    this.exepath = empty;
    this.cwd = empty;
    this.root = empty;
    // Declared as NaN so that the engine keeps them as doubles from the start.
    this.latency = 0;
    this.cloneTsLow = 0;
  }

  get isMain(): boolean {
    return this.tid === this.pid;
  }
}

/** The descriptor record that an event works on, with its number. */
export interface FdRef {
  num: number;
  info: FdInfo | null;
}
