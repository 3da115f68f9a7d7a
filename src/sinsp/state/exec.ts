/** execve and execveat in all their versions: the thread runs another program. Descriptors stay as they are. */
import type { EventCursor } from '../event.js';
import { EVENTS, PPME } from '../schema/index.js';
import { pathAt } from './open.js';
import type { State } from './state.js';
import { ACTIVE, KEPT_ON_EXEC, NAME_CHANGED } from './thread-flags.js';
import type { ThreadInfo } from './thread-info.js';

interface Layout {
  readonly comm: number;
  readonly cgroups: number;
  readonly env: number;
  readonly tty: number;
  readonly counters: boolean;
  /** vpgid and what was appended after it, up to the trusted path. */
  readonly newest: boolean;
}

const LAYOUTS: readonly (Layout | null)[] = EVENTS.map((event) => {
  if (!/^SYSCALL_EXECVE(_\d+|AT)_X$/.test(event.enumName)) return null;
  const index = (name: string) => event.params.findIndex((param) => param.name === name);
  return {
    comm: index('comm'),
    cgroups: index('cgroups'),
    env: index('env'),
    tty: index('tty'),
    counters: index('vm_size') > 0,
    newest: event.code === PPME.SYSCALL_EXECVE_19_X || event.code === PPME.SYSCALL_EXECVEAT_X,
  };
});

const EXE_WRITABLE = 1;
const EXE_UPPER_LAYER = 2;
const EXE_FROM_MEMFD = 4;
const EXE_LOWER_LAYER = 8;
const AT_EMPTY_PATH = 1;

const P_TRUSTED_EXEPATH = 27;
const P_PGID = 28;
const P_GID = 29;
const P_FILENAME = 30;

export function execExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const layout = LAYOUTS[event.type]!;
  if (thread === null || !(event.paramInt64(0) >= 0)) return;
  thread.exe = state.nameParam(event, 1);
  thread.comm = layout.comm < 0 ? thread.exe : state.nameParam(event, layout.comm);
  thread.args = state.bytesParam(event, 2);
  state.setPid(thread, event.paramInt64(4));
  if (thread.ptid === -1) thread.ptid = event.paramInt64(5, -1);
  thread.fdlimit = event.paramInt64(7, -1);
  if (layout.counters) {
    thread.pfmajor = event.paramUint64(8, 0);
    thread.pfminor = event.paramUint64(9, 0);
    thread.vmsizeKb = event.paramUint32(10, 0);
    thread.vmrssKb = event.paramUint32(11, 0);
    thread.vmswapKb = event.paramUint32(12, 0);
  }
  if (layout.env >= 0) thread.env = state.bytesParam(event, layout.env);
  if (layout.cgroups >= 0) state.setCgroups(thread, state.sharedBytesParam(event, layout.cgroups));
  if (layout.tty >= 0) thread.tty = event.paramInt32(layout.tty, thread.tty);
  setExepath(state, event, thread);
  if (layout.newest) setNewer(event, thread);
  thread.flags = (thread.flags & KEPT_ON_EXEC) | ACTIVE | NAME_CHANGED;
  state.programChanged(thread);
}

function setNewer(event: EventCursor, thread: ThreadInfo): void {
  thread.vpgid = event.paramInt64(17, thread.vpgid);
  thread.loginuid = event.paramUint32(18, thread.loginuid);
  if (event.nparams <= 19) return;
  const flags = event.paramUint32(19, 0);
  thread.exeWritable = (flags & EXE_WRITABLE) !== 0;
  thread.exeUpperLayer = (flags & EXE_UPPER_LAYER) !== 0;
  thread.exeFromMemfd = (flags & EXE_FROM_MEMFD) !== 0;
  thread.exeLowerLayer = (flags & EXE_LOWER_LAYER) !== 0;
  if (event.paramLength(22) >= 8) {
    thread.capInheritable = big(event, 20);
    thread.capPermitted = big(event, 21);
    thread.capEffective = big(event, 22);
  }
  if (event.paramLength(25) >= 8) {
    thread.exeIno = event.paramUint64(23, 0);
    thread.exeInoCtime = big(event, 24);
    thread.exeInoMtime = big(event, 25);
  }
  if (event.nparams > 26) {
    thread.uid = event.paramUint32(26, thread.uid);
    thread.pgid = event.paramInt64(P_PGID, thread.pgid);
    thread.gid = event.paramUint32(P_GID, thread.gid);
  }
}

function big(event: EventCursor, index: number): bigint {
  return event.paramLength(index) < 8 ? 0n : event.view.getBigUint64(event.paramOffsets[index]!, true);
}

/** `<NA>`: the kernel side could not read the path. */
const isMissing = (bytes: Uint8Array, from: number): boolean =>
  bytes[from] === 0x3c && bytes[from + 1] === 0x4e && bytes[from + 2] === 0x41 && bytes[from + 3] === 0x3e;

/**
 * The path of the program: from the enter event, which was written before the program ran; else, in newer captures, the
 * one that the kernel resolved, or the file name that the exit event repeats. Older captures have none.
 */
function setExepath(state: State, event: EventCursor, thread: ThreadInfo): void {
  const { type } = event;
  const { path } = state;
  const enter = state.enterOf(event);
  if (enter !== null && (type === PPME.SYSCALL_EXECVE_18_X || type === PPME.SYSCALL_EXECVE_19_X)) {
    const size = enter.paramLength(0);
    if (size > 0) {
      const from = enter.paramOffset(0);
      if (isMissing(enter.bytes, from)) {
        thread.exepath = state.notAvailable;
        return;
      }
      path.join(thread.cwd, false, enter.bytes, from, enter.paramTextEnd(0), size);
      thread.exepath = state.names.intern(path.bytes, 0, path.length);
      return;
    }
  }
  if (enter !== null && type === PPME.SYSCALL_EXECVEAT_X && enter.paramLength(1) > 0) {
    const from = enter.paramOffset(1);
    const to = enter.paramTextEnd(1);
    if (isMissing(enter.bytes, from)) {
      thread.exepath = state.notAvailable;
      return;
    }
    const fd = event.fd;
    if (from === to && (enter.uint32(2) & AT_EMPTY_PATH) !== 0) {
      // The descriptor is the program itself.
      const program = state.getFd(thread, enter.int64(0));
      if (program === null) thread.exepath = state.unknownDir;
      else {
        const name = state.fdName(program);
        path.join(NOTHING, false, name.bytes, name.offset, name.offset + name.length);
        thread.exepath = state.names.intern(path.bytes, 0, path.length);
      }
      return;
    }
    const given = state.names.intern(enter.bytes, from, to);
    thread.exepath = pathAt(state, event, thread, enter.int64(0), given, enter.paramLength(1));
    event.fd = fd;
    return;
  }
  if (event.nparams > P_TRUSTED_EXEPATH && event.paramLength(P_TRUSTED_EXEPATH) > 1) {
    thread.exepath = state.nameParam(event, P_TRUSTED_EXEPATH);
    return;
  }
  if (type === PPME.SYSCALL_EXECVE_19_X && event.paramLength(P_FILENAME) > 1) {
    const from = event.paramOffsets[P_FILENAME]!;
    const to = event.paramTextEnd(P_FILENAME);
    path.join(state.cwdOf(thread), false, event.bytes, from, to, event.paramLength(P_FILENAME));
    thread.exepath = state.names.intern(path.bytes, 0, path.length);
  }
}

const NOTHING = { bytes: new Uint8Array(0), offset: 0, length: 0 };
