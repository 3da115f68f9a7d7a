/**
 * State of the traced system: threads, descriptors, users, groups, interfaces, containers. Loads the metadata blocks of a
 * capture, pairs enter and exit events, and lets each event change what is known.
 *
 * The order per event is the inspector's: removeScheduled, begin, (filter,) apply or rejected. Nothing is allocated per
 * event; what events change lives in one small file per family (see handlers.ts).
 */
import type { EventSource } from '../../capture/event-source.js';
import { readMetadataBlock } from '../../scap/metadata.js';
import type { EventCursor } from '../event.js';
import { hasBytes, latin1, type Name, Names } from '../names.js';
import { EF, EVENT_FLAGS, PPME } from '../schema/index.js';
import {
  BEGIN,
  EXIT_FD_PARAM,
  EXIT_NAMES_FD,
  NEVER_CREATES,
  NO_PAIRING,
  SKIP,
  SOCKET_CALL,
  UNUSUAL,
  USES_FD,
} from './begin-kinds.js';
import { Containers } from './containers.js';
import { CANCELED_FD, FdInfo } from './fd-info.js';
import { type PortText, portNumber, socketName } from './fd-names.js';
import { FdTable } from './fd-table.js';
import { HANDLERS } from './handlers.js';
import { NetworkInterfaces } from './interfaces.js';
import { MetadataLoader } from './metadata-loader.js';
import type { Cgroup } from './nul-lists.js';
import { PathMemory } from './path-memory.js';
import { PathBuffer } from './paths.js';
import { StoredEnter } from './stored-enter.js';
import { ACTIVE, CLONE_FILES, CLONE_THREAD, NAME_CHANGED } from './thread-flags.js';
import { ThreadInfo } from './thread-info.js';
import { NO_EVENT, NO_TABLE, STORED_NONE, STORED_RECORD, STORED_SLOT, ThreadSlots } from './thread-slots.js';
import { Tracers } from './tracers.js';
import { UserTables } from './users.js';

export interface StateOptions {
  /** Do not use the user list of the capture (-E). */
  ignoreUsers?: boolean;
  /** Largest number of threads; new ones are not added beyond it. Default 131072. */
  maxThreads?: number;
  /** Largest number of descriptors of a process. Default 4096. */
  maxFds?: number;
}

export interface User {
  uid: number;
  gid: number;
  name: string;
  homedir: string;
  shell: string;
}
export interface Group {
  gid: number;
  name: string;
}
export interface MachineInfo {
  numCpus: number;
  memorySizeBytes: number;
  maxPid: number;
  hostname: string;
  /** Boot time, ns since the epoch; 0n when the capture does not say. */
  bootTs: bigint;
}

/** Looks threads up by id, beside the table of the state: those that were seen doing something. */
export interface ThreadIndex {
  /** Its id is new, or had another thread. */
  add(thread: ThreadInfo): void;
  /** Does nothing when it is not there. */
  remove(tid: number): void;
  /** From now on the end of a call may change something through its descriptor, whatever the call. */
  watchFdExits(): void;
}

const FD_EVENT = EF.CREATES_FD | EF.USES_FD | EF.DESTROYS_FD;

/** A copy of a thread with copies of its descriptors. */
function copyThread(thread: ThreadInfo, stored: StoredEnter | null, slots: ThreadSlots): ThreadInfo {
  const copy = Object.assign(Object.create(ThreadInfo.prototype) as ThreadInfo, thread);
  copy.fds = new FdTable();
  thread.fds.forEach((fd, number) => {
    const other = fd.copy();
    other.oldName = fd.oldName;
    other.nameChanged = fd.nameChanged;
    copy.fds.set(number, other);
  });
  copy.slots = NO_TABLE;
  copy.slot = 0;
  copy.joinTable(slots);
  thread.slots.copy(thread.slot, slots, copy.slot);
  copy.stored = stored?.copy() ?? null;
  copy.hasStored = copy.stored === null ? STORED_NONE : STORED_RECORD;
  copy.extra = null;
  copy.marks = thread.marks === null ? null : thread.marks.copy();
  return copy;
}

