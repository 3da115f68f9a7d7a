/** Fields of what a call did to descriptors: amounts of data, kinds of failures, ways of opening, absolute paths. */
import type { EventCursor } from '../event.js';
import { latin1 } from '../names.js';
import { EC, EVENT_CATEGORIES, EVENTS, FD_TYPE, PF, PPME, PT } from '../schema/index.js';
import type { FdInfo } from '../state/fd-info.js';
import { joinPath, PathBuffer } from '../state/paths.js';
import { codesWhere, fieldClass, KEY_ARGUMENT, lazyCodes, paramIndexes } from './define.js';
import { IS_FILE, IS_IP } from './fd-views.js';
import { type Field, type FieldContext, FieldError } from './field.js';
import { errorCount, RESULT_PARAM } from './results.js';

const { number, boolean, text } = fieldClass('evt');

const IS_TRANSFER = codesWhere((info) => (info.category & EC.IO_BASE) !== 0);
const transferExits = lazyCodes((info) => info.isExit && (info.category & EC.IO_BASE) !== 0);
const anyFd = (): boolean => true;
const isFile = (fd: FdInfo): boolean => IS_FILE[fd.type] === 1;
const isNet = (fd: FdInfo): boolean => IS_IP[fd.type] === 1;

/** Bytes that a call moved. `category` restricts it to reading or writing. */
function transferred(
  name: string,
  description: string,
  category: number,
  wanted: (fd: FdInfo) => boolean,
  hidden: boolean,
): Field {
  return number(
    name,
    PT.UINT64,
    PF.DEC,
    description,
    () => (event) => {
      const { type, fd } = event;
      if ((type & 1) === 0 || fd === null || IS_TRANSFER[type] === 0 || !wanted(fd)) return Number.NaN;
      if (category !== 0 && EVENT_CATEGORIES[type] !== category) return Number.NaN;
      const result = event.paramInt64(0);
      return result >= 0 ? result : Number.NaN;
    },
    { hidden, eventTypes: transferExits },
  );
}

const OPENING = new Set<number>([
  PPME.SYSCALL_OPEN_X,
  PPME.SYSCALL_CREAT_X,
  PPME.SYSCALL_OPENAT_X,
  PPME.SYSCALL_OPENAT_2_X,
  PPME.SYSCALL_OPENAT2_X,
  PPME.SYSCALL_OPEN_BY_HANDLE_AT_X,
]);
const CONNECTING = new Set<number>([
  PPME.SOCKET_ACCEPT_X,
  PPME.SOCKET_ACCEPT_5_X,
  PPME.SOCKET_ACCEPT4_X,
  PPME.SOCKET_ACCEPT4_5_X,
  PPME.SOCKET_ACCEPT4_6_X,
  PPME.SOCKET_CONNECT_X,
]);
const isFileOrDirectory = (fd: FdInfo): boolean => isFile(fd) || fd.type === FD_TYPE.DIRECTORY;
const isSocket = (fd: FdInfo): boolean => isNet(fd) || fd.type === FD_TYPE.UNIX_SOCK;
const isMemory = (type: number): boolean => EVENT_CATEGORIES[type] === EC.MEMORY;

/** Failed calls of one kind, told by their descriptor or, when it is not known, by the call. */
function failures(name: string, description: string, counts: (event: EventCursor) => boolean): Field {
  return number(
    name,
    PT.UINT32,
    PF.DEC,
    description,
    () => (event) => (counts(event) ? errorCount(event) : Number.NaN),
    { eventTypes: lazyCodes((info) => RESULT_PARAM[info.code]! >= 0) },
  );
}

const O_RDONLY = 1;
const O_WRONLY = 2;
const O_CREAT = 4;
const O_TMPFILE = 1 << 13;
const O_F_CREATED = 1 << 14;
const ANY_EXECUTE_BIT = 0o111;

/** Where events that open files have their flags, by event code; -1 elsewhere. */
const OPEN_FLAGS = new Int8Array(EVENTS.length).fill(-1);
OPEN_FLAGS[PPME.SYSCALL_OPEN_X] = 2;
OPEN_FLAGS[PPME.SYSCALL_OPENAT_E] = 2;
OPEN_FLAGS[PPME.SYSCALL_OPENAT_2_X] = 3;
OPEN_FLAGS[PPME.SYSCALL_OPENAT2_X] = 3;
OPEN_FLAGS[PPME.SYSCALL_OPEN_BY_HANDLE_AT_X] = 2;

