/**
 * V8's compiler threads beside the walk. In its first second a run has some three hundred functions compiled, which takes a
 * processor as long. V8 has four threads for that whatever the machine has: with two processors they take time from the walk,
 * and as all four work at once, every function comes late.
 */
import { readFileSync } from 'node:fs';
import { mainThread, threadState, threads } from './own-threads.js';

/** With one for each of V8's threads and the main one nobody is in another's way. */
const ENOUGH_PROCESSORS = 5;

/** So much nicer than the main thread: about a tenth of its time, where they compete. */
const NICER = 10;
const NICEST = 19;

let done = false;

/**
 * To be called when a walk takes more than a moment; a second call does nothing. Where processors are few and otherwise idle,
 * all compiler threads but one get the time that is left over. On a busy machine they do not: what they have begun would
 * hardly go on there.
 */
export function leaveProcessorsToWalk(): void {
  if (done || process.platform !== 'linux') return;
  done = true;
  // Loaded when it is needed: most runs are over before.
  const { availableParallelism, getPriority, setPriority } = process.getBuiltinModule('node:os');
  if (availableParallelism() >= ENOUGH_PROCESSORS) return;
  try {
    // In the /proc of another pid namespace threads go by other ids.
    if (mainThread() !== String(process.pid)) return;
    const own = threads();
    if (othersRun(own)) return;
    const nice = Math.min(getPriority() + NICER, NICEST);
    // As Node starts them: the main thread, one for timers, four for V8, and those of the program.
    for (const tid of own.slice(3, 6)) setPriority(Number(tid), nice);
  } catch {
    // A thread that has ended, or no /proc: all stays as it is.
  }
}

/** Threads of other processes run, or want to. */
function othersRun(own: readonly string[]): boolean {
  const running = Number(/ (\d+)\//.exec(readFileSync('/proc/loadavg', 'latin1'))![1]);
  return running > own.filter((tid) => threadState(tid) === 'R').length;
}
