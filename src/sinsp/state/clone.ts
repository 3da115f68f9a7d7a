/**
 * clone, clone3, fork, vfork, in all their versions. Both the parent and the child report an exit; whichever comes first
 * makes the record. In a pid namespace the parent does not know the child's real id, so there only the child counts.
 */
import type { EventCursor } from '../event.js';
import { EVENTS } from '../schema/index.js';
import type { State } from './state.js';
import { CHILD_IN_PIDNS, CLONE_INVERTED, CLONE_THREAD } from './thread-flags.js';
import { NO_ID, ThreadInfo } from './thread-info.js';

/** A record that a clone made longer ago than this is of an earlier thread with the same id. */
const STALE_NS = 2e9;

/** Where versions differ: indexes of parameters, -1 for those a version does not have. */
interface Layout {
  readonly comm: number;
  readonly flags: number;
  readonly uid: number;
  readonly gid: number;
  readonly cgroups: number;
  readonly vtid: number;
  readonly vpid: number;
  readonly counters: boolean;
  readonly pidnsStart: number;
}

function layoutOf(type: number): Layout {
  const index = (name: string) => EVENTS[type]!.params.findIndex((param) => param.name === name);
  return {
    comm: index('comm'),
    flags: index('flags'),
    uid: index('uid'),
    gid: index('gid'),
    cgroups: index('cgroups'),
    vtid: index('vtid'),
    vpid: index('vpid'),
    counters: index('vm_size') > 0,
    pidnsStart: index('pidns_init_start_ts'),
  };
}

const LAYOUTS: readonly (Layout | null)[] = EVENTS.map((event) =>
  event.isExit && event.params[0]?.name === 'res' && event.params.some((param) => param.name === 'flags')
    ? layoutOf(event.code)
    : null,
);

const P_EXE = 1;
const P_ARGS = 2;
const P_PID = 4;
const P_PTID = 5;
const P_FDLIMIT = 7;
const P_PGFT_MAJ = 8;
const P_PGFT_MIN = 9;
const P_VM_SIZE = 10;
const P_VM_RSS = 11;
const P_VM_SWAP = 12;

export function cloneExit(state: State, event: EventCursor): void {
  const layout = LAYOUTS[event.type]!;
  const result = event.paramInt64(0);
  if (!(result >= 0)) return;
  const tid = event.tid;
  const flags = event.paramUint32(layout.flags, 0);
  const vtid = layout.vtid < 0 ? tid : event.paramInt64(layout.vtid, tid);
  const vpid = layout.vpid < 0 ? -1 : event.paramInt64(layout.vpid, -1);
  const inContainer = (flags & CHILD_IN_PIDNS) !== 0 || tid !== vtid;
  let childTid = result;
  let parentTid = tid;
  if (result === 0) {
    // The child speaks.
    const known = event.thread;
    if (known !== null && event.time - known.cloneTime > STALE_NS) {
      state.removeThread(tid, true);
      event.thread = null;
    }
    if (event.thread !== null) {
      if (inContainer) {
        event.thread.vtid = vtid;
        event.thread.vpid = vpid;
      }
      return;
    }
    childTid = tid;
    parentTid = event.paramInt64((flags & CLONE_THREAD) !== 0 ? P_PID : P_PTID);
    if (Number.isNaN(parentTid)) return;
  } else if (inContainer) {
    return;
  }
  addChild(state, event, layout, childTid, parentTid, flags, result === 0, inContainer, vtid, vpid);
}