export class State {
  readonly names = new Names();
  readonly threads = new Map<number, ThreadInfo>();
  readonly users = new Map<number, User>();
  readonly groups = new Map<number, Group>();
  /** Users and groups that events of newer captures tell of, by container. */
  readonly userTables = new UserTables(this.users, this.groups);
  readonly interfaces = new NetworkInterfaces();
  readonly containers = new Containers();
  machine: MachineInfo | null = null;
  skippedEvents = 0;
  /** Entries of metadata blocks that nothing here understands. */
  skippedEntries = 0;
  /** Threads that were not added because the table was full. */
  droppedThreads = 0;

  /** Asked for a thread that is not in the table (live: looked up in /proc); adds it to the table itself. */
  onUnknownThread: ((tid: number) => ThreadInfo | undefined) | null = null;
  /** How ports look in names of sockets (service names with -R); set it before the first event. */
  portText: PortText = portNumber;

  /** What the most frequent events change, of the threads in the table. */
  readonly slots: ThreadSlots;
  /** Who else looks threads up by id, once there is somebody. */
  index: ThreadIndex | null = null;
  /** Called when users or groups may have other names. */
  onIdsChanged: (() => void) | null = null;
  /** The stepper is at work: it is told what descriptors are found to be. */
  marking = false;
  /** A close was canceled at some time: see `putFd`. */
  closesCanceled = false;

  readonly maxThreads: number;
  readonly maxFds: number;
  /** For joining paths; its contents are good until the next join. */
  readonly path = new PathBuffer();
  /** For paths of files that are opened. */
  readonly pathNames = new PathMemory(this.names, this.path);
  /** The names `<NA>`, `<UNKNOWN>`, and the threads' initial ones. */
  readonly notAvailable: Name;
  readonly unknownDir: Name;
  readonly tracers = new Tracers();

  private readonly loader: MetadataLoader;
  /** Number of threads by pid, main threads included. */
  private readonly groupSizes = new Map<number, number>();
  private lastTid = Number.NaN;
  private lastThread: ThreadInfo | null = null;
  private readonly emptyTable = new FdTable();
  private readonly spareStores: StoredEnter[] = [];
  private lastShared: Name;

  // What the previous event scheduled.
  private scheduled = false;
  private tidToRemove = Number.NaN;
  /** The thread whose descriptors are removed. */
  private threadOfFd: ThreadInfo | null = null;
  private fdToRemove = -1;
  private secondFdToRemove = -1;

  constructor(readonly options: StateOptions = {}) {
    this.maxThreads = options.maxThreads ?? 131072;
    this.maxFds = options.maxFds ?? 4096;
    this.slots = new ThreadSlots(this.maxFds);
    this.notAvailable = this.names.internText('<NA>');
    this.unknownDir = this.names.internText('<UNKNOWN>');
    this.lastShared = this.names.empty;
    this.loader = new MetadataLoader(this);
  }

  // -- metadata -----------------------------------------------------------------------------------------------

  /** Loads one metadata block of the source's window. Throws MetadataDamage. */
  loadBlock(source: EventSource, blockType: number, offset: number, length: number): void {
    const bytes = source.window;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    readMetadataBlock(bytes, view, blockType, offset, length, this.loader);
    this.onIdsChanged?.();
  }

  /** Before the first event of a section: roles of sockets, child counts. */
  headerComplete(): void {
    this.loader.finish();
  }

  /** Forgets everything: a new section begins. */
  reset(): void {
    for (const thread of this.threads.values()) {
      this.index?.remove(thread.tid);
      thread.leaveTable();
    }
    this.threads.clear();
    this.groupSizes.clear();
    this.users.clear();
    this.groups.clear();
    this.userTables.clear();
    this.onIdsChanged?.();
    this.interfaces.clear();
    this.containers.clear();
    this.tracers.clear();
    this.machine = null;
    this.lastTid = Number.NaN;
    this.lastThread = null;
    this.scheduled = false;
    this.tidToRemove = Number.NaN;
    this.fdToRemove = -1;
    this.secondFdToRemove = -1;
  }

