/** Everything that a state knows of threads and descriptors, as text to compare. */
import { Name } from '../../../src/sinsp/names.js';
import type { FdInfo } from '../../../src/sinsp/state/fd-info.js';
import type { State } from '../../../src/sinsp/state/state.js';
import type { ThreadInfo } from '../../../src/sinsp/state/thread-info.js';

/** What is in a thread's slot. */
const IN_SLOT = [
  'lastEventType',
  'lastFd',
  'enterTime',
  'latency',
  'vmsizeKb',
  'vmrssKb',
  'vmswapKb',
  'pfmajor',
  'pfminor',
];
/** How things are kept, not what; and names of sockets, which are made when somebody asks. */
const LEFT_OUT = new Set([
  'slots',
  'slot',
  'fds',
  'main',
  'stored',
  'extra',
  'nameChanged',
  'oldName',
  'name',
  'wideFd',
]);

function plain(record: object): string {
  return Object.entries(record)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => `${key}=${show(value)}`)
    .join(' ');
}

function show(value: unknown): string {
  if (value instanceof Name) return value.text;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'object' && value !== null) return `{${plain(value)}}`;
  return String(value);
}

function thread(state: State, info: ThreadInfo): string {
  const stored = state.storedOf(info);
  const enter = stored === null ? '-' : `${stored.type} ${stored.nparams} ${stored.int64(0)} ${stored.uint32(1)}`;
  const slot = IN_SLOT.map((key) => `${key}=${info[key as keyof ThreadInfo]}`).join(' ');
  return `${plain(info)} | ${slot} | enter ${enter}`;
}

const descriptor = (state: State, num: number, fd: FdInfo): string => `  ${num} ${state.fdName(fd).text} ${plain(fd)}`;

export function dumpState(state: State): string[] {
  return [...state.threads.values()].flatMap((info) => [
    thread(state, info),
    `  ${info.fds.size} descriptors`,
    ...[...info.fds].map(([num, fd]) => descriptor(state, num, fd)),
  ]);
}
