/** What data that comes and goes tells of a socket: its ends, and which side started. */
import type { EventCursor } from '../event.js';
import { EVENTS, FD_TYPE, PPME } from '../schema/index.js';
import { type FdInfo, NAME_UNIX, ROLE_CLIENT, ROLE_NONE, ROLE_SERVER } from './fd-info.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  assumeUdp,
  beforeRename,
  completeTuple,
  familyName,
  isTuple,
  renameConnection,
  setTuple,
  setUnixTuple,
  swapEnds,
} from './socket-info.js';
import type { State } from './state.js';
import type { ThreadInfo } from './thread-info.js';
import { isMark } from './tracers.js';

/** Index of the parameter `tuple`, -1 where there is none. */
export const TUPLE_PARAM = Int8Array.from(EVENTS, (event) => event.params.findIndex((param) => param.name === 'tuple'));

/** read, write and their kind: a socket through which data went is connected. */
export function streamExit(state: State, event: EventCursor): void {
  if (!isMark(state, event)) connect(event);
}

function connect(event: EventCursor): void {
  const fd = event.fd;
  if (fd === null || fd.connected) return;
  if ((fd.type === FD_TYPE.IPV4_SOCK || fd.type === FD_TYPE.IPV6_SOCK) && event.paramInt64(0) >= 0) fd.connected = true;
}

export function receiveExit(state: State, event: EventCursor): void {
  const fd = event.fd;
  if (isMark(state, event) || fd === null || !(event.paramInt64(0) >= 0)) return;
  connect(event);
  // recv has its tuple in newer captures only, where nothing else is known.
  if (event.type === PPME.SOCKET_RECV_X && event.paired) return;
  if (!fd.ignoresTuples) updateByExit(state, event, fd, true);
}

export function sendExit(state: State, event: EventCursor): void {
  const fd = event.fd;
  if (isMark(state, event) || fd === null || !(event.paramInt64(0) >= 0)) return;
  connect(event);
  if (fd.ignoresTuples) return;
  if (event.paired) {
    const enter = state.enterOf(event);
    if (enter === null) return;
    const length = enter.paramLength(2);
    if (length > 0) {
      update(state, event, fd, enter.bytes, enter.paramOffset(2), length, false);
      return;
    }
  }
  updateByExit(state, event, fd, false);
}

/** With the tuple of the exit event itself, if it has one. */
function updateByExit(state: State, event: EventCursor, fd: FdInfo, incoming: boolean): void {
  const index = TUPLE_PARAM[event.type]!;
  const length = index < 0 ? 0 : event.paramLength(index);
  if (length > 0) update(state, event, fd, event.bytes, event.paramOffsets[index]!, length, incoming);
}

function update(
  state: State,
  event: EventCursor,
  fd: FdInfo,
  bytes: Uint8Array,
  at: number,
  length: number,
  incoming: boolean,
): void {
  if (!isTuple(bytes, at, length)) return;
  const { type } = fd;
  if (takeTuple(state, event, fd, bytes, at, length, incoming) || fd.type !== type) state.fdChanged(event);
  else state.fdRepeats(event, bytes, at, length);
}

/** False: with what it says, and what is known of the socket, the same event would change nothing ever again. */
function takeTuple(
  state: State,
  event: EventCursor,
  fd: FdInfo,
  bytes: Uint8Array,
  at: number,
  length: number,
  incoming: boolean,
): boolean {
  const family = bytes[at]!;
  if (family === AF_UNIX) {
    fd.type = FD_TYPE.UNIX_SOCK;
    const changed = setUnixTuple(state, fd, bytes, at, length);
    if (changed) fd.renameLater(NAME_UNIX);
    return changed;
  }
  if (family !== AF_INET && family !== AF_INET6) {
    if (fd.type === FD_TYPE.IPV4_SOCK || fd.type === FD_TYPE.IPV6_SOCK) return false;
    const name = familyName(state, family);
    const changed = fd.name !== name;
    fd.rename(name);
    return changed;
  }
  beforeRename(fd);
  if (!setTuple(fd, bytes, at)) return false;
  assumeUdp(fd);
  completeTuple(state, fd);
  if (fd.role === ROLE_NONE && event.thread !== null) fd.role = guessRole(state, event.thread, fd, incoming);
  if (fd.role === (incoming ? ROLE_CLIENT : ROLE_SERVER)) swapEnds(fd);
  renameConnection(state, fd);
  return true;
}

/** A process that owns the destination port is the server; one that uses both ports started with what it does now. */
function guessRole(state: State, thread: ThreadInfo, fd: FdInfo, incoming: boolean): number {
  let { sport, dport } = fd;
  if (fd.type === FD_TYPE.IPV6_SOCK) {
    // The place where an IPv4 socket has its ports: see socket-info.ts.
    const sip6 = fd.sip6;
    sport = sip6 === null ? 0 : sip6[8]! | (sip6[9]! << 8);
    dport = sip6 === null ? 0 : sip6[10]! | (sip6[11]! << 8);
  }
  let bound = false;
  let used = false;
  for (const other of state.fdTable(thread).values()) {
    if (other.type === FD_TYPE.IPV4_SOCK) {
      if (other.dport === dport) bound = true;
      if (other.sport === sport) used = true;
    } else if (other.type === FD_TYPE.IPV4_SERVSOCK && other.dport === dport) bound = true;
  }
  if (!bound) return ROLE_CLIENT;
  return used && !incoming ? ROLE_CLIENT : ROLE_SERVER;
}

/** getsockopt names its descriptor in the exit event only. */
export function getsockoptExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || event.nparams < 2) return;
  const num = event.paramInt64(1);
  if (Number.isNaN(num)) return;
  thread.lastFd = num;
  event.fdNum = num;
  event.fd = state.getFd(state.mainThread(thread), num);
}
