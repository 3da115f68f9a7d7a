/** Fields that say what kind of event it is: direction, type, category, what it does to descriptors. */
import type { EventCursor } from '../event.js';
import { genericCallId } from '../generic-call.js';
import { EC, EF, EVENT_CATEGORIES, EVENT_FLAGS, EVENTS, FD_TYPE, PF, PPME, PT, SYSCALLS } from '../schema/index.js';
import { codesWhere, fieldClass, KEY_REQUIRED, lazyCodes } from './define.js';
import { type CustomCompare, type Field, FieldError } from './field.js';

const { text, number, boolean } = fieldClass('evt');

const syscallNames: (string | undefined)[] = [];
const syscallCategories: (string | undefined)[] = [];
for (const { id, name, category } of SYSCALLS) {
  syscallNames[id] = name;
  syscallCategories[id] = category;
}

const EVENT_NAMES = EVENTS.map((info) => info.name);

/** Generic events stand for all system calls that have no event of their own; they carry the call's id. */
export const isGeneric = (type: number): boolean => type <= PPME.GENERIC_X;

/** The name of the event, or of the system call it stands for; undefined for calls without a known name. */
export function eventName(event: EventCursor): string | undefined {
  const { type } = event;
  if (type > PPME.GENERIC_X) return EVENT_NAMES[type]!;
  return syscallNames[genericCallId(event, -1)] || undefined;
}

/** Every id whose system call has this name, in either generation. */
function syscallIds(name: string): number[] {
  return SYSCALLS.filter((syscall) => syscall.name === name || syscall.newName === name).map((syscall) => syscall.id);
}

const knownNames = new Set([...EVENT_NAMES, ...SYSCALLS.flatMap((syscall) => [syscall.name, syscall.newName])]);

/** Names of events and system calls, for suggestions. */
export const eventTypeNames = (): readonly string[] => [...knownNames].filter((name) => name !== '' && name !== 'NA');

/** Equality with names of types is one table load; other operators compare text. */
const compareType: CustomCompare = (operator, values) => {
  for (const value of values) {
    if (operator !== 'exists' && isNaming(operator) && !knownNames.has(value)) {
      throw new FieldError(`unknown event type ${value}`);
    }
  }
  if (!isNaming(operator)) return undefined;
  const wanted = new Set(values);
  const codes = codesWhere((info) => wanted.has(info.name) && !isGeneric(info.code));
  const ids = new Uint8Array(SYSCALLS.reduce((most, { id }) => Math.max(most, id), 0) + 1);
  for (const value of values) for (const id of syscallIds(value)) ids[id] = 1;
  const negated = operator === '!=';
  return (event) => {
    const { type } = event;
    if (type > PPME.GENERIC_X) return (codes[type] === 1) !== negated;
    return (ids[genericCallId(event, 0)] === 1) !== negated;
  };
};

const isNaming = (operator: string): boolean =>
  operator === '=' || operator === '==' || operator === '!=' || operator === 'in' || operator === 'intersects';

const CATEGORY_WORDS = new Map<number, string>([
  [EC.OTHER, 'other'],
  [EC.FILE, 'file'],
  [EC.NET, 'net'],
  [EC.IPC, 'IPC'],
  [EC.MEMORY, 'memory'],
  [EC.PROCESS, 'process'],
  [EC.SLEEP, 'sleep'],
  [EC.SYSTEM, 'system'],
  [EC.SIGNAL, 'signal'],
  [EC.USER, 'user'],
  [EC.TIME, 'time'],
  [EC.PROCESSING, 'processing'],
  [EC.WAIT, 'wait'],
  [EC.SCHEDULER, 'scheduler'],
]);
const categoryValues: Record<string, number> = EC;

/** The category of a transfer is that of what it transfers from or to. */
const TRANSFER_WORDS: string[] = [];
for (const type of [FD_TYPE.FILE, FD_TYPE.FILE_V2, FD_TYPE.DIRECTORY]) TRANSFER_WORDS[type] = 'file';
for (const type of [FD_TYPE.IPV4_SOCK, FD_TYPE.IPV6_SOCK, FD_TYPE.IPV4_SERVSOCK, FD_TYPE.IPV6_SERVSOCK]) {
  TRANSFER_WORDS[type] = 'net';
}
for (const type of [FD_TYPE.FIFO, FD_TYPE.UNIX_SOCK, FD_TYPE.EVENT, FD_TYPE.SIGNALFD, FD_TYPE.INOTIFY]) {
  TRANSFER_WORDS[type] = 'ipc';
}

function categoryWord(event: EventCursor): string {
  if (isGeneric(event.type)) {
    const name = syscallCategories[genericCallId(event, -1)];
    return CATEGORY_WORDS.get(categoryValues[name ?? ''] ?? 0) ?? 'unknown';
  }
  const category = EVENT_CATEGORIES[event.type]!;
  if (category === EC.IO_READ || category === EC.IO_WRITE || category === EC.IO_OTHER) {
    return event.fd === null ? 'unknown' : (TRANSFER_WORDS[event.fd.type] ?? 'unknown');
  }
  return CATEGORY_WORDS.get(category) ?? 'unknown';
}

const hasFlag = (flags: number) => () => (event: EventCursor) => (EVENT_FLAGS[event.type]! & flags) !== 0;