  /** Becomes a copy of another state: what is done to one of them later does not show in the other. */
  copyFrom(other: State): void {
    other.removeScheduled();
    this.reset();
    for (const [tid, thread] of other.threads)
      this.addCopy(tid, copyThread(thread, other.storedOf(thread), this.slots));
    for (const [pid, size] of other.groupSizes) this.groupSizes.set(pid, size);
    for (const [uid, user] of other.users) this.users.set(uid, user);
    for (const [gid, group] of other.groups) this.groups.set(gid, group);
    this.userTables.copyFrom(other.userTables);
    this.onIdsChanged?.();
    for (const record of other.interfaces.records) this.interfaces.add(record);
    for (const container of other.containers.values()) this.containers.add({ ...container });
    this.machine = other.machine;
    this.portText = other.portText;
    if (other.closesCanceled) this.noteCanceledClose();
    this.tracers.copyFrom(other.tracers);
  }

  private addCopy(tid: number, thread: ThreadInfo): void {
    this.threads.set(tid, thread);
    this.tellIndex(thread);
  }

  /** There is another thread with this id in the table. */
  private tellIndex(thread: ThreadInfo): void {
    if (thread.active) this.index?.add(thread);
    else this.index?.remove(thread.tid);
  }

  // -- per event ----------------------------------------------------------------------------------------------

  /** Removes what the previous event scheduled: exited threads, closed descriptors. */
  removeScheduled(): void {
    if (this.scheduled) this.removeNow();
  }

  /** The previous event scheduled something. */
  get hasScheduled(): boolean {
    return this.scheduled;
  }

  private removeNow(): void {
    this.scheduled = false;
    const tid = this.tidToRemove;
    if (!Number.isNaN(tid)) {
      this.tidToRemove = Number.NaN;
      this.removeThread(tid, false);
    }
    if (this.fdToRemove >= 0) {
      let thread = this.threadOfFd;
      // Another record may stand in its place by now.
      if (thread?.removed) thread = this.threadOrPlaceholder(thread.tid);
      this.threadOfFd = null;
      if (thread !== null) {
        const table = this.fdTable(thread);
        table.delete(this.fdToRemove);
        if (this.secondFdToRemove >= 0) table.delete(this.secondFdToRemove);
      }
      this.fdToRemove = -1;
      this.secondFdToRemove = -1;
    }
  }

  /** The thread is gone after this event. */
  scheduleThreadRemoval(tid: number): void {
    this.tidToRemove = tid;
    this.scheduled = true;
  }

  /** The descriptor is gone after this event. */
  scheduleFdRemoval(thread: ThreadInfo, num: number): void {
    if (this.fdToRemove >= 0) this.secondFdToRemove = num;
    else this.fdToRemove = num;
    this.threadOfFd = thread;
    this.scheduled = true;
  }

  /** Looks up the thread, pairs enter and exit, attaches the descriptor: fills event.thread, event.fd, event.fdNum. */
  begin(event: EventCursor): void {
    const type = event.type;
    const kind = BEGIN[type]!;
    event.fd = null;
    event.fdNum = -1;
    event.paired = false;
    if ((kind & UNUSUAL) !== 0) {
      this.beginUnusual(event);
      return;
    }
    const tid = event.tid;
    let thread: ThreadInfo | null;
    if (tid === this.lastTid) {
      thread = this.lastThread;
    } else {
      thread = this.threads.get(tid) ?? null;
      if (thread === null) {
        if ((kind & NEVER_CREATES) === 0) thread = this.createPlaceholder(tid);
        if (thread === null) {
          event.thread = null;
          return;
        }
      }
      this.lastTid = tid;
      this.lastThread = thread;
    }
    event.thread = thread;
    if (thread === null) return;
    if ((kind & NEVER_CREATES) === 0 && !thread.active) {
      thread.flags |= ACTIVE;
      this.index?.add(thread);
    }
    if ((type & 1) === 0) {
      thread.lastEventType = type;
      thread.latency = 0;
      thread.enterTime = event.time;
      if ((kind & USES_FD) === 0) {
        thread.lastFd = -1;
        return;
      }
      // The descriptor is the first parameter.
      thread.lastFd = event.paramInt64(0, -1);
      this.attachFd(event, thread);
      return;
    }
    const enterTime = thread.enterTime;
    if (!Number.isNaN(enterTime)) thread.latency = event.time - enterTime;
    if (type !== thread.lastEventType + 1) {
      if ((kind & EXIT_NAMES_FD) !== 0) this.attachOwnFd(event, thread);
      return;
    }
    event.paired = true;
    if ((kind & USES_FD) === 0) return;
    if (type === PPME.SYSCALL_COPY_FILE_RANGE_X) thread.lastFd = event.paramInt64(1, -1);
    this.attachFd(event, thread);
  }

