/** Lists that lie in a byte string with a NUL after each element: arguments, environment, cgroups. */

/** The elements; the last NUL may be missing. */
export function splitNul(text: string): string[] {
  const list: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = text.indexOf('\0', from);
    if (to < 0) to = text.length;
    list.push(text.slice(from, to));
    from = to + 1;
  }
  return list;
}

/** Variables of an environment: zero bytes at its end are no variables. */
export function splitEnv(text: string): string[] {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return splitNul(text.slice(0, end));
}

/** The elements joined by single spaces. */
export const joinSpaces = (text: string): string => splitNul(text).join(' ');

export interface Cgroup {
  readonly subsystem: string;
  readonly path: string;
}

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['perf', 'perf_event'],
  ['mem', 'memory'],
  ['io', 'blkio'],
]);

/** `subsystem=path` pairs, with the names that subsystems have in user space. Ends at an element without `=`. */
export function parseCgroups(text: string): Cgroup[] {
  const list: Cgroup[] = [];
  for (const element of splitNul(text)) {
    const at = element.lastIndexOf('=');
    if (at < 0) break;
    const subsystem = element.slice(0, at).replace('_cgroup', '');
    list.push({ subsystem: RENAMED.get(subsystem) ?? subsystem, path: element.slice(at + 1) });
  }
  return list;
}