const openFlags = (event: EventCursor): number => {
  const index = OPEN_FLAGS[event.type]!;
  return index < 0 ? 0 : event.paramUint32(index, 0);
};

function opensExecutable(event: EventCursor): boolean {
  const { type } = event;
  if (type === PPME.SYSCALL_CREAT_X) return (event.paramUint32(2, 0) & ANY_EXECUTE_BIT) !== 0;
  if ((openFlags(event) & (O_CREAT | O_TMPFILE)) === 0 || type === PPME.SYSCALL_OPEN_BY_HANDLE_AT_X) return false;
  return (event.paramUint32(OPEN_FLAGS[type]! + 1, 0) & ANY_EXECUTE_BIT) !== 0;
}

/** Names of the parameters that hold directory and path of the *at calls: the first pair, and the second of some. */
const AT_PARAMS = new Map<number, readonly (readonly [directory: string, path: string])[]>([
  ...[PPME.SYSCALL_RENAMEAT_X, PPME.SYSCALL_RENAMEAT2_X].map((code): [number, [string, string][]] => [
    code,
    [
      ['olddirfd', 'oldpath'],
      ['newdirfd', 'newpath'],
    ],
  ]),
  ...[PPME.SYSCALL_LINKAT_E, PPME.SYSCALL_LINKAT_2_X].map((code): [number, [string, string][]] => [
    code,
    [
      ['olddir', 'oldpath'],
      ['newdir', 'newpath'],
    ],
  ]),
  [PPME.SYSCALL_SYMLINKAT_X, [['linkdirfd', 'linkpath']]],
  ...[
    PPME.SYSCALL_OPENAT_E,
    PPME.SYSCALL_OPENAT_2_X,
    PPME.SYSCALL_OPENAT2_X,
    PPME.SYSCALL_UNLINKAT_E,
    PPME.SYSCALL_UNLINKAT_2_X,
  ].map((code): [number, [string, string][]] => [code, [['dirfd', 'name']]]),
  [PPME.SYSCALL_MKDIRAT_X, [['dirfd', 'path']]],
  [PPME.SYSCALL_FCHMODAT_X, [['dirfd', 'filename']]],
]);
const AT_FDCWD = -100;

/**
 * Reads the absolute path that a directory descriptor and a path parameter name together. `takesFd`: the event has the
 * directory's descriptor from then on, for all that is asked next.
 */
export function absolutePath({ inspector: { state } }: FieldContext, takesFd = false) {
  const path = new PathBuffer();
  return (event: EventCursor, directoryName: string, pathName: string): string | undefined => {
    const { thread } = event;
    const at = paramIndexes(pathName)[event.type]!;
    const directoryAt = paramIndexes(directoryName)[event.type]!;
    const end = at < 0 ? -1 : event.paramTextEnd(at);
    if (thread === null || end < 0 || directoryAt < 0 || directoryAt >= event.nparams) return undefined;
    const from = event.paramOffsets[at]!;
    const size = event.paramLengths[at]!;
    const directory = event.paramInt64(directoryAt);
    if (event.bytes[from] === 0x2f) {
      joinPath(path, state.names.empty, event.bytes, from, end, size);
    } else if (directory === AT_FDCWD) {
      joinPath(path, state.mainThread(thread).cwd, event.bytes, from, end, size);
    } else {
      const fd = state.fdTable(thread).get(directory);
      if (takesFd) event.fd = fd ?? null;
      path.join(
        fd === undefined ? state.names.internText('<UNKNOWN>') : state.fdName(fd),
        true,
        event.bytes,
        from,
        end,
        size,
      );
    }
    return latin1(path.bytes, 0, path.length);
  };
}

/** One `key:value` of an infrastructure event's description. */
const infrastructure = (key: string, clean: (value: string, whole: string) => string) => () => (event: EventCursor) => {
  if (event.type !== PPME.INFRASTRUCTURE_EVENT_E) return undefined;
  const end = event.paramTextEnd(2);
  if (end < 0) return undefined;
  const description = latin1(event.bytes, event.paramOffsets[2]!, end);
  for (const part of description.split(';')) {
    const item = part.trim();
    if (!item.startsWith(key)) continue;
    return clean(item.split(':')[1] ?? '', item).trim();
  }
  return undefined;
};

const infrastructureOnly = {
  hidden: true,
  eventTypes: lazyCodes((info) => info.code === PPME.INFRASTRUCTURE_EVENT_E),
};