  /** Makes the descriptor that the thread used last the event's. */
  attachFd(event: EventCursor, thread: ThreadInfo): void {
    const num = thread.lastFd;
    event.fdNum = num;
    const fd = this.getFd(thread, num);
    event.fd = fd;
    if (this.marking && num >= 0) this.markFd(thread, num, fd);
    if (event.paired && fd?.closeCanceled) this.dropCanceled(thread, fd);
  }

  /** Events that leave pairing alone, and do not make threads: their thread is only looked up. */
  private beginUnusual(event: EventCursor): void {
    event.thread = this.threads.get(event.tid) ?? null;
  }

  /** Tells the stepper what was found of a descriptor. */
  private markFd(thread: ThreadInfo, num: number, fd: FdInfo | null): void {
    const table = this.fdTable(thread);
    thread.noteTable(table.slot);
    table.mark(num, fd);
  }

  /** The record of the event's descriptor, which is its thread's last one, is another one than it was. */
  fdChanged({ thread, fd, fdNum }: EventCursor): void {
    if (this.index === null || thread === null || fd === null) return;
    const table = this.fdTable(thread);
    table.forget(fdNum);
    if (this.marking) table.mark(fdNum, table.get(fdNum) ?? null);
  }

  /** An event that says this tuple of its descriptor changes nothing, and would not if it came again. */
  fdRepeats({ thread, fd, fdNum }: EventCursor, bytes: Uint8Array, at: number, length: number): void {
    if (!this.marking || thread === null || fd === null) return;
    const table = this.fdTable(thread);
    if (table.get(fdNum) === fd) table.noteRepeat(fdNum, fd, bytes, at, length);
  }

  /**
   * Marks the descriptor of an event, if it is plain and `isExcluded` says that the filter accepts nothing of it. True if so.
   */
  noteExcludedFd(event: EventCursor, isExcluded: (event: EventCursor) => boolean): boolean {
    const { thread, fd, fdNum } = event;
    if (thread === null || fd === null || !this.marking) return false;
    const table = this.fdTable(thread);
    // Some failed calls have another descriptor than the one they name.
    if (table.slot === 0 || table.get(fdNum) !== fd) return false;
    thread.noteTable(table.slot);
    table.mark(fdNum, fd);
    if (!table.isKnown(fdNum) || !isExcluded(event)) return false;
    table.exclude(fdNum);
    return true;
  }

  /** A thread runs another program, or has other flags: its descriptor table and its name may be others. */
  programChanged(thread: ThreadInfo): void {
    thread.slots.programChanged(thread.slot);
  }

  /** An exit whose enter was not seen: newer captures name the descriptor in the exit event. */
  private attachOwnFd(event: EventCursor, thread: ThreadInfo): void {
    const index = EXIT_FD_PARAM[event.type]!;
    if (index >= event.nparams) return;
    const num = event.paramInt64(index);
    if (Number.isNaN(num)) return;
    thread.lastFd = num;
    this.attachFd(event, thread);
  }

  /** The number of a canceled close was used again: its exit takes away the record that was put aside. */
  private dropCanceled(thread: ThreadInfo, fd: FdInfo): void {
    fd.closeCanceled = false;
    if (this.fdTable(thread).has(CANCELED_FD)) this.scheduleFdRemoval(thread, CANCELED_FD);
  }

