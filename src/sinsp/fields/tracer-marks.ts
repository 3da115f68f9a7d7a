/**
 * Tracer marks: what programs write to /dev/null to have parts of their work timed, as in `>:p:render.page:url=/index::` when
 * it begins and `<:p:render.page::` when it ends.
 */
import type { ThreadInfo } from '../state/thread-info.js';

export interface TracerMark {
  readonly isEnter: boolean;
  readonly id: number;
  readonly tags: readonly string[];
  readonly args: readonly (readonly [name: string, value: string])[];
}

/** Longest text that is looked at. */
const LONGEST = 65_536;

/** The id of a mark: a number, or a word for one that the thread has. */
function markId(text: string, thread: ThreadInfo): number | undefined {
  switch (text) {
    case '':
      return 0;
    case 't':
      return thread.tid;
    case 'p':
      return thread.pid;
    case 'pp':
      return thread.ptid;
    default:
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
  }
}

/** Reads a mark; undefined for other texts. Two forms exist: with colons, and as a JSON array of the same four parts. */
export function parseMark(text: string, thread: ThreadInfo): TracerMark | undefined {
  if (text.length > LONGEST) return undefined;
  const first = text[0];
  if (first === '[') return parseJsonMark(text, thread);
  if ((first !== '>' && first !== '<') || text[1] !== ':') return undefined;
  const parts = splitUnescaped(text.replace(/[\n\0]+$/, '').slice(2), ':');
  // Behind the last part stands a colon, so that cut texts are told from whole ones.
  if (parts.length < 3) return undefined;
  const id = markId(parts[0]!, thread);
  if (id === undefined) return undefined;
  const tags = parts[1] === '' ? [] : splitUnescaped(parts[1]!, '.').map(unescapeMark);
  const args = (parts[2] ?? '') === '' ? [] : splitUnescaped(parts[2]!, ',').map(argument);
  return { isEnter: first === '>', id, tags, args };
}

function argument(text: string): [string, string] {
  const [name = '', ...value] = splitUnescaped(text, '=');
  return [unescapeMark(name), unescapeMark(value.join('='))];
}

const unescapeMark = (text: string): string => text.replace(/\\(.)/gs, '$1');

/** Splits at a separator that has no backslash before it. */
function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function parseJsonMark(text: string, thread: ThreadInfo): TracerMark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/[\n\0]+$/, ''));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [direction, rawId, rawTags, rawArgs] = value as unknown[];
  if (direction !== '>' && direction !== '<') return undefined;
  const id = typeof rawId === 'number' ? rawId : typeof rawId === 'string' ? markId(rawId, thread) : undefined;
  if (id === undefined) return undefined;
  const tags = Array.isArray(rawTags) ? rawTags.map(String) : [];
  const objects = Array.isArray(rawArgs) ? rawArgs : [rawArgs];
  const args = objects.flatMap((object): [string, string][] =>
    typeof object === 'object' && object !== null
      ? Object.entries(object).map(([name, one]): [string, string] => [name, String(one)])
      : [],
  );
  return { isEnter: direction === '>', id, tags, args };
}
