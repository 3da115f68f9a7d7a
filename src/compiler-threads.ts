/**
 * V8's compiler threads beside the walk. In its first second a run has some three hundred functions compiled, which takes a
 * processor as long. V8 has four threads for that whatever the machine has: with two processors they take time from the walk,
 * and as all four work at once, every function comes late.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** With one for each of V8's threads and the main one nobody is in another's way. */
const ENOUGH_PROCESSORS = 5;

/** About a tenth of what a thread gets otherwise, where they compete. */
const NICE = 10;

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
  const { availableParallelism, setPriority } = process.getBuiltinModule('node:os');
  if (availableParallelism() >= ENOUGH_PROCESSORS) return;
  try {
    // The /proc of another pid namespace does not have the ids that threads go by here.
    if (Number.parseInt(readFileSync('/proc/self/stat', 'latin1'), 10) !== process.pid) return;
    // As Node starts them: the main thread, one for timers, four for V8, and those of the program.
    const threads = readdirSync('/proc/self/task').sort((a, b) => Number(a) - Number(b));
    if (othersRun(threads)) return;
    for (const tid of threads.slice(3, 6)) setPriority(Number(tid), NICE);
  } catch {
    // A thread that has ended, or no /proc: all stays as it is.
  }
}

/** Threads of other processes run, or want to. */
function othersRun(own: readonly string[]): boolean {
  const running = Number(/ (\d+)\//.exec(readFileSync('/proc/loadavg', 'latin1'))![1]);
  return running > own.filter((tid) => /\) R /.test(readFileSync(`/proc/self/task/${tid}/stat`, 'latin1'))).length;
}