/** Code of the event with a name or number, for evt.type.is. */
function typesOf(argument: string): Uint8Array {
  if (/^\d+$/.test(argument)) return codesWhere((info) => info.code === Number(argument));
  const last = EVENTS.findLast((info) => info.name === argument);
  if (last === undefined) throw new FieldError(`unknown event type ${argument}`);
  return codesWhere((info) => info.name === argument);
}

export const evtTypeFields: readonly Field[] = [
  text(
    'evt.dir',
    '> for events that begin a call, < for those that end it',
    () => (event) => ((event.type & 1) === 0 ? '>' : '<'),
    {
      format: PF.DIR,
      byType: true,
    },
  ),
  text('evt.type', 'name of the event or system call, as in open', () => eventName, {
    compare: compareType,
    byType: true,
  }),
  number(
    'evt.type.is',
    PT.UINT32,
    PF.NA,
    '1 when the event is of this type, else 0: evt.type.is.open, or by number',
    (_, argument) => {
      const codes = typesOf(argument ?? '');
      return (event) => codes[event.type]!;
    },
    { argument: KEY_REQUIRED, byType: true },
  ),
  text('syscall.type', 'name of the system call; other events have none', () => (event) => {
    const { type } = event;
    const other = type === PPME.SCHEDSWITCH_6_E || (EVENT_FLAGS[type]! & EF.SKIPPARSERESET) !== 0;
    return other ? undefined : eventName(event);
  }),
  text(
    'evt.category',
    'what the event is about: file, net, IPC, memory, process, sleep, signal, time, ...',
    () => categoryWord,
  ),
  boolean('evt.is_io', 'the event reads from or writes to a descriptor', hasFlag(EF.READS_FROM_FD | EF.WRITES_TO_FD), {
    byType: true,
  }),
  boolean('evt.is_io_read', 'the event reads from a descriptor', hasFlag(EF.READS_FROM_FD), { byType: true }),
  boolean('evt.is_io_write', 'the event writes to a descriptor', hasFlag(EF.WRITES_TO_FD), { byType: true }),
  text(
    'evt.io_dir',
    'read or write, for events that transfer data',
    () => (event) => {
      const flags = EVENT_FLAGS[event.type]!;
      return flags & EF.WRITES_TO_FD ? 'write' : flags & EF.READS_FROM_FD ? 'read' : undefined;
    },
    { byType: true },
  ),
  boolean('evt.is_wait', 'the event makes its thread wait, as poll and select do', hasFlag(EF.WAITS), { byType: true }),
  boolean(
    'evt.is_syslog',
    'the event writes to the syslog socket',
    ({ inspector: { state } }) =>
      (event) =>
        (EVENT_FLAGS[event.type]! & EF.WRITES_TO_FD) !== 0 &&
        event.fd !== null &&
        state.fdName(event.fd).text.includes('/dev/log'),
  ),
  number('evt.count', PT.UINT32, PF.DEC, '1 for every event: something to count with', () => () => 1, { byType: true }),
  number(
    'evt.count.exit',
    PT.UINT32,
    PF.DEC,
    '1 for events that end a call',
    () => (event) => ((event.type & 1) === 1 ? 1 : Number.NaN),
    { byType: true },
  ),
  number(
    'evt.count.procinfo',
    PT.UINT32,
    PF.DEC,
    '1 for the regular reports on a process',
    () => (event) => (event.type === PPME.PROCINFO_E && event.thread?.isMain ? 1 : Number.NaN),
    { hidden: true },
  ),
  number(
    'evt.count.threadinfo',
    PT.UINT32,
    PF.DEC,
    '1 for the regular reports on a thread',
    () => (event) => (event.type === PPME.PROCINFO_E ? 1 : Number.NaN),
    { hidden: true, byType: true },
  ),
  number('evt.cpu', PT.INT16, PF.ID, 'number of the CPU the event happened on', () => (event) => event.cpu),
  number(
    'evt.num',
    PT.UINT64,
    PF.ID,
    'number of the event, from 1, counting all events of the capture',
    () => (event) => event.num,
  ),
  text('evt.source', 'where events come from: syscall', () => () => 'syscall', { byType: true }),
  boolean(
    'evt.is_async',
    'the event was put in between by somebody else than the kernel',
    () => (event) => event.type === PPME.ASYNCEVENT_E,
    {
      byType: true,
    },
  ),
  text(
    'evt.asynctype',
    'kind of such an event',
    () => (event) => {
      if (event.type !== PPME.ASYNCEVENT_E) return undefined;
      const end = event.paramTextEnd(1);
      return end < 0 ? undefined : Buffer.from(event.bytes.subarray(event.paramOffsets[1]!, end)).toString('latin1');
    },
    { eventTypes: lazyCodes((info) => info.code === PPME.ASYNCEVENT_E) },
  ),
  text(
    'evt.hostname',
    'name of the traced machine; the environment variable BURIN_HOSTNAME overrides it',
    ({ inspector: { state } }) =>
      () =>
        process.env.BURIN_HOSTNAME ?? state.machine?.hostname,
  ),
  text('evt.pluginname', 'name of the plugin that made the event; system calls have none', () => () => undefined),
  text('evt.plugininfo', "the plugin's own line about the event; system calls have none", () => () => undefined),
];