  /** Parses the event: changes the state. */
  apply(event: EventCursor): void {
    const type = event.type;
    const handler = HANDLERS[type]!;
    if (handler !== null) handler(this, event);
    if ((BEGIN[type]! & SOCKET_CALL) !== 0) this.fdChanged(event);
  }

  /**
   * The event is let through: if it is an exit, the enter that was kept for it is not kept any more. After an exit that the
   * filter does not let through it is, as it always was: the next exit of its kind may find it.
   */
  accepted({ type, thread }: EventCursor): void {
    if ((type & 1) !== 0 && thread !== null && thread.hasStored !== STORED_NONE) thread.hasStored = STORED_NONE;
  }

  /** The filter rejected the event before parsing: its exit, if it is an enter, will find no partner. */
  rejected(event: EventCursor): void {
    const thread = event.thread;
    if (thread !== null && (BEGIN[event.type]! & (SKIP | NO_PAIRING)) === 0) thread.lastEventType = NO_EVENT;
  }

  // -- threads ------------------------------------------------------------------------------------------------

  /**
   * Adds a thread. False when the table is full. `count`: a new thread of a process counts as a child of its main thread.
   */
  addThread(thread: ThreadInfo, count: boolean): boolean {
    this.lastTid = Number.NaN;
    const old = this.threads.get(thread.tid);
    if (old === undefined) {
      if (this.threads.size >= this.maxThreads) {
        this.droppedThreads++;
        thread.leaveTable();
        return false;
      }
    } else {
      this.leaveGroup(old);
    }
    thread.joinTable(this.slots);
    this.slots.setPid(thread.slot, thread.pid);
    if (count && (thread.flags & CLONE_THREAD) !== 0) this.countChild(thread);
    if (old !== undefined && old !== thread) {
      old.removed = true;
      old.leaveTable();
    }
    thread.removed = false;
    this.threads.set(thread.tid, thread);
    this.tellIndex(thread);
    this.groupSizes.set(thread.pid, (this.groupSizes.get(thread.pid) ?? 0) + 1);
    return true;
  }

  private leaveGroup(thread: ThreadInfo): void {
    const size = (this.groupSizes.get(thread.pid) ?? 1) - 1;
    if (size > 0) this.groupSizes.set(thread.pid, size);
    else this.groupSizes.delete(thread.pid);
  }

  /** Moves a thread to another process. */
  setPid(thread: ThreadInfo, pid: number): void {
    if (Number.isNaN(pid) || thread.pid === pid) return;
    if (!thread.removed) {
      this.leaveGroup(thread);
      this.groupSizes.set(pid, (this.groupSizes.get(pid) ?? 0) + 1);
    }
    thread.pid = pid;
    thread.main = null;
    thread.slots.setPid(thread.slot, pid);
  }

  /** Counts a thread as a child of its main thread. */
  countChild(thread: ThreadInfo): void {
    const main = this.threads.get(thread.pid) ?? this.createPlaceholder(thread.pid);
    if (main !== null) main.nchilds++;
  }

  /** The thread with this id, made as a placeholder when it is unknown; null when the table is full. */
  threadOrPlaceholder(tid: number): ThreadInfo | null {
    return this.threads.get(tid) ?? this.createPlaceholder(tid);
  }

  private createPlaceholder(tid: number): ThreadInfo | null {
    if (this.threads.size >= this.maxThreads) return null;
    const found = this.onUnknownThread?.(tid);
    if (found !== undefined) return found;
    const thread = new ThreadInfo(tid, this.notAvailable, this.names.empty, this.slots);
    thread.placeholder = true;
    thread.flags = NAME_CHANGED;
    // Made out of thin air: threads that name it as their process are already there.
    thread.nchilds = this.groupSizes.get(tid) ?? 0;
    this.addThread(thread, false);
    return thread;
  }

