/** Fields of the descriptor an event works on: `fd.*`. */
import type { EventCursor } from '../event.js';
import { ipv4Text, ipv6Text, writeIpv4, writeIpv6 } from '../format/addresses.js';
import type { ByteWriter } from '../format/byte-writer.js';
import type { Name } from '../names.js';
import { FD_TYPE, PF, PPME, PT } from '../schema/index.js';
import { type FdInfo, L4_ICMP, L4_RAW, L4_TCP, L4_UDP, ROLE_NONE, shownProtocol } from '../state/fd-info.js';
import type { State } from '../state/state.js';
import { creatorNames } from './creator-names.js';
import { fieldClass, INDEX_ARGUMENT, indexArgument } from './define.js';
import { compareEnd, compareEnds, compareHost, comparePorts } from './fd-compare.js';
import {
  clientEnd,
  DEST,
  FD_EVENTS,
  fdOf,
  fdTypeLetter,
  fdTypeWord,
  IS_CONNECTION,
  IS_FILE,
  IS_IP,
  IS_LISTENER,
  IS_V6,
  isLocal,
  localEnd,
  NO_END,
  type PickEnd,
  printableNames,
  printableText,
  remoteEnd,
  SOURCE,
  serverEnd,
  serverPortEnd,
} from './fd-views.js';
import type { Extractor, Field, FieldContext, Purpose } from './field.js';
import { hostName } from './hosts.js';
import { serviceName } from './services.js';

const rows = fieldClass('fd');
const eventTypes = () => FD_EVENTS;
/** Only events with a descriptor have these fields. */
const onFd = { eventTypes };

/** A value of the descriptor, missing when it is not known. */
const ofFd =
  <T>(get: (fd: FdInfo, state: State, event: EventCursor) => T | undefined) =>
  ({ inspector: { state } }: FieldContext) =>
  (event: EventCursor): T | undefined => {
    const fd = fdOf(state, event);
    return fd === null ? undefined : get(fd, state, event);
  };

const numberOfFd =
  (get: (fd: FdInfo, state: State, event: EventCursor) => number) =>
  ({ inspector: { state } }: FieldContext) =>
  (event: EventCursor): number => {
    const fd = fdOf(state, event);
    return fd === null ? Number.NaN : get(fd, state, event);
  };

/** The name an event's descriptor has, or would have got. */
function nameReader(context: FieldContext, purpose: Purpose) {
  const { state } = context.inspector;
  const fromCreator = creatorNames(context);
  const printable = printableNames(state.names);
  return (event: EventCursor) => {
    if (event.thread === null || FD_EVENTS[event.type] === 0) return undefined;
    const fd = fdOf(state, event);
    const failedConnect = event.type === PPME.SOCKET_CONNECT_X && event.paramInt64(0) < 0;
    const name = fd === null || failedConnect ? fromCreator(event) : state.fdName(fd);
    return name === undefined || purpose === 'compare' ? name : printable(name);
  };
}

/** The directory of a path: up to its last slash, `/` when it has none before its last byte. */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash <= 0) return '/';
  return slash < path.length - 1 ? path.slice(0, slash) : path;
}

function fileNameOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '/';
  return slash < path.length - 1 ? path.slice(slash + 1) : path;
}

/** A part of the name as an interned name; parts are remembered by the id of the whole. */
function partReader(state: State, part: (path: string) => string) {
  const made = new Map<number, Name>();
  return (name: Name, purpose: Purpose) => {
    let result = made.get(name.id);
    if (result === undefined) {
      if (made.size > 50_000) made.clear();
      result = state.names.internText(part(purpose === 'compare' ? name.text : printableText(name.text)));
      made.set(name.id, result);
    }
    return result;
  };
}

