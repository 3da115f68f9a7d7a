/** Turns the records of metadata blocks into threads, descriptors, users, groups and interfaces. */
import type { FdRecord, MetadataVisitor, ProcessRecord } from '../../scap/records.js';
import { FD_TYPE } from '../schema/index.js';
import { FdInfo, L4_TCP, MARKS_MAYBE, NAME_TUPLE, ROLE_CLIENT, ROLE_NONE, ROLE_SERVER, takesMarks } from './fd-info.js';
import { isMapped } from './fd-names.js';
import { SHARED_SIZE, store } from './socket-info.js';
import type { State } from './state.js';
import { ACTIVE, CLONE_THREAD, NAME_CHANGED } from './thread-flags.js';
import { ThreadInfo } from './thread-info.js';

/** Types above the ones known are kept as "unsupported". */
const LAST_TYPE = FD_TYPE.PIDFD;

const mappedWord = (bytes: Uint8Array): number =>
  (bytes[12]! | (bytes[13]! << 8) | (bytes[14]! << 16) | (bytes[15]! << 24)) >>> 0;

/** Fills a state from metadata blocks; `finish` once all of a section are read. */
export class MetadataLoader implements MetadataVisitor {
  /** Ports that processes of the header listen on. */
  private readonly serverPorts = new Set<number>();
  /** The header brought processes or descriptors that finish has not seen yet. */
  private pending = false;

  private readonly shared = new Uint8Array(SHARED_SIZE);
  private readonly sharedView = new DataView(this.shared.buffer);
  private sharedTid = Number.NaN;

  constructor(private readonly state: State) {}

  machine(record: import('../../scap/records.js').MachineRecord): void {
    this.state.machine = record;
  }

  interface(record: import('../../scap/records.js').InterfaceRecord): void {
    this.state.interfaces.add(record);
  }

  user(record: import('../../scap/records.js').UserRecord): void {
    if (!this.state.options.ignoreUsers) this.state.users.set(record.uid, record);
  }

  group(record: import('../../scap/records.js').GroupRecord): void {
    if (!this.state.options.ignoreUsers) this.state.groups.set(record.gid, record);
  }

  skipped(): void {
    this.state.skippedEntries++;
  }

  process(record: ProcessRecord): void {
    const { state } = this;
    const { names } = state;
    const thread = new ThreadInfo(record.tid, names.internText(record.comm), names.empty, state.slots);
    thread.pid = record.pid;
    thread.ptid = record.ptid;
    thread.sid = record.sid;
    thread.vpgid = record.vpgid;
    thread.pgid = record.pgid;
    thread.vtid = record.vtid;
    thread.vpid = record.vpid;
    thread.exe = names.internText(record.exe);
    thread.exepath = names.internText(record.exepath);
    thread.args = record.args;
    thread.root = names.internText(record.root);
    if (record.tid === record.pid) {
      thread.env = record.env;
      state.setCwdText(thread, record.cwd);
    }
    thread.flags = record.flags | ACTIVE | NAME_CHANGED;
    thread.fdlimit = record.fdlimit;
    thread.uid = record.uid;
    thread.gid = record.gid;
    thread.loginuid = record.loginuid;
    thread.tty = record.tty;
    thread.vmsizeKb = record.vmsizeKb;
    thread.vmrssKb = record.vmrssKb;
    thread.vmswapKb = record.vmswapKb;
    thread.pfmajor = record.pfmajor;
    thread.pfminor = record.pfminor;
    thread.pidnsInitStart = record.pidnsInitStart;
    thread.exeWritable = record.exeWritable;
    thread.exeUpperLayer = record.exeUpperLayer;
    thread.exeLowerLayer = record.exeLowerLayer;
    thread.exeFromMemfd = record.exeFromMemfd;
    thread.exeIno = record.exeIno;
    thread.exeInoCtime = record.exeInoCtime;
    thread.exeInoMtime = record.exeInoMtime;
    thread.capInheritable = record.capInheritable;
    thread.capPermitted = record.capPermitted;
    thread.capEffective = record.capEffective;
    state.setCgroups(thread, record.cgroups);
    state.containers.inProcessList(thread.containerId);
    state.addThread(thread, false);
    this.pending = true;
  }