function addChild(
  state: State,
  event: EventCursor,
  layout: Layout,
  childTid: number,
  parentTid: number,
  flags: number,
  inverted: boolean,
  inContainer: boolean,
  vtid: number,
  vpid: number,
): void {
  let parent = state.threadOrPlaceholder(parentTid);
  if (parent === null) return;
  const isThread = (flags & CLONE_THREAD) !== 0;
  const unknownParent = isUnknown(parent);
  let collision = false;
  const old = state.threads.get(childTid);
  if (old !== undefined) {
    if ((old.flags & CLONE_INVERTED) !== 0) return;
    state.removeThread(childTid, true);
    collision = true;
  }
  const child = new ThreadInfo(childTid, state.notAvailable, state.names.empty, state.slots);
  child.ptid = parentTid;
  child.loginuid = 0;
  if (unknownParent) {
    state.removeThread(parentTid, true);
    collision = true;
    parent = state.threadOrPlaceholder(parentTid);
    if (parent === null) return;
  }
  if (!isUnknown(parent)) {
    inherit(child, parent);
    if (!isThread) child.env = state.envOf(parent);
  } else {
    // Nothing is known of the parent: until its exec the child runs the same program.
    child.exe = state.nameParam(event, P_EXE);
    child.comm = layout.comm < 0 ? child.exe : state.nameParam(event, layout.comm);
    child.args = state.bytesParam(event, P_ARGS);
    parent.comm = child.comm;
    parent.exe = child.exe;
    parent.args = child.args;
    state.programChanged(parent);
  }
  child.pid = isThread ? event.paramInt64(P_PID, childTid) : childTid;
  child.flags = flags;
  if (!isThread) {
    const { fds } = child;
    state.fdTable(parent).forEach((fd, num) => {
      const copy = fd.copy();
      copy.cloned = true;
      fds.set(num, copy);
    });
    child.cwd = state.cwdOf(parent);
  }
  if (inverted) child.flags |= CLONE_INVERTED;
  child.exe = state.nameParam(event, P_EXE);
  child.comm = layout.comm < 0 ? child.exe : state.nameParam(event, layout.comm);
  child.args = state.bytesParam(event, P_ARGS);
  child.fdlimit = event.paramInt64(P_FDLIMIT, -1);
  if (layout.counters) {
    child.pfmajor = event.paramUint64(P_PGFT_MAJ, 0);
    child.pfminor = event.paramUint64(P_PGFT_MIN, 0);
    child.vmsizeKb = event.paramUint32(P_VM_SIZE, 0);
    child.vmrssKb = event.paramUint32(P_VM_RSS, 0);
    child.vmswapKb = event.paramUint32(P_VM_SWAP, 0);
  }
  child.uid = event.paramUint32(layout.uid, NO_ID);
  child.gid = event.paramUint32(layout.gid, NO_ID);
  child.vtid = inContainer ? vtid : childTid;
  child.vpid = inContainer ? vpid : child.pid;
  if (layout.pidnsStart >= 0 && event.paramLength(layout.pidnsStart) >= 8) {
    child.pidnsInitStart = event.view.getBigUint64(event.paramOffsets[layout.pidnsStart]!, true);
  }
  if (layout.cgroups >= 0) state.setCgroups(child, state.sharedBytesParam(event, layout.cgroups));
  child.cloneTime = event.time;
  child.cloneTsHigh = event.tsHigh;
  child.cloneTsLow = event.tsLow;
  state.addThread(child, true);
  // The event's own thread may be one of the records that were replaced.
  if (collision) state.begin(event);
  if (event.thread === null) {
    event.thread = state.threads.get(event.tid) ?? null;
    event.lateThread = event.serial;
  }
}

const isUnknown = (thread: ThreadInfo): boolean => thread.uid === NO_ID && thread.comm.text === '<NA>';

function inherit(child: ThreadInfo, parent: ThreadInfo): void {
  child.comm = parent.comm;
  child.exe = parent.exe;
  child.exepath = parent.exepath;
  child.exeWritable = parent.exeWritable;
  child.exeUpperLayer = parent.exeUpperLayer;
  child.exeLowerLayer = parent.exeLowerLayer;
  child.exeFromMemfd = parent.exeFromMemfd;
  child.exeIno = parent.exeIno;
  child.exeInoCtime = parent.exeInoCtime;
  child.exeInoMtime = parent.exeInoMtime;
  child.capInheritable = parent.capInheritable;
  child.capPermitted = parent.capPermitted;
  child.capEffective = parent.capEffective;
  child.args = parent.args;
  child.root = parent.root;
  child.sid = parent.sid;
  child.vpgid = parent.vpgid;
  child.pgid = parent.pgid;
  child.tty = parent.tty;
  child.loginuid = parent.loginuid;
}
