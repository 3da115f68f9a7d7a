/** How sockets come to be and get their ends: socket, socketpair, bind, connect, accept. */
import type { EventCursor } from '../event.js';
import { FD_TYPE } from '../schema/index.js';
import {
  FdInfo,
  L4_ICMP,
  L4_RAW,
  L4_TCP,
  L4_UDP,
  L4_UNKNOWN,
  NAME_TUPLE,
  NAME_UNIX,
  ROLE_CLIENT,
  ROLE_NONE,
  ROLE_SERVER,
} from './fd-info.js';
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_UNIX,
  addressName,
  beforeRename,
  familyName,
  isTuple,
  overwriteEnds,
  renameConnection,
  setDestination,
  setServer,
  setTuple,
  setUnixTuple,
  swapEnds,
} from './socket-info.js';
import type { State } from './state.js';
import type { ThreadInfo } from './thread-info.js';

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_RAW = 255;
const EINPROGRESS = 115;

function protocolOf(type: number, protocol: number): number {
  const raw = type === SOCK_RAW;
  switch (protocol) {
    case IPPROTO_TCP:
      return raw ? L4_RAW : L4_TCP;
    case IPPROTO_UDP:
      return raw ? L4_RAW : L4_UDP;
    case IPPROTO_ICMP:
      return raw ? L4_RAW : L4_ICMP;
    case IPPROTO_RAW:
      return L4_RAW;
    case 0:
      // The type may have SOCK_NONBLOCK and SOCK_CLOEXEC in its upper bits.
      if ((type & 0xff) === SOCK_STREAM) return L4_TCP;
      return (type & 0xff) === SOCK_DGRAM ? L4_UDP : L4_UNKNOWN;
    default:
      return L4_UNKNOWN;
  }
}

function addSocket(
  state: State,
  event: EventCursor,
  thread: ThreadInfo,
  num: number,
  domain: number,
  type: number,
  protocol: number,
): void {
  const fd = new FdInfo();
  fd.name = state.names.empty;
  switch (domain) {
    case AF_UNIX:
      fd.type = FD_TYPE.UNIX_SOCK;
      break;
    case AF_INET:
      fd.type = FD_TYPE.IPV4_SOCK;
      fd.l4proto = protocolOf(type, protocol);
      break;
    case AF_INET6:
      fd.type = FD_TYPE.IPV6_SOCK;
      fd.l4proto = protocolOf(type, protocol);
      fd.isIpv6 = true;
      break;
    case AF_NETLINK:
      fd.type = FD_TYPE.NETLINK;
      break;
    default:
      fd.type = FD_TYPE.UNKNOWN;
  }
  state.addFd(event, thread, num, fd);
}

export function socketExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  const enter = state.enterOf(event);
  if (enter !== null && enter.nparams >= 3 && enter.paramLength(0) > 0) {
    addSocket(state, event, thread, num, enter.uint32(0), enter.uint32(1), enter.uint32(2));
  } else if (event.nparams >= 4 && event.paramLength(1) > 0) {
    addSocket(state, event, thread, num, event.paramUint32(1), event.paramUint32(2), event.paramUint32(3));
  }
}

/** sendto through a descriptor whose creation was not seen: its tuple tells that it is a socket, most likely UDP. */
export function sendtoEnter(state: State, event: EventCursor): void {
  const { fd, thread } = event;
  if (fd === null && thread !== null && event.fdNum >= 0 && event.paramLength(2) > 0) {
    const family = event.bytes[event.paramOffsets[2]!]!;
    if (family === AF_INET || family === AF_INET6) {
      addSocket(state, event, thread, event.fdNum, family, SOCK_DGRAM, IPPROTO_UDP);
    }
  }
  state.storeEnter(event);
}