export const evtIoFields: readonly Field[] = [
  transferred('evt.buflen', 'bytes that the call read or wrote', 0, anyFd, false),
  transferred('evt.buflen.in', 'bytes that the call read', EC.IO_READ, anyFd, true),
  transferred('evt.buflen.out', 'bytes that the call wrote', EC.IO_WRITE, anyFd, true),
  transferred('evt.buflen.file', 'bytes read from or written to a file', 0, isFile, true),
  transferred('evt.buflen.file.in', 'bytes read from a file', EC.IO_READ, isFile, true),
  transferred('evt.buflen.file.out', 'bytes written to a file', EC.IO_WRITE, isFile, true),
  transferred('evt.buflen.net', 'bytes received from or sent to the network', 0, isNet, true),
  transferred('evt.buflen.net.in', 'bytes received from the network', EC.IO_READ, isNet, true),
  transferred('evt.buflen.net.out', 'bytes sent to the network', EC.IO_WRITE, isNet, true),
  failures('evt.count.error.file', '1 for failed calls on files', ({ fd, type }) =>
    fd === null ? OPENING.has(type) : isFileOrDirectory(fd),
  ),
  failures('evt.count.error.net', '1 for failed calls on sockets', ({ fd, type }) =>
    fd === null ? CONNECTING.has(type) : isSocket(fd),
  ),
  failures('evt.count.error.memory', '1 for failed calls that manage memory', ({ type }) => isMemory(type)),
  failures('evt.count.error.other', '1 for failed calls of any other kind', ({ fd, type }) =>
    fd === null
      ? !OPENING.has(type) && !CONNECTING.has(type) && !isMemory(type)
      : !isFileOrDirectory(fd) && !isSocket(fd),
  ),
  boolean(
    'evt.is_open_read',
    'the call opens a file for reading',
    () => (event) => (openFlags(event) & O_RDONLY) !== 0,
  ),
  boolean(
    'evt.is_open_write',
    'the call opens a file for writing',
    () => (event) => (openFlags(event) & O_WRONLY) !== 0,
  ),
  boolean('evt.is_open_exec', 'the call makes a file that may be executed', () => opensExecutable),
  boolean(
    'evt.is_open_create',
    'the call made the file that it opened',
    () => (event) => (openFlags(event) & O_F_CREATED) !== 0,
  ),
  text(
    'evt.abspath',
    'full path that calls such as renameat work on; evt.abspath.src and evt.abspath.dst for those with two',
    (context, which) => {
      if (which !== undefined && which !== 'src' && which !== 'dst') {
        throw new FieldError(`evt.abspath.${which}: only .src and .dst are possible`);
      }
      // As in sysdig, whose filters and formats show it.
      const absolute = absolutePath(context, true);
      return (event) => {
        if (event.type === PPME.SYSCALL_OPEN_BY_HANDLE_AT_X) {
          const end = event.paramTextEnd(3);
          return event.thread === null || end < 0 || !(event.paramInt64(0) > 0)
            ? undefined
            : latin1(event.bytes, event.paramOffsets[3]!, end);
        }
        const params = AT_PARAMS.get(event.type);
        if (params === undefined) return undefined;
        // Calls with one path have it whatever was asked for.
        const pair = params[which === 'dst' ? params.length - 1 : 0]!;
        return absolute(event, pair[0], pair[1]);
      };
    },
    {
      argument: KEY_ARGUMENT,
      eventTypes: lazyCodes((info) => AT_PARAMS.has(info.code) || info.code === PPME.SYSCALL_OPEN_BY_HANDLE_AT_X),
    },
  ),
  text(
    'evt.infra.docker.name',
    'what happened, in events about containers',
    infrastructure('Event', (value) => value),
    infrastructureOnly,
  ),
  text(
    'evt.infra.docker.container.id',
    'id of the container, in events about containers',
    infrastructure('ID', (value) => value.trim().slice(0, 12)),
    infrastructureOnly,
  ),
  text(
    'evt.infra.docker.container.name',
    'name of the container, in events about containers',
    infrastructure('name', (value) => value),
    infrastructureOnly,
  ),
  text(
    'evt.infra.docker.container.image',
    'image of the container, in events about containers',
    infrastructure('Image', (value, whole) =>
      value.includes('@')
        ? value.slice(0, value.indexOf('@'))
        : value.includes('sha256')
          ? whole.slice(whole.indexOf(':') + 1)
          : value,
    ),
    infrastructureOnly,
  ),
];