function directoryReader(context: FieldContext, purpose: Purpose) {
  const { state } = context.inspector;
  const fromCreator = creatorNames(context);
  const ofFile = partReader(state, directoryOf);
  const printable = printableNames(state.names);
  return (event: EventCursor) => {
    if (event.thread === null || FD_EVENTS[event.type] === 0) return undefined;
    const fd = fdOf(state, event);
    if (fd === null) {
      const name = fromCreator(event);
      return name === undefined ? undefined : ofFile(name, purpose);
    }
    const name = state.fdName(fd);
    if (IS_FILE[fd.type] === 1) return ofFile(name, purpose);
    if (fd.type !== FD_TYPE.DIRECTORY) return undefined;
    return purpose === 'compare' ? name : printable(name);
  };
}

/** The container's id and a colon before another text. */
const inContainer = (event: EventCursor, text: string | undefined): string | undefined =>
  text === undefined || event.thread === null ? undefined : `${event.thread.containerId}:${text}`;

/** An address of one end. */
function address(name: string, description: string, pick: PickEnd): Field {
  return rows.row(
    name,
    PT.IPADDR,
    PF.NA,
    description,
    ({ inspector: { state } }): Extractor => ({
      kind: 'text',
      get: (event) => {
        const fd = fdOf(state, event);
        const end = fd === null ? NO_END : pick(state, fd, event.thread);
        if (fd === null || end === NO_END) return undefined;
        if (IS_V6[fd.type] === 0) return ipv4Text((end === SOURCE ? fd.sip : fd.dip) >>> 0);
        const bytes = end === SOURCE ? fd.sip6 : fd.dip6;
        return bytes === null ? undefined : ipv6Text(bytes);
      },
      write: (event, writer: ByteWriter) => {
        const fd = fdOf(state, event);
        const end = fd === null ? NO_END : pick(state, fd, event.thread);
        if (fd === null || end === NO_END) return false;
        if (IS_V6[fd.type] === 0) {
          writeIpv4(writer, (end === SOURCE ? fd.sip : fd.dip) >>> 0);
          return true;
        }
        const bytes = end === SOURCE ? fd.sip6 : fd.dip6;
        if (bytes === null) return false;
        writeIpv6(writer, bytes, 0);
        return true;
      },
    }),
    { eventTypes, compare: compareEnd(pick, 'addresses') },
  );
}

function network(name: string, description: string, pick: PickEnd): Field {
  return {
    ...address(name, description, pick),
    type: PT.IPNET,
    filterOnly: true,
    noRhs: true,
    noTransformer: true,
    compare: compareEnd(pick, 'networks'),
  };
}

function port(name: string, description: string, pick: PickEnd): Field {
  return rows.number(
    name,
    PT.PORT,
    PF.DEC,
    description,
    numberOfFd((fd, state, event) => {
      const end = pick(state, fd, event.thread);
      return end === NO_END ? Number.NaN : end === SOURCE ? fd.sport : fd.dport;
    }),
    { eventTypes },
  );
}

/** A port as the name of its service with -R, else in decimal. `listener` tells what listening sockets have. */
function protocol(name: string, description: string, pick: PickEnd): Field {
  return rows.text(
    name,
    description,
    (context) => {
      const { state } = context.inspector;
      return (event) => {
        const fd = fdOf(state, event);
        if (fd === null) return undefined;
        const end = pick(state, fd, event.thread);
        // Other sockets with a role have no client, and no name for it.
        if (end === NO_END) return pick === clientEnd && fd.role !== ROLE_NONE ? '' : undefined;
        // Listening sockets have a server port but, as sysdig has it, no service.
        if (IS_LISTENER[fd.type] === 1) return '';
        const number = end === SOURCE ? fd.sport : fd.dport;
        if (!context.settings.resolvePorts) return String(number);
        const transport = fd.l4proto === L4_TCP ? 'tcp' : fd.l4proto === L4_UDP ? 'udp' : '';
        return serviceName(number, transport) ?? String(number);
      };
    },
    { eventTypes },
  );
}

