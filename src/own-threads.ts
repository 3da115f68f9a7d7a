/** The threads of this process, as Linux tells in /proc. All of this throws elsewhere. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The main thread's id as /proc counts, which may be that of another pid namespace. */
export function mainThread(): string {
  return readlinkSync('/proc/self');
}

/** Ids of all threads, the main one among them, in the order in which they were started. */
export function threads(): string[] {
  return readdirSync('/proc/self/task').sort((a, b) => Number(a) - Number(b));
}

/** What a thread is at, as a letter: R when it runs or wants to, S when it waits. */
export function threadState(tid: string): string {
  const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'latin1');
  return stat.charAt(stat.lastIndexOf(')') + 2);
}
