/** The limit of open descriptors: getrlimit, setrlimit, prlimit. Other limits are of no interest. */
import type { EventCursor } from '../event.js';
import type { State } from './state.js';

const NOFILE = 7;
const UNLIMITED = -1;

/** The resource: of the enter event, or of the exit event where newer captures have it. */
function resourceOf(state: State, event: EventCursor, enterIndex: number, exitIndex: number): number {
  const enter = state.enterOf(event);
  const value = enter === null ? Number.NaN : enter.uint32(enterIndex);
  return !Number.isNaN(value) ? value : event.paramUint32(exitIndex);
}

export function getrlimitExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !(event.paramInt64(0) >= 0)) return;
  if (resourceOf(state, event, 0, 3) !== NOFILE) return;
  const limit = event.paramInt64(1);
  if (!Number.isNaN(limit) && limit !== UNLIMITED) state.mainThread(thread).fdlimit = limit;
}

export function prlimitExit(state: State, event: EventCursor): void {
  if (!(event.paramInt64(0) >= 0) || resourceOf(state, event, 1, 6) !== NOFILE) return;
  const limit = event.paramInt64(1);
  if (Number.isNaN(limit) || limit === UNLIMITED) return;
  const enter = state.enterOf(event);
  let tid = enter === null ? event.paramInt64(5) : enter.int64(0);
  if (Number.isNaN(tid)) return;
  if (tid === 0) tid = event.tid;
  const target = state.threadOrPlaceholder(tid);
  if (target !== null) state.mainThread(target).fdlimit = limit;
}
