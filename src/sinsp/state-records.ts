/**
 * The state as records: what a capture that begins now has to say before its first event.
 */
import type { FdRecord, MachineRecord, ProcessRecord } from '../scap/records.js';
import type { HeaderRecords } from '../scap/writer.js';
import { FD_TYPE } from './schema/index.js';
import { type FdInfo, ROLE_SERVER } from './state/fd-info.js';
import type { State } from './state/state.js';
import type { ThreadInfo } from './state/thread-info.js';

/** Clone flags as captures have them; the other bits belong to the state. */
const CAPTURE_FLAGS = 0xffff | (1 << 20) | 0x3f80_0000;

/** Tells which descriptors of a thread are wanted. */
export type WantedFd = (thread: ThreadInfo, num: number, fd: FdInfo) => boolean;

/**
 * Records of the whole state, or of the descriptors that `wanted` accepts and the threads that have such ones. They are
 * made as they are asked for.
 */
export function stateRecords(state: State, wanted?: WantedFd): HeaderRecords {
  return {
    machine: machineRecord(state),
    interfaces: state.interfaces.records,
    users: state.users.values(),
    groups: state.groups.values(),
    processes: processRecords(state, wanted),
    fds: (tid) => fdRecords(state, state.threads.get(tid), wanted),
  };
}

function machineRecord(state: State): MachineRecord | null {
  const machine = state.machine;
  return machine === null ? null : { flags: 0n, ...machine };
}

function* processRecords(state: State, wanted?: WantedFd): Generator<ProcessRecord> {
  for (const thread of state.threads.values()) {
    if (!thread.placeholder && (wanted === undefined || hasWanted(thread, wanted))) yield processRecord(thread);
  }
}

function hasWanted(thread: ThreadInfo, wanted: WantedFd): boolean {
  for (const [num, fd] of thread.fds) if (isWritten(num, fd) && wanted(thread, num, fd)) return true;
  return false;
}

/** Below zero lie records that the state has put aside. */
const isWritten = (num: number, fd: FdInfo): boolean => num >= 0 && fd.type !== FD_TYPE.UNKNOWN;

function processRecord(thread: ThreadInfo): ProcessRecord {
  return {
    tid: thread.tid,
    pid: thread.pid,
    ptid: thread.ptid,
    sid: thread.sid,
    vpgid: thread.vpgid,
    pgid: thread.pgid,
    vtid: thread.vtid,
    vpid: thread.vpid,
    comm: thread.comm.text,
    exe: thread.exe.text,
    exepath: thread.exepath.text,
    args: thread.args,
    env: thread.env,
    cgroups: thread.cgroups,
    cwd: thread.cwd.text,
    root: thread.root.text,
    fdlimit: thread.fdlimit,
    flags: (thread.flags & CAPTURE_FLAGS) >>> 0,
    uid: thread.uid,
    gid: thread.gid,
    loginuid: thread.loginuid,
    vmsizeKb: thread.vmsizeKb,
    vmrssKb: thread.vmrssKb,
    vmswapKb: thread.vmswapKb,
    pfmajor: thread.pfmajor,
    pfminor: thread.pfminor,
    tty: thread.tty,
    pidnsInitStart: thread.pidnsInitStart,
    exeWritable: thread.exeWritable,
    exeUpperLayer: thread.exeUpperLayer,
    exeLowerLayer: thread.exeLowerLayer,
    exeFromMemfd: thread.exeFromMemfd,
    exeIno: thread.exeIno,
    exeInoCtime: thread.exeInoCtime,
    exeInoMtime: thread.exeInoMtime,
    capInheritable: thread.capInheritable,
    capPermitted: thread.capPermitted,
    capEffective: thread.capEffective,
  };
}

function* fdRecords(state: State, thread: ThreadInfo | undefined, wanted?: WantedFd): Generator<FdRecord> {
  if (thread === undefined) return;
  for (const [num, fd] of thread.fds) {
    if (isWritten(num, fd) && (wanted === undefined || wanted(thread, num, fd))) yield fdRecord(state, num, fd);
  }
}

function fdRecord(state: State, num: number, fd: FdInfo): FdRecord {
  // A reader turns the socket of an accepted connection round again: in a file its own end comes first.
  const turned = fd.type === FD_TYPE.IPV4_SOCK && fd.role === ROLE_SERVER;
  return {
    fd: num,
    type: fd.type,
    ino: fd.ino,
    name: hasAddress(fd.type) ? '' : unixOrPath(state, fd),
    openFlags: fd.openFlags,
    dev: fd.dev,
    sip: turned ? fd.dip : fd.sip,
    dip: turned ? fd.sip : fd.dip,
    sip6: fd.sip6,
    dip6: fd.dip6,
    sport: turned ? fd.dport : fd.sport,
    dport: turned ? fd.sport : fd.dport,
    l4proto: fd.l4proto,
    unixSourceHigh: fd.unixSourceHigh,
    unixSourceLow: fd.unixSourceLow,
    unixDestHigh: fd.unixDestHigh,
    unixDestLow: fd.unixDestLow,
  };
}

const hasAddress = (type: number): boolean =>
  type === FD_TYPE.IPV4_SOCK ||
  type === FD_TYPE.IPV6_SOCK ||
  type === FD_TYPE.IPV4_SERVSOCK ||
  type === FD_TYPE.IPV6_SERVSOCK;

/** The path; of a unix socket without the kernel addresses that its shown name begins with. */
function unixOrPath(state: State, fd: FdInfo): string {
  return (fd.unixPath ?? state.fdName(fd)).text;
}