  /** Takes a thread out of the table; unless forced, one with child threads stays. */
  removeThread(tid: number, force: boolean): void {
    const thread = this.threads.get(tid);
    if (thread === undefined || (thread.nchilds !== 0 && !force)) return;
    if ((thread.flags & CLONE_THREAD) !== 0) {
      const main = this.threads.get(thread.pid);
      if (main !== undefined && main.nchilds > 0) main.nchilds--;
    }
    this.lastTid = Number.NaN;
    this.lastThread = null;
    thread.removed = true;
    this.threads.delete(tid);
    this.leaveGroup(thread);
    const stored = thread.stored;
    if (stored !== null) {
      thread.stored = null;
      thread.hasStored = STORED_NONE;
      if (this.spareStores.length < 64) this.spareStores.push(stored);
    }
    this.index?.remove(tid);
    thread.leaveTable();
  }

  /** The main thread of a thread's process, or the thread itself when it is unknown and the table is full. */
  mainThread(thread: ThreadInfo): ThreadInfo {
    if (thread.leads) return thread;
    const known = thread.main;
    if (known !== null && !known.removed) return known;
    const main = this.threadOrPlaceholder(thread.pid);
    if (main === null) return thread;
    thread.main = main;
    return main;
  }

  /** The thread that started this one (its ptid); null when it is gone. */
  parentOf(thread: ThreadInfo): ThreadInfo | null {
    return this.threads.get(thread.ptid) ?? null;
  }

  /**
   * Walks the ancestors, nearest first, until `visit` returns false, the chain ends, or it runs in a circle.
   * The thread itself is not visited.
   */
  walkAncestors(thread: ThreadInfo, visit: (ancestor: ThreadInfo) => boolean): void {
    let slow = this.parentOf(thread);
    let fast = slow === null ? null : this.parentOf(slow);
    while (slow !== null && slow.tid !== -1) {
      if (!visit(slow)) return;
      slow = this.parentOf(slow);
      for (let step = 0; step < 2; step++) {
        fast = fast === null ? null : this.parentOf(fast);
        if (slow !== null && (slow === fast || slow.tid === slow.ptid)) return;
      }
    }
  }

  /** The n-th ancestor as proc.aname[n] counts: from the main thread, 0 is the process itself; null when there is none. */
  ancestor(thread: ThreadInfo, n: number): ThreadInfo | null {
    let current: ThreadInfo | null = this.mainThread(thread);
    for (let i = 0; i < n && current !== null; i++) current = this.parentOf(current);
    return current;
  }

  /** Working directory of a thread, with a trailing slash: that of its main thread. */
  cwdOf(thread: ThreadInfo): Name {
    return this.mainThread(thread).cwd;
  }

  /** Environment of a thread, NUL-separated: that of its main thread. */
  envOf(thread: ThreadInfo): string {
    return this.mainThread(thread).env;
  }

  /** Changes the working directory of a thread's process: a path in `bytes[from..to)`, relative to the one it has. */
  setCwd(thread: ThreadInfo, bytes: Uint8Array, from: number, to: number, size = to - from + 1): void {
    const main = this.mainThread(thread);
    const { path } = this;
    path.join(main.cwd, false, bytes, from, to, size);
    path.endWithSlash();
    main.cwd = this.names.intern(path.bytes, 0, path.length);
  }

  /** The same for text. The thread need not be in the table. */
  setCwdText(thread: ThreadInfo, text: string): void {
    const { path } = this;
    const bytes = Buffer.from(text, 'latin1');
    path.join(thread.cwd, false, bytes, 0, bytes.length, bytes.length);
    path.endWithSlash();
    thread.cwd = this.names.intern(path.bytes, 0, path.length);
  }

  // -- users, containers, addresses ---------------------------------------------------------------------------

  /** The user a thread runs as. */
  userOf(thread: ThreadInfo): User | undefined {
    return this.userTables.user(thread.containerId, thread.uid);
  }
  /** The user that logged in. */
  loginUserOf(thread: ThreadInfo): User | undefined {
    return this.userTables.user(thread.containerId, thread.loginuid);
  }
  groupOf(thread: ThreadInfo): Group | undefined {
    return this.userTables.group(thread.containerId, thread.gid);
  }

