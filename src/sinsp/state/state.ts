/**
 * State of the traced system: threads, descriptors, users, groups, interfaces, containers. Loads the metadata blocks of a
 * capture, pairs enter and exit events, and lets each event change what is known.
 */
import type { EventSource } from '../../capture/event-source.js';
import type { EventCursor } from '../event.js';
import { Names } from '../names.js';
import type { FdInfo, FdTable } from './fd-info.js';
import type { ThreadInfo } from './thread-info.js';

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

export class State {
  readonly names = new Names();
  readonly threads = new Map<number, ThreadInfo>();
  readonly users = new Map<number, User>();
  readonly groups = new Map<number, Group>();
  machine: MachineInfo | null = null;
  skippedEvents = 0;

  constructor(readonly options: StateOptions = {}) {}

  /** Loads one metadata block of the source's window. */
  loadBlock(_source: EventSource, _blockType: number, _offset: number, _length: number): void {}
  /** Before the first event of a section: roles of sockets, child counts. */
  headerComplete(): void {}
  /** Forgets everything: a new section begins. */
  reset(): void {}
  /** Removes what the previous event scheduled: exited threads, closed descriptors. */
  removeScheduled(): void {}
  /** Looks up the thread, pairs enter and exit, attaches the descriptor: fills event.thread, event.fd, event.fdNum. */
  begin(_event: EventCursor): void {}
  /** Parses the event: changes the state. */
  apply(_event: EventCursor): void {}
  /** The filter rejected the event before parsing. */
  rejected(_event: EventCursor): void {}

  /** The main thread of a thread's process, or the thread itself when it is unknown. */
  mainThread(thread: ThreadInfo): ThreadInfo {
    return this.threads.get(thread.pid) ?? thread;
  }
  /** The descriptor table a thread uses: its own or its main thread's. */
  fdTable(thread: ThreadInfo): FdTable {
    return thread.fds;
  }
  /** A descriptor's name, made now if it is a socket whose name nobody asked for yet. */
  fdName(_fd: FdInfo): import('../names.js').Name {
    return this.names.empty;
  }
}