  fd(tid: number, record: FdRecord): void {
    const { state } = this;
    const thread = state.threads.get(tid);
    if (thread === undefined || record.type === FD_TYPE.UNKNOWN) return;
    if (thread.fds.size >= state.maxFds && !thread.fds.has(record.fd)) return;
    const fd = this.fdInfo(record);
    this.remember(tid, fd);
    thread.fds.set(record.fd, fd);
    this.pending = true;
  }

  /** Keeps what the shared memory of socket-info.ts would hold, and gives it to listening sockets. */
  private remember(tid: number, fd: FdInfo): void {
    if (tid !== this.sharedTid) {
      this.sharedTid = tid;
      this.shared.fill(0);
    }
    if (fd.type === FD_TYPE.IPV4_SERVSOCK || fd.type === FD_TYPE.IPV6_SERVSOCK) fd.leftover = this.shared.slice();
    store(fd, this.shared, this.sharedView);
  }

  private fdInfo(record: FdRecord): FdInfo {
    const fd = new FdInfo();
    fd.type = record.type > LAST_TYPE ? FD_TYPE.UNSUPPORTED : record.type;
    fd.ino = record.ino;
    switch (record.type) {
      case FD_TYPE.IPV4_SOCK:
        fd.sip = record.sip;
        fd.dip = record.dip;
        break;
      case FD_TYPE.IPV6_SOCK:
        if (record.sip6 !== null && record.dip6 !== null && isMapped(record.sip6) && isMapped(record.dip6)) {
          fd.type = FD_TYPE.IPV4_SOCK;
          fd.sip = mappedWord(record.sip6);
          fd.dip = mappedWord(record.dip6);
        } else {
          fd.sip6 = record.sip6;
          fd.dip6 = record.dip6;
        }
        break;
      case FD_TYPE.IPV4_SERVSOCK:
        fd.dip = record.dip;
        this.serverPorts.add(record.dport);
        break;
      case FD_TYPE.IPV6_SERVSOCK:
        fd.dip6 = record.dip6;
        this.serverPorts.add(record.dport);
        break;
      case FD_TYPE.UNIX_SOCK:
        fd.unixSourceHigh = record.unixSourceHigh;
        fd.unixSourceLow = record.unixSourceLow;
        fd.unixDestHigh = record.unixDestHigh;
        fd.unixDestLow = record.unixDestLow;
        fd.role = record.name === '' ? ROLE_CLIENT : ROLE_SERVER;
        fd.name = this.state.names.internText(record.name);
        return fd;
      default:
        fd.openFlags = record.openFlags;
        fd.dev = record.dev;
        fd.name = this.state.names.internText(record.name);
        if (takesMarks(fd.name)) fd.marks = MARKS_MAYBE;
        return fd;
    }
    fd.sport = record.sport;
    fd.dport = record.dport;
    fd.l4proto = record.l4proto;
    fd.nameForm = NAME_TUPLE;
    if (record.type === FD_TYPE.IPV4_SOCK || record.type === FD_TYPE.IPV6_SOCK) fd.connected = fd.l4proto === L4_TCP;
    return fd;
  }

  /** Directions of sockets, and child counts. Only now are all listening ports known. */
  finish(): void {
    if (!this.pending) return;
    this.pending = false;
    const { state, serverPorts } = this;
    for (const thread of state.threads.values()) {
      thread.nchilds = 0;
      for (const fd of thread.fds.values()) {
        if (fd.type !== FD_TYPE.IPV4_SOCK || fd.role !== ROLE_NONE) continue;
        if (!serverPorts.has(fd.sport)) {
          fd.role = ROLE_CLIENT;
          continue;
        }
        const { sip, sport } = fd;
        fd.sip = fd.dip;
        fd.sport = fd.dport;
        fd.dip = sip;
        fd.dport = sport;
        fd.role = ROLE_SERVER;
      }
    }
    for (const thread of [...state.threads.values()]) {
      if ((thread.flags & CLONE_THREAD) !== 0) state.countChild(thread);
    }
    serverPorts.clear();
  }
}