  /** Cgroups of a thread, parsed; the list is shared, do not change it. */
  cgroupsOf(thread: ThreadInfo): readonly Cgroup[] {
    return this.containers.cgroupList(thread.cgroups);
  }

  /** Sets the cgroups of a thread and finds out which container it is in. */
  setCgroups(thread: ThreadInfo, cgroups: string): void {
    thread.cgroups = cgroups;
    this.resolveContainer(thread);
  }

  resolveContainer(thread: ThreadInfo): void {
    thread.containerId = this.containers.resolve(thread.cgroups);
  }

  /** The container of a thread; undefined on the host. */
  containerOf(thread: ThreadInfo): import('./containers.js').ContainerInfo | undefined {
    return thread.containerId === '' ? undefined : this.containers.get(thread.containerId);
  }

  /** An IPv4 address (unsigned, first octet lowest) of the traced machine, or of the thread's container. */
  isLocalAddress4(address: number, thread: ThreadInfo | null): boolean {
    const container = thread === null ? undefined : this.containerOf(thread);
    if (container !== undefined) {
      if (container.ip !== 0) {
        if (address === container.ip) return true;
      } else {
        for (const other of this.containers.values()) if (other.ip === address) return true;
      }
    }
    return this.interfaces.has4(address);
  }

  /** The same for IPv6. Addresses of containers are not known. */
  isLocalAddress6(address: Uint8Array, thread: ThreadInfo | null): boolean {
    if (thread !== null && thread.containerId !== '') return false;
    return this.interfaces.has6(address);
  }

  // -- descriptors --------------------------------------------------------------------------------------------

  /** The descriptor table a thread uses: its own or its main thread's. */
  fdTable(thread: ThreadInfo): FdTable {
    if ((thread.flags & CLONE_FILES) === 0) return thread.fds;
    const main = this.mainThread(thread);
    // A full table leaves a thread without its main thread: it has no descriptors then.
    if (main === thread && !thread.leads) return this.emptyTable;
    return main.fds;
  }

  /** The record of a descriptor of a thread, as the one that the current event works on. */
  getFd(thread: ThreadInfo, num: number): FdInfo | null {
    if (!(num >= 0)) return null;
    const table = (thread.flags & CLONE_FILES) === 0 ? thread.fds : this.fdTable(thread);
    const fd = table.get(num);
    if (fd === undefined) return null;
    fd.nameChanged = false;
    return fd;
  }

  /**
   * The descriptor that fd fields of an event speak of, with its number in event.fdNum: the event's own, or the last one
   * its thread used. Null when the event has nothing to do with descriptors or its descriptor is not known.
   */
  fdOf(event: EventCursor): FdInfo | null {
    const fd = event.fd;
    if (fd !== null) return (EVENT_FLAGS[event.type]! & FD_EVENT) === 0 ? null : fd;
    const thread = event.thread;
    if (thread === null || (EVENT_FLAGS[event.type]! & FD_EVENT) === 0) return null;
    const num = thread.lastFd;
    if (num < 0) return null;
    event.fdNum = num;
    event.fd = this.getFd(thread, num);
    return event.fd;
  }

  /** Adds a record to the table of a thread and makes it the event's. A full table does not take it. */
  addFd(event: EventCursor, thread: ThreadInfo, num: number, fd: FdInfo): void {
    thread.lastFd = num;
    event.fdNum = num;
    event.fd = this.putFd(thread, num, fd) ? fd : null;
  }

  /** The same with a copy of another one. */
  addCopiedFd(event: EventCursor, thread: ThreadInfo, num: number, fd: FdInfo): void {
    this.addFd(event, thread, num, fd.copy());
    if (this.marking && event.fd !== null) this.fdTable(thread).keep(num);
  }

  /** Adds a record to the table of a thread; false when the table is full. */
  putFd(thread: ThreadInfo, num: number, fd: FdInfo): boolean {
    const table = this.fdTable(thread);
    const old = table.get(num);
    if (old === undefined) {
      if (table.isFull(this.maxFds) || table === this.emptyTable) return false;
    } else if (old.closeInProgress) {
      // The number is in use again before its close came back: the close must not take the new one away.
      fd.closeInProgress = false;
      fd.closeCanceled = true;
      this.noteCanceledClose();
      table.set(CANCELED_FD, old);
    }
    table.set(num, fd);
    thread.noteTable(table.slot);
    return true;
  }

