/** Which filters make sense for `get_thread_table`: those that ask about a thread and its descriptors, not about an event. */
import { FilterError, parseFilter } from '../sinsp/filter/index.js';

/** Fields of an event: a pair of thread and descriptor has none of them. */
const OF_AN_EVENT = /^(evt|evtin|span|syslog|syscall)\./;

type Node = { readonly [key: string]: unknown };

/** The first field of an event in a piece of the tree; undefined when there is none. */
function eventField(node: unknown): { text: string; at: number } | undefined {
  if (Array.isArray(node)) {
    for (const item of node) {
      const found = eventField(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof node !== 'object' || node === null) return undefined;
  const { kind, text, at } = node as Node;
  if (kind === 'field') return OF_AN_EVENT.test(String(text)) ? { text: String(text), at: Number(at) } : undefined;
  if (kind === 'value' || kind === 'list') return undefined;
  return eventField(Object.values(node));
}

/** Throws FilterError for a filter that asks about events. */
export function checkThreadTableFilter(text: string): void {
  const found = eventField(parseFilter(text));
  if (found === undefined) return;
  throw new FilterError(
    `the given filter is not supported for thread table filtering: ${found.text} is a field of events`,
    text,
    found.at,
  );
}