/** Two unix sockets without names. */
export function socketpairExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !(event.paramInt64(0) >= 0) || event.nparams < 5) return;
  const first = state.addPlainFd(event, thread, event.paramInt64(1), FD_TYPE.UNIX_SOCK);
  const { view, paramOffsets } = event;
  first.unixSourceLow = view.getUint32(paramOffsets[3]!, true);
  first.unixSourceHigh = view.getUint32(paramOffsets[3]! + 4, true);
  first.unixDestLow = view.getUint32(paramOffsets[4]!, true);
  first.unixDestHigh = view.getUint32(paramOffsets[4]! + 4, true);
  const num = event.paramInt64(2);
  state.putFd(thread, num, first.copy());
  thread.lastFd = num;
  event.fdNum = num;
}

/** An address with a port means that the socket will listen. */
export function bindExit(state: State, event: EventCursor): void {
  const fd = event.fd;
  if (fd === null || !(event.paramInt64(0) >= 0)) return;
  const length = event.paramLength(1);
  if (length === 0) return;
  const at = event.paramOffsets[1]!;
  if (setServer(fd, event.bytes, at, length)) fd.role = ROLE_SERVER;
  fd.rename(addressName(state, event.bytes, at, length, fd.l4proto));
}

/** Where the connection goes to, in captures whose enter events say it. The name stays until the exit. */
export function connectEnter(state: State, event: EventCursor): void {
  const fd = event.fd;
  if (fd === null || event.nparams < 2) return;
  const length = event.paramLength(1);
  if (length === 0) return;
  const at = event.paramOffsets[1]!;
  state.fdName(fd);
  if (!setDestination(fd, event.bytes, at, length)) {
    overwriteEnds(fd, event, at);
    fd.rename(addressName(state, event.bytes, at, length, fd.l4proto));
  }
}

export function connectExit(state: State, event: EventCursor): void {
  const fd = event.fd;
  if (fd === null) return;
  const result = event.paramInt64(0);
  if (!(result >= 0) && result !== -EINPROGRESS) return;
  fd.connected = true;
  const { bytes } = event;
  let length = event.paramLength(1);
  if (length === 0) {
    // Newer exits repeat the address; with TCP fast open it is all there is.
    length = event.paramLength(3);
    if (length === 0 || event.paired) return;
    const at = event.paramOffsets[3]!;
    beforeRename(fd);
    if (setDestination(fd, bytes, at, length)) renameConnection(state, fd);
    else fd.rename(addressName(state, bytes, at, length, fd.l4proto));
    return;
  }
  const at = event.paramOffsets[1]!;
  if (!isTuple(bytes, at, length)) return;
  const family = bytes[at]!;
  if (family === AF_INET || family === AF_INET6) {
    beforeRename(fd);
    const changed = setTuple(fd, bytes, at, !event.paired);
    if (changed && fd.role === ROLE_SERVER && fd.type === FD_TYPE.IPV4_SOCK && fd.l4proto === L4_UDP) swapEnds(fd);
    renameConnection(state, fd);
  } else if (family === AF_UNIX) {
    setUnixTuple(state, fd, bytes, at, length);
    fd.renameLater(NAME_UNIX);
  } else {
    fd.rename(familyName(state, family));
  }
  if (fd.role === ROLE_NONE) fd.role = ROLE_CLIENT;
}

export function acceptExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  thread.lastFd = num;
  event.fdNum = num;
  const length = event.paramLength(1);
  const at = event.paramOffsets[1]!;
  if (length === 0 || !isTuple(event.bytes, at, length)) return;
  const fd = new FdInfo();
  switch (event.bytes[at]) {
    case AF_INET:
    case AF_INET6:
      fd.type = event.bytes[at] === AF_INET ? FD_TYPE.IPV4_SOCK : FD_TYPE.IPV6_SOCK;
      setTuple(fd, event.bytes, at);
      fd.l4proto = L4_TCP;
      fd.renameLater(NAME_TUPLE);
      break;
    case AF_UNIX:
      fd.type = FD_TYPE.UNIX_SOCK;
      setUnixTuple(state, fd, event.bytes, at, length);
      fd.renameLater(NAME_UNIX);
      break;
    default:
      return;
  }
  fd.role = ROLE_SERVER;
  fd.connected = true;
  state.addFd(event, thread, num, fd);
}
