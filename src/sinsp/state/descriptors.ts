/** What happens to descriptors whatever they are: close, close_range, dup, fcntl, pidfd_getfd. */
import type { EventCursor } from '../event.js';
import { FD_TYPE } from '../schema/index.js';
import { CANCELED_FD } from './fd-info.js';
import type { State } from './state.js';
import { PIPE_DEST, PIPE_SOURCE } from './thread-flags.js';

const F_DUPFD = 1;
const F_DUPFD_CLOEXEC = 26;
const O_CLOEXEC = 1 << 12;
const CLOSE_RANGE_CLOEXEC = 1 << 2;

/** Until its exit the number may be given to another file. */
export function closeEnter(state: State, event: EventCursor): void {
  const { fd, thread } = event;
  if (fd === null || thread === null) return;
  fd.closeInProgress = true;
  state.fdTable(thread).forget(event.fdNum);
}

export function closeExit(state: State, event: EventCursor): void {
  const { fd, thread } = event;
  if (fd === null || thread === null) return;
  if (!(event.paramInt64(0) >= 0)) {
    fd.closeInProgress = false;
    return;
  }
  // After a canceled close `begin` has already taken care: the number is in use again.
  if (fd.closeCanceled) {
    fd.closeCanceled = false;
    state.scheduleFdRemoval(thread, CANCELED_FD);
  } else {
    state.scheduleFdRemoval(thread, thread.lastFd);
  }
}

/** close_range(first, last, flags): removes the descriptors, or marks them for exec. */
export function closeRangeExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !(event.paramInt64(0) >= 0)) return;
  const first = event.paramUint32(1);
  const last = event.paramUint32(2);
  if (Number.isNaN(first) || Number.isNaN(last)) return;
  const onlyMark = (event.paramUint32(3, 0) & CLOSE_RANGE_CLOEXEC) !== 0;
  const table = state.fdTable(thread);
  for (const [num, fd] of table) {
    if (num < first || num > last) continue;
    if (onlyMark) fd.openFlags |= O_CLOEXEC;
    else table.delete(num);
  }
}

export function dupExit(state: State, event: EventCursor): void {
  const { fd, thread } = event;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  // How shells connect the two sides of a pipe.
  if (num === 0) thread.flags |= PIPE_DEST;
  if (num === 1) thread.flags |= PIPE_SOURCE;
  if (fd !== null) state.addCopiedFd(event, thread, num, fd);
}

export function fcntlEnter(state: State, event: EventCursor): void {
  const command = event.paramUint32(1);
  if (command === F_DUPFD || command === F_DUPFD_CLOEXEC) state.storeEnter(event);
}

export function fcntlExit(state: State, event: EventCursor): void {
  const { fd, thread } = event;
  if (fd === null || thread === null) return;
  if (state.enterOf(event) === null) {
    // Newer exits say what was done.
    if (event.paired || event.nparams < 3) return;
    const command = event.paramUint32(2);
    if (command !== F_DUPFD && command !== F_DUPFD_CLOEXEC) return;
  }
  const num = event.paramInt64(0);
  if (num >= 0) state.addCopiedFd(event, thread, num, fd);
}

/** pidfd_getfd(pidfd, target): a copy of a descriptor of another process. */
export function pidfdGetfdExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  const pidfd = state.getFd(thread, event.paramInt64(1));
  if (pidfd === null || pidfd.type !== FD_TYPE.PIDFD) return;
  const target = state.threads.get(pidfd.pid);
  const fd = target === undefined ? null : state.getFd(target, event.paramInt64(2));
  if (fd === null) return;
  const copy = fd.copy();
  copy.openFlags |= O_CLOEXEC;
  state.addFd(event, thread, num, copy);
}