function host(name: string, description: string, pick: PickEnd): Field {
  const inner = address(name, description, pick);
  return rows.text(
    name,
    description,
    (context) => {
      const text = inner.make(context, undefined) as Extract<Extractor, { kind: 'text' }>;
      return (event) => {
        const address = text.get(event);
        return address === undefined ? undefined : hostName(address);
      };
    },
    { eventTypes, noRhs: true, noTransformer: true, compare: compareHost(pick) },
  );
}

/** Words by L4_*. */
const l4Words: string[] = [];
l4Words[L4_TCP] = 'tcp';
l4Words[L4_UDP] = 'udp';
l4Words[L4_ICMP] = 'icmp';
l4Words[L4_RAW] = 'raw';

/** Letters for descriptors that a failed call should have made, by its enter event. */
const LETTERS_BY_EVENT = new Map<number, string>([
  ...[
    PPME.SYSCALL_OPEN_E,
    PPME.SYSCALL_OPENAT_E,
    PPME.SYSCALL_OPENAT_2_E,
    PPME.SYSCALL_OPENAT2_E,
    PPME.SYSCALL_CREAT_E,
  ].map((code): [number, string] => [code, 'f']),
  ...[
    PPME.SOCKET_SOCKET_E,
    PPME.SOCKET_ACCEPT_E,
    PPME.SOCKET_ACCEPT_5_E,
    PPME.SOCKET_ACCEPT4_E,
    PPME.SOCKET_ACCEPT4_5_E,
    PPME.SOCKET_ACCEPT4_6_E,
  ].map((code): [number, string] => [code, '4']),
  [PPME.SYSCALL_PIPE_E, 'p'],
  [PPME.SYSCALL_EVENTFD_E, 'e'],
  [PPME.SYSCALL_SIGNALFD_E, 's'],
  [PPME.SYSCALL_TIMERFD_CREATE_E, 't'],
  [PPME.SYSCALL_INOTIFY_INIT_E, 'i'],
]);

const UPPER_LAYER = 1 << 15;
const LOWER_LAYER = 1 << 16;

const deviceMajor = (dev: number): number => (dev & 0xf_ff00) >>> 8;
const deviceMinor = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xf_ff00);

const isContainerEvent = (type: number): boolean => type === PPME.CONTAINER_JSON_E || type === PPME.CONTAINER_JSON_2_E;

const bothEnds = { eventTypes, filterOnly: true, noRhs: true, noTransformer: true };

