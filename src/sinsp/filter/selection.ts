/**
 * What a filter says of processes and descriptors alone, in a form that the kernel can decide: never more than the filter
 * says. An event outside of the selection cannot pass the filter; one inside of it may or may not.
 */
import { FD_ANY, FD_INET_SOCKET, FD_NO_SOCKET, FD_OTHER_SOCKET, FD_UNIX_SOCKET } from '../../capture/fd-kinds.js';
import type { Check, Filter, Value } from './ast.js';

/** Threads of these processes, these threads, and threads with these names. */
export interface Who {
  readonly pids: ReadonlySet<number>;
  readonly tids: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

export interface Selection {
  /** Null: anybody. */
  readonly who: Who | null;
  /** FD_ bits of the descriptors that calls may work on; calls without a descriptor are not meant. */
  readonly fds: number;
}

export const EVERYTHING: Selection = { who: null, fds: FD_ANY };

/** So many ids or names go into the kernel; a filter with more is decided after it. */
const WHO_MAX = 1000;
/** The kernel's names of threads are this long. */
const NAME_MAX = 15;
const PID_MAX = 0x400000;

const NONE: Who = { pids: new Set(), tids: new Set(), names: new Set() };
const sizeOf = (who: Who): number => who.pids.size + who.tids.size + who.names.size;
const merged = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> => new Set([...a, ...b]);

/** Both must hold. Of two groups of processes the smaller one is taken: either is right. */
export function both(a: Selection, b: Selection): Selection {
  const smaller = a.who === null || (b.who !== null && cost(b.who) < cost(a.who)) ? b.who : a.who;
  return { who: smaller, fds: a.fds & b.fds };
}

/** Names are decided last: a process may be many of the same name. */
const cost = (who: Who): number => sizeOf(who) + who.names.size * WHO_MAX;

/** One of them must hold. */
export function either(a: Selection, b: Selection): Selection {
  const fds = a.fds | b.fds;
  if (a.who === null || b.who === null) return { who: null, fds };
  const who = {
    pids: merged(a.who.pids, b.who.pids),
    tids: merged(a.who.tids, b.who.tids),
    names: merged(a.who.names, b.who.names),
  };
  return { who: sizeOf(who) > WHO_MAX ? null : who, fds };
}

/** The same text for selections that are alike, unless their parts were found in another order. */
export const selectionKey = ({ who, fds }: Selection): string =>
  JSON.stringify([who && [...who.pids], who && [...who.tids], who && [...who.names], fds]);

/** The selection of a filter. */
export function selectionOf(filter: Filter): Selection {
  switch (filter.kind) {
    case 'check':
      return ofCheck(filter);
    case 'not':
      // What is excluded would have to be known exactly.
      return EVERYTHING;
    default:
      return filter.terms.map(selectionOf).reduce(filter.kind === 'and' ? both : either);
  }
}

/** By the value of fd.type: the kernel's kinds that it can be. Others are not decided. */
const KIND_OF_TYPE: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      ...['file', 'directory', 'pipe', 'event', 'eventfd', 'signalfd', 'eventpoll', 'inotify', 'timerfd'],
      ...['bpf', 'userfaultfd', 'io_uring', 'memfd', 'pidfd'],
    ].map((type) => [type, FD_NO_SOCKET]),
  ),
  ipv4: FD_INET_SOCKET,
  ipv6: FD_INET_SOCKET,
  unix: FD_UNIX_SOCKET,
  netlink: FD_OTHER_SOCKET,
};
const KIND_OF_CHAR: Readonly<Record<string, number>> = { 4: FD_INET_SOCKET, 6: FD_INET_SOCKET, u: FD_UNIX_SOCKET };
const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp']);
/** Only sockets of the internet have these. */
const INET_FIELDS = /^fd\.(c|s|l|r)?(port|ip)$/;

function ofCheck({ left, operator, modifier, right }: Check): Selection {
  const values = valuesOf(operator, right);
  if (left.kind !== 'field' || modifier !== undefined || values === undefined) return EVERYTHING;
  const field = left.text;
  switch (field) {
    case 'proc.pid':
      return byIds('pids', values);
    case 'thread.tid':
      return byIds('tids', values);
    case 'proc.name':
      return byNames(values);
    case 'fd.type':
      return byKinds(values, (text) => (Object.hasOwn(KIND_OF_TYPE, text) ? KIND_OF_TYPE[text]! : FD_ANY));
    case 'fd.typechar':
      return byKinds(values, (text) => (Object.hasOwn(KIND_OF_CHAR, text) ? KIND_OF_CHAR[text]! : FD_ANY));
    case 'fd.l4proto':
      return byKinds(values, (text) => (PROTOCOLS.has(text) ? FD_INET_SOCKET : FD_ANY));
    default:
      return INET_FIELDS.test(field) ? { who: null, fds: FD_INET_SOCKET } : EVERYTHING;
  }
}

/** The values that a left side must be one of; undefined where that is not what the operator asks. */
function valuesOf(operator: string, right: Check['right']): readonly Value[] | undefined {
  if (right?.kind === 'value') return ['=', '==', 'in'].includes(operator) ? [right] : undefined;
  return right?.kind === 'list' && operator === 'in' ? right.values : undefined;
}

function byIds(which: 'pids' | 'tids', values: readonly Value[]): Selection {
  const ids = values.map(({ text }) => (/^[0-9]{1,7}$/.test(text) && !/^0./.test(text) ? Number(text) : Number.NaN));
  if (ids.length > WHO_MAX || !ids.every((id) => id > 0 && id <= PID_MAX)) return EVERYTHING;
  return { who: { ...NONE, [which]: new Set(ids) }, fds: FD_ANY };
}

function byNames(values: readonly Value[]): Selection {
  // Odd characters are written in another way in /proc, and long names are those of kernel threads.
  const plain = values.every(({ text }) => /^[\x20-\x5b\x5d-\x7e]+$/.test(text) && text.length <= NAME_MAX);
  if (!plain || values.length > WHO_MAX) return EVERYTHING;
  return { who: { ...NONE, names: new Set(values.map(({ text }) => text)) }, fds: FD_ANY };
}

function byKinds(values: readonly Value[], kindOf: (text: string) => number): Selection {
  return { who: null, fds: values.reduce((bits, { text }) => bits | kindOf(text), 0) };
}
