/** User and group ids, sessions, process groups, capabilities. Values come from the enter event, or from newer exits. */
import type { EventCursor } from '../event.js';
import type { State } from './state.js';
import { NO_ID } from './thread-info.js';

/** An id parameter of the enter event, or of the exit event, where it comes one place later; NaN when it is absent. */
function idParam(state: State, event: EventCursor, index: number): number {
  const enter = state.enterOf(event);
  const value = enter === null ? Number.NaN : enter.uint32(index);
  return !Number.isNaN(value) ? value : event.paramUint32(index + 1);
}

const succeeded = (event: EventCursor): boolean => event.paramInt64(0) >= 0;

/** setresuid, setreuid: the effective id, unless it is left alone. */
export function setresuidExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event)) return;
  const uid = idParam(state, event, 1);
  if (uid < NO_ID) event.thread.uid = uid;
}

export function setresgidExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event)) return;
  const gid = idParam(state, event, 1);
  if (gid < NO_ID) event.thread.gid = gid;
}

export function setuidExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event)) return;
  const uid = idParam(state, event, 0);
  if (!Number.isNaN(uid)) event.thread.uid = uid;
}

export function setgidExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event)) return;
  const gid = idParam(state, event, 0);
  if (!Number.isNaN(gid)) event.thread.gid = gid;
}

export function setsidExit(_state: State, event: EventCursor): void {
  if (event.thread !== null && succeeded(event)) event.thread.sid = event.paramInt64(0);
}

/** setpgid(pid, pgid): 0 stands for the caller, and for the process itself. Changes the group outside of namespaces only. */
export function setpgidExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event)) return;
  const enter = state.enterOf(event);
  let pid = enter === null ? event.paramInt64(1) : enter.int64(0);
  let pgid = enter === null ? event.paramInt64(2) : enter.int64(1);
  if (Number.isNaN(pid) || Number.isNaN(pgid)) return;
  if (pid === 0) pid = event.thread.pid;
  if (pgid === 0) pgid = pid;
  const target = state.threads.get(pid);
  if (target !== undefined) target.pgid = pgid;
}

export function capsetExit(_state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !succeeded(event) || event.paramLength(3) < 8) return;
  const { view, paramOffsets } = event;
  thread.capInheritable = view.getBigUint64(paramOffsets[1]!, true);
  thread.capPermitted = view.getBigUint64(paramOffsets[2]!, true);
  thread.capEffective = view.getBigUint64(paramOffsets[3]!, true);
}