export const fdFields: readonly Field[] = [
  rows.number(
    'fd.num',
    PT.INT64,
    PF.ID,
    'number of the descriptor the event works on',
    () => (event) => (event.thread === null || FD_EVENTS[event.type] === 0 ? Number.NaN : event.thread.lastFd),
    onFd,
  ),
  rows.text(
    'fd.type',
    'kind of descriptor: file, directory, ipv4, ipv6, unix, pipe, event, signalfd, eventpoll, inotify, timerfd or netlink',
    ofFd(fdTypeWord),
    { ...onFd, format: PF.DEC },
  ),
  rows.text(
    'fd.typechar',
    'kind of descriptor as one letter, as in the arguments of events: f, d, 4, 6, u, p, e, s, l, i, t, n, or o for others',
    ({ inspector: { state } }) =>
      (event) => {
        if (event.thread === null || FD_EVENTS[event.type] === 0) return undefined;
        const fd = fdOf(state, event);
        return fd === null ? (LETTERS_BY_EVENT.get(event.type & ~1) ?? 'o') : fdTypeLetter(fd);
      },
    { ...onFd, format: PF.DEC },
  ),
  rows.name(
    'fd.name',
    'full path of a file, ends of a connection, path of a unix socket',
    (context, _, purpose) => nameReader(context, purpose),
    onFd,
  ),
  rows.name(
    'fd.directory',
    'directory that holds the file; a directory itself',
    (context, _, purpose) => directoryReader(context, purpose),
    onFd,
  ),
  rows.name(
    'fd.filename',
    'name of the file without its directory',
    ({ inspector: { state } }, _, purpose) => {
      const part = partReader(state, fileNameOf);
      return (event) => {
        const fd = fdOf(state, event);
        return fd === null || IS_FILE[fd.type] === 0 ? undefined : part(state.fdName(fd), purpose);
      };
    },
    onFd,
  ),
  { ...address('fd.ip', 'address of either end', serverEnd), ...bothEnds, compare: compareEnds('addresses') },
  address('fd.cip', 'address of the client', clientEnd),
  address('fd.sip', 'address of the server', serverEnd),
  address('fd.lip', 'address of the end on this machine', localEnd),
  address('fd.rip', 'address of the far end', remoteEnd),
  {
    ...port('fd.port', 'port of either end, as a number or the name of a service', serverPortEnd),
    ...bothEnds,
    compare: comparePorts,
  },
  {
    ...port('fd.cport', 'port of the client', clientEnd),
    make: ({ inspector: { state } }) => ({
      kind: 'number',
      // Sockets that have a role and no client, listening ones among them, have client port 0.
      get: (event) => {
        const fd = fdOf(state, event);
        if (fd === null || fd.role === ROLE_NONE) return Number.NaN;
        return IS_CONNECTION[fd.type] === 1 ? fd.sport : 0;
      },
    }),
  },
  port('fd.sport', 'port of the server', serverPortEnd),
  port('fd.lport', 'port of the end on this machine', localEnd),
  port('fd.rport', 'port of the far end', remoteEnd),
  rows.text(
    'fd.l4proto',
    'transport of a socket: tcp, udp, icmp or raw',
    ofFd((fd) => l4Words[shownProtocol(fd)] ?? '<NA>'),
    onFd,
  ),
  rows.text(
    'fd.sockfamily',
    'ip or unix',
    ofFd((fd) => (IS_IP[fd.type] === 1 ? 'ip' : fd.type === FD_TYPE.UNIX_SOCK ? 'unix' : undefined)),
    onFd,
  ),
  rows.boolean(
    'fd.is_server',
    'the process has the server end of the connection, or listens',
    ofFd(
      (fd, state, event) =>
        IS_LISTENER[fd.type] === 1 || (IS_CONNECTION[fd.type] === 1 && isLocal(state, fd, DEST, event.thread)),
    ),
    onFd,
  ),
  rows.text(
    'fd.uid',
    'thread id and descriptor number in one word',
    () => (event) =>
      event.thread === null || FD_EVENTS[event.type] === 0 || isContainerEvent(event.type)
        ? undefined
        : `${event.thread.tid}${event.thread.lastFd}`,
    onFd,
  ),
  rows.text(
    'fd.containername',
    'container id and name of the descriptor, with a colon between them',
    (context, _, purpose) => {
      const name = nameReader(context, purpose);
      return (event) => inContainer(event, name(event)?.text);
    },
    onFd,
  ),
  rows.text(
    'fd.containerdirectory',
    'container id and directory of the file, with a colon between them',
    (context, _, purpose) => {
      const name = directoryReader(context, purpose);
      return (event) => inContainer(event, name(event)?.text);
    },
    onFd,
  ),
  {
    ...port('fd.proto', 'port of either end, as the name of a service or a number', serverPortEnd),
    ...bothEnds,
    format: PF.NA,
    compare: comparePorts,
  },
  protocol('fd.cproto', 'service at the port of the client; a number without -R', clientEnd),
  protocol('fd.sproto', 'service at the port of the server; a number without -R', serverPortEnd),
  protocol('fd.lproto', 'service at the port on this machine; a number without -R', localEnd),
  protocol('fd.rproto', 'service at the port of the far end; a number without -R', remoteEnd),
  {
    ...network('fd.net', 'the address of either end lies in the network', serverEnd),
    compare: compareEnds('networks'),
  },
  network('fd.cnet', 'the address of the client lies in the network', clientEnd),
  network('fd.snet', 'the address of the server lies in the network', serverEnd),
  network('fd.lnet', 'the address on this machine lies in the network', localEnd),
  network('fd.rnet', 'the address of the far end lies in the network', remoteEnd),
  rows.boolean(
    'fd.connected',
    'the socket is connected',
    ofFd((fd) => fd.connected),
    onFd,
  ),
  rows.boolean(
    'fd.name_changed',
    'this event gave the descriptor another name',
    (context) => ofFd(context.whileReading ? () => false : (fd) => fd.nameChanged)(context),
    onFd,
  ),
  host('fd.cip.name', 'host name of the client, if a filter asked for that name', clientEnd),
  host('fd.sip.name', 'host name of the server, if a filter asked for that name', serverEnd),
  host('fd.lip.name', 'host name of the end on this machine, if a filter asked for that name', localEnd),
  host('fd.rip.name', 'host name of the far end, if a filter asked for that name', remoteEnd),
  rows.number(
    'fd.dev',
    PT.INT32,
    PF.HEX,
    'number of the device that holds the file',
    numberOfFd((fd) => fd.dev | 0),
    onFd,
  ),
  rows.number(
    'fd.dev.major',
    PT.INT32,
    PF.DEC,
    'major number of that device',
    numberOfFd((fd) => deviceMajor(fd.dev)),
    onFd,
  ),
  rows.number(
    'fd.dev.minor',
    PT.INT32,
    PF.DEC,
    'minor number of that device',
    numberOfFd((fd) => deviceMinor(fd.dev)),
    onFd,
  ),

  // -- known to newer versions only ---------------------------------------------------------------------------
  rows.number(
    'fd.ino',
    PT.INT64,
    PF.DEC,
    'inode of the file',
    numberOfFd((fd) => fd.ino),
    onFd,
  ),
  rows.text(
    'fd.nameraw',
    'name as the opening call had it, neither joined with a directory nor cleaned; else as fd.name',
    (context) => {
      const name = nameReader(context, 'compare');
      return (event) => {
        const index = RAW_NAME_PARAM.get(event.type);
        if (index !== undefined && event.thread !== null) {
          const end = event.paramTextEnd(index);
          if (end >= 0) {
            const from = event.paramOffsets[index]!;
            return Buffer.from(event.bytes.subarray(from, end))
              .toString('latin1')
              .replace(/\/{2,}/g, '/');
          }
        }
        return name(event)?.text.replace(/\/{2,}/g, '/');
      };
    },
    onFd,
  ),
  rows.row(
    'fd.types',
    PT.CHARBUF,
    PF.DEC,
    'kinds of all descriptors of the process, each once; with an index, the kind of that descriptor',
    ({ inspector: { state } }, argument): Extractor => {
      const number = argument === undefined ? -1 : indexArgument('fd.types', argument);
      return {
        kind: 'list',
        get: (event) => {
          if (event.thread === null) return undefined;
          const table = state.fdTable(event.thread);
          if (number >= 0) {
            const fd = table.get(number);
            return fd === undefined ? undefined : [fdTypeWord(fd)];
          }
          return [...new Set(Array.from(table.values(), fdTypeWord))];
        },
      };
    },
    { argument: INDEX_ARGUMENT, isList: true, noRhs: true },
  ),
  rows.boolean(
    'fd.is_upper_layer',
    'the file lies in the writable layer of an overlay file system',
    ofFd((fd) => (fd.openFlags & UPPER_LAYER) !== 0),
    onFd,
  ),
  rows.boolean(
    'fd.is_lower_layer',
    'the file lies in a read-only layer of an overlay file system',
    ofFd((fd) => (fd.openFlags & LOWER_LAYER) !== 0),
    onFd,
  ),
];

/** Parameters that hold the name given to the call. */
const RAW_NAME_PARAM = new Map<number, number>([
  [PPME.SYSCALL_OPEN_X, 1],
  [PPME.SYSCALL_CREAT_X, 1],
  [PPME.SYSCALL_OPENAT_2_X, 2],
  [PPME.SYSCALL_OPENAT2_X, 2],
  [PPME.SYSCALL_OPEN_BY_HANDLE_AT_X, 3],
]);
