/** Walks along the parents of a process. */
import type { State } from '../state/state.js';
import type { ThreadInfo } from '../state/thread-info.js';

/** The main thread of a thread's process; undefined when it is not known (any more). */
export function mainThreadOf(state: State, thread: ThreadInfo): ThreadInfo | undefined {
  return thread.isMain ? thread : state.threads.get(thread.pid);
}

/** The n-th ancestor of a thread's process, 0 being the process itself. */
export function ancestor(state: State, thread: ThreadInfo, n: number): ThreadInfo | undefined {
  let at = mainThreadOf(state, thread);
  // A chain longer than the table runs in circles: whole rounds of it change nothing worth having.
  for (let left = Math.min(n, 100_000); left > 0 && at !== undefined; left--) at = state.threads.get(at.ptid);
  return at;
}

/**
 * Visits the parents of a thread, nearest first, until the visitor answers false, the chain ends, or it comes back to
 * where it has been.
 */
export function visitAncestors(state: State, thread: ThreadInfo, visit: (parent: ThreadInfo) => boolean): void {
  // Brent's rule: the marked one moves ahead at every power of two, and meeting it again means a loop.
  let marked = thread;
  let steps = 0;
  let limit = 2;
  for (let at = state.threads.get(thread.ptid); at !== undefined; at = state.threads.get(at.ptid)) {
    if (at === marked) return;
    if (!visit(at)) return;
    if (++steps === limit) {
      marked = at;
      steps = 0;
      limit *= 2;
    }
  }
}

/** The leader of a thread's session, or the highest ancestor in it when the leader is gone. */
export function sessionLeader(state: State, thread: ThreadInfo): ThreadInfo | undefined {
  const leader = state.threads.get(thread.sid);
  if (leader !== undefined) return leader;
  let highest = mainThreadOf(state, thread);
  if (highest === undefined) return undefined;
  const { sid } = highest;
  visitAncestors(state, highest, (parent) => {
    if (parent.sid !== sid) return false;
    highest = parent;
    return true;
  });
  return highest;
}