  /** Tells the stepper what it has to know to do the next open of a thread. */
  noteOpen(thread: ThreadInfo): void {
    const { opens } = this.slots;
    if (opens === null || !this.marking) return;
    // A process that is not known is not made for this.
    const main = thread.leads ? thread : this.threads.get(thread.pid);
    if (main === undefined) return;
    thread.noteMain(main.slot);
    main.noteCwd(opens.baseOf(main.cwd));
  }

  private noteCanceledClose(): void {
    this.closesCanceled = true;
    this.index?.watchFdExits();
  }

  /** A record of a type without anything else, added as {@link addFd} does. */
  addPlainFd(event: EventCursor, thread: ThreadInfo, num: number, type: number): FdInfo {
    const fd = new FdInfo();
    fd.type = type;
    fd.name = this.names.empty;
    this.addFd(event, thread, num, fd);
    return fd;
  }

  /** A descriptor's name, made now if it is a socket whose name nobody asked for yet. */
  fdName(fd: FdInfo): Name {
    return (fd.name ??= this.names.internText(socketName(fd, this.portText)));
  }

  /** The name changed in the current event, to another text. */
  fdNameChanged(fd: FdInfo): boolean {
    if (!fd.nameChanged) return false;
    if (fd.oldName === null) return true;
    const name = this.fdName(fd);
    return name !== fd.oldName && name.text !== fd.oldName.text;
  }

  // -- helpers of the handlers --------------------------------------------------------------------------------

  /** Keeps a copy of an enter event for its exit. */
  storeEnter(event: EventCursor): void {
    const thread = event.thread;
    if (thread === null) return;
    thread.stored ??= this.spareStores.pop() ?? new StoredEnter();
    if (thread.stored.store(event)) thread.hasStored = STORED_RECORD;
  }

  /** The stored enter event of an exit event; null when there is none or it is another one's. */
  enterOf(event: EventCursor): StoredEnter | null {
    const thread = event.thread;
    if (thread === null || !event.paired) return null;
    const stored = this.storedOf(thread);
    return stored !== null && stored.type === event.type - 1 ? stored : null;
  }

  /** The enter event that waits for its exit in this thread; null when none does. */
  storedOf(thread: ThreadInfo): StoredEnter | null {
    if (thread.hasStored === STORED_SLOT) {
      thread.stored ??= this.spareStores.pop() ?? new StoredEnter();
      thread.stored.take(thread.slots, thread.slot);
      thread.hasStored = STORED_RECORD;
    }
    return thread.hasStored === STORED_NONE ? null : thread.stored;
  }

  /** A text parameter as a name; the empty one when it is absent. */
  nameParam(event: EventCursor, index: number): Name {
    const end = event.paramTextEnd(index);
    return end < 0 ? this.names.empty : this.names.intern(event.bytes, event.paramOffsets[index]!, end);
  }

  /** A parameter's bytes as they are, as a byte string. */
  bytesParam(event: EventCursor, index: number): string {
    const length = event.paramLength(index);
    if (length === 0) return '';
    const from = event.paramOffsets[index]!;
    return latin1(event.bytes, from, from + length);
  }

  /** The same for bytes that many events have: those seen before make no new string. */
  sharedBytesParam(event: EventCursor, index: number): string {
    const length = event.paramLength(index);
    if (length === 0) return '';
    const from = event.paramOffsets[index]!;
    // Often the same as last time: then it need not even be looked up.
    if (!hasBytes(this.lastShared, event.bytes, from, from + length)) {
      this.lastShared = this.names.intern(event.bytes, from, from + length);
    }
    return this.lastShared.text;
  }

  /** A text parameter as a byte string. */
  textParam(event: EventCursor, index: number): string {
    const end = event.paramTextEnd(index);
    return end < 0 ? '' : latin1(event.bytes, event.paramOffsets[index]!, end);
  }
}
