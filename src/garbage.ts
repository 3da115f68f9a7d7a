/** Garbage collections that are asked for, and those that others wait for. */
import { readFileSync } from 'node:fs';
import { sleepMs } from './clock.js';
import { mainThread, threadState, threads } from './own-threads.js';

let collect: (() => void) | undefined;

/** A full collection. */
export function collectGarbage(): void {
  if (collect === undefined) {
    // Loaded when they are needed: most runs are over before.
    process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    const gc: unknown = process.getBuiltinModule('node:vm').runInNewContext('gc');
    collect = typeof gc === 'function' ? () => gc() : () => {};
  }
  collect();
}

/**
 * With less memory V8 has not come near the point where it wants a full collection. What WebAssembly and buffers have counts
 * there as the heap does.
 */
const SMALL_MEMORY = 17 << 20;

/** With so much memory a compiler thread may wait for a full collection. */
export function mayWantCollection({ heapTotal, external }: { heapTotal: number; external: number }): boolean {
  return heapTotal + external > SMALL_MEMORY;
}

const PAUSE_MS = 1;
/** No compilation takes longer; something else runs then, such as a profiler. */
const MAX_PAUSES = 300;
let done = false;

/**
 * To be called when nothing is left to do. Node waits for V8's compiler threads before it ends; when one of these in turn
 * waits for a collection, which only the main thread can make while it runs JavaScript, that is for ever (Node 20; a
 * quarter of runs of a tenth of a second, while three ran at a time). So they are waited for here first: what they ask for is
 * done between the pauses.
 */
export function settleBeforeExit(): void {
  if (done) return;
  done = true;
  if (!mayWantCollection(process.memoryUsage())) return;
  try {
    let before = workOfOthers();
    for (let pause = 0; pause < MAX_PAUSES; pause++) {
      sleepMs(PAUSE_MS);
      const now = workOfOthers();
      if (now === before) return;
      before = now;
    }
  } catch {
    // Elsewhere than on Linux nothing tells what they do.
  }
  // After a full collection there is room for all that they can want.
  collectGarbage();
}

/** What the other threads of this process have run so far; never the same twice while one of them runs, or could. */
function workOfOthers(): string {
  let work = '';
  const own = mainThread();
  for (const tid of threads()) {
    if (tid === own) continue;
    const progress = threadState(tid) === 'S' ? '' : process.hrtime.bigint();
    work += `${tid} ${progress} ${readFileSync(`/proc/self/task/${tid}/schedstat`, 'latin1')}`;
  }
  return work;
}
