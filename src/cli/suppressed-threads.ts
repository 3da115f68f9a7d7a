/**
 * Programs of which no event is to be seen (-U). Their events are as good as not there: they take no number and change no
 * state. A thread belongs to them when its program has one of the names as it is started, or when its parent does;
 * threads that a capture file already lists do not.
 */
import type { EventCursor } from '../sinsp/event.js';
import { latin1 } from '../sinsp/names.js';
import { PPME } from '../sinsp/schema/index.js';
import type { State } from '../sinsp/state/state.js';

const STARTS: ReadonlySet<number> = new Set([
  PPME.SYSCALL_CLONE_20_X,
  PPME.SYSCALL_CLONE3_X,
  PPME.SYSCALL_FORK_20_X,
  PPME.SYSCALL_VFORK_20_X,
  PPME.SYSCALL_EXECVE_19_X,
  PPME.SYSCALL_EXECVEAT_X,
]);
const PARENT = 5;
const COMM = 13;

export class SuppressedThreads {
  private readonly tids = new Set<number>();
  /** Events that were held back. */
  count = 0;

  constructor(private readonly names: ReadonlySet<string>) {}

  /** Another capture begins. */
  restart(): void {
    this.tids.clear();
    this.count = 0;
  }

  /** Live: what runs already belongs to them, too. */
  addRunning(state: State): void {
    for (const thread of state.threads.values()) if (this.names.has(thread.comm.text)) this.tids.add(thread.tid);
  }

  /** Whether the event is one of theirs. */
  holdsBack(event: EventCursor): boolean {
    const isTheirs = this.isTheirs(event);
    if (isTheirs) this.count++;
    return isTheirs;
  }

  private isTheirs(event: EventCursor): boolean {
    const { tids } = this;
    const { tid, type } = event;
    if (STARTS.has(type) && event.nparams > COMM) {
      const at = event.paramOffsets[COMM]!;
      const isTheirs =
        tids.has(event.paramInt64(PARENT)) || this.names.has(latin1(event.bytes, at, event.paramTextEnd(COMM)));
      if (isTheirs) tids.add(tid);
      else tids.delete(tid);
      return isTheirs;
    }
    return type === PPME.PROCEXIT_1_E ? tids.delete(tid) : tids.has(tid);
  }
}
