/** Exits of threads, and changes of namespaces. */
import type { EventCursor } from '../event.js';
import { PPME } from '../schema/index.js';
import type { State } from './state.js';
import { CLONE_NEWUSER, CLOSED } from './thread-flags.js';

/** All capabilities that kernels know so far: what a thread has in a user namespace of its own. */
const ALL_CAPABILITIES = (1n << 41n) - 1n;

/** The thread is still known while the event is looked at, and gone after it. */
export function threadExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null) return;
  thread.flags |= CLOSED;
  state.scheduleThreadRemoval(event.tid);
}

/** unshare: flags; setns: descriptor, flags. */
export function unshareExit(_state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !(event.paramInt64(0) >= 0)) return;
  const flags = event.paramUint32(event.type === PPME.SYSCALL_UNSHARE_X ? 1 : 2, 0);
  if ((flags & CLONE_NEWUSER) === 0) return;
  thread.capInheritable = ALL_CAPABILITIES;
  thread.capPermitted = ALL_CAPABILITIES;
  thread.capEffective = ALL_CAPABILITIES;
}
