/** Texts that are made of NUL-separated lists of a thread (arguments, environment, cgroups), and lookups in them. */
import { joinSpaces, parseCgroups, splitEnv } from '../state/nul-lists.js';
import type { ThreadInfo } from '../state/thread-info.js';

/** Name of the program and its arguments. */
export function commandLine(thread: ThreadInfo): string {
  return thread.args === '' ? thread.comm.text : `${thread.comm.text} ${joinSpaces(thread.args)}`;
}

/**
 * Keeps the last text that was made of a thread: events of one thread come in runs. `key` and `list` are compared by
 * identity, which for equal lists of one thread is the usual case.
 */
export function remembered(
  key: (thread: ThreadInfo) => unknown,
  list: (thread: ThreadInfo) => string,
  make: (thread: ThreadInfo) => string,
): (thread: ThreadInfo) => string {
  let lastThread: ThreadInfo | null = null;
  let lastKey: unknown;
  let lastList = '';
  let text = '';
  return (thread) => {
    if (thread === lastThread && lastKey === key(thread) && lastList === list(thread)) return text;
    lastThread = thread;
    lastKey = key(thread);
    lastList = list(thread);
    text = make(thread);
    return text;
  };
}

/** The value of a variable in a NUL-separated environment. */
export function environmentValue(environment: string, name: string): string | undefined {
  const wanted = `${name}=`;
  for (const item of splitEnv(environment)) if (item.startsWith(wanted)) return item.slice(wanted.length);
  return undefined;
}

/** All cgroups as `subsystem=path` with blanks between them. */
export function cgroupsText(cgroups: string): string {
  return parseCgroups(cgroups)
    .map(({ subsystem, path }) => `${subsystem}=${path}`)
    .join(' ');
}

/** The path of one cgroup subsystem. */
export function cgroupPath(cgroups: string, subsystem: string): string | undefined {
  return parseCgroups(cgroups).find((cgroup) => cgroup.subsystem === subsystem)?.path;
}
