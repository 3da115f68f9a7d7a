/** Working directories and roots. */
import type { EventCursor } from '../event.js';
import type { State } from './state.js';

const succeeded = (event: EventCursor): boolean => event.paramInt64(0) >= 0;

export function chdirExit(state: State, event: EventCursor): void {
  if (event.thread === null || !succeeded(event) || event.nparams < 2) return;
  const end = event.paramTextEnd(1);
  state.setCwd(event.thread, event.bytes, event.paramOffsets[1]!, end, event.paramLength(1));
}

export function fchdirExit(state: State, event: EventCursor): void {
  const { thread, fd } = event;
  if (thread === null || fd === null || !succeeded(event)) return;
  const name = state.fdName(fd);
  state.setCwd(thread, name.bytes, name.offset, name.offset + name.length, name.length);
}

/** The directory as the kernel knows it; corrects what was missed. */
export const getcwdExit = chdirExit;

export function chrootExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || event.paramInt64(0) !== 0 || event.nparams < 2) return;
  const end = event.paramTextEnd(1);
  state.path.join(state.cwdOf(thread), false, event.bytes, event.paramOffsets[1]!, end, event.paramLength(1));
  thread.root = state.names.intern(state.path.bytes, 0, state.path.length);
  state.resolveContainer(thread);
}
