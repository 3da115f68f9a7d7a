/** Memory sizes and page faults, told by brk, mmap, munmap and context switches. */
import type { EventCursor } from '../event.js';
import type { State } from './state.js';

export function memoryExit(_state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || event.nparams < 4) return;
  thread.vmsizeKb = event.paramUint32(1, thread.vmsizeKb);
  thread.vmrssKb = event.paramUint32(2, thread.vmrssKb);
  thread.vmswapKb = event.paramUint32(3, thread.vmswapKb);
}

/** Page faults are the thread's, sizes its process's. */
export function switchEnter(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || event.nparams < 6) return;
  thread.pfmajor = event.paramUint64(1, thread.pfmajor);
  thread.pfminor = event.paramUint64(2, thread.pfminor);
  const main = state.mainThread(thread);
  thread.noteMain(main.slot);
  main.vmsizeKb = event.paramUint32(3, main.vmsizeKb);
  main.vmrssKb = event.paramUint32(4, main.vmrssKb);
  main.vmswapKb = event.paramUint32(5, main.vmswapKb);
}
