/**
 * What is known of one open descriptor. A duplicated or inherited descriptor is a copy of this record.
 *
 * Records come and go with every open and close, so they are small: what only sockets have is a record of its own, made
 * when something is known of it, and read and written through the descriptor's as if it were there.
 */
import type { Name } from '../names.js';
import { FD_TYPE } from '../schema/index.js';

/** Roles of a socket. */
export const ROLE_NONE = 0;
export const ROLE_CLIENT = 1;
export const ROLE_SERVER = 2;

/** Values of {@link FdInfo.l4proto}. */
export const L4_UNKNOWN = 0;
export const L4_NA = 1;
export const L4_TCP = 2;
export const L4_UDP = 3;
export const L4_ICMP = 4;
export const L4_RAW = 5;

/** The protocol to show of a socket: without a role none is known yet, raw and listening sockets excepted. */
export function shownProtocol(fd: FdInfo): number {
  switch (fd.type) {
    case FD_TYPE.IPV4_SOCK:
    case FD_TYPE.IPV6_SOCK:
      return fd.role === ROLE_NONE && fd.l4proto !== L4_RAW ? L4_NA : fd.l4proto;
    case FD_TYPE.IPV4_SERVSOCK:
    case FD_TYPE.IPV6_SERVSOCK:
      return fd.l4proto;
    default:
      return L4_NA;
  }
}

/** How a name is made that nobody asked for yet: see fd-names.ts. Ends and ports, whatever the protocol. */
export const NAME_TUPLE = 0;
/** By protocol: with ports, without, or not at all. */
export const NAME_SOCKET = 1;
/** Kernel addresses of both ends and the path. */
export const NAME_UNIX = 2;

/** What only sockets have. */
class SocketInfo {
  /** Path of a unix socket, for NAME_UNIX. */
  unixPath: Name | null = null;
  /** Source address. IPv4: unsigned 32-bit with the first octet lowest, as in the file. */
  sip = 0;
  /** Destination address, in the same form. Server sockets keep their address here (dip, dip6, dport). */
  dip = 0;
  /** IPv6: 16 bytes, null for other types. */
  sip6: Uint8Array | null = null;
  dip6: Uint8Array | null = null;
  sport = 0;
  dport = 0;
  /** L4_* */
  l4proto = L4_UNKNOWN;
  /** ROLE_* */
  role = ROLE_NONE;
  connected = false;
  /** Made as an IPv6 socket, whatever its addresses are now. */
  isIpv6 = false;
  /** For a listening socket of the header: what the memory had before it (see socket-info.ts); null otherwise. */
  leftover: Uint8Array | null = null;
  /** Addresses of the ends of a unix socket, as two unsigned halves each. */
  unixSourceHigh = 0;
  unixSourceLow = 0;
  unixDestHigh = 0;
  unixDestLow = 0;

  copy(): SocketInfo {
    const other = new SocketInfo();
    other.unixPath = this.unixPath;
    other.sip = this.sip;
    other.dip = this.dip;
    other.sip6 = this.sip6;
    other.dip6 = this.dip6;
    other.sport = this.sport;
    other.dport = this.dport;
    other.l4proto = this.l4proto;
    other.role = this.role;
    other.connected = this.connected;
    other.isIpv6 = this.isIpv6;
    other.leftover = this.leftover;
    other.unixSourceHigh = this.unixSourceHigh;
    other.unixSourceLow = this.unixSourceLow;
    other.unixDestHigh = this.unixDestHigh;
    other.unixDestLow = this.unixDestLow;
    return other;
  }
}

/** Values of {@link FdInfo.marks}: nothing that is written is looked at; the next write decides; all are marks. */
export const MARKS_NONE = 0;
export const MARKS_MAYBE = 1;
export const MARKS_ALL = 2;

const MARKED = '/dev/null';

/** Whether tracer marks may be written to a file of this name. */
export const takesMarks = (name: Name): boolean => name.length === MARKED.length && name.text === MARKED;

export class FdInfo {
  /** FD_TYPE value. */
  type = 0;
  /** The name as stored; null while a socket's name has not been asked for (see `fdName` in fd-names.ts). */
  name: Name | null = null;
  /** NAME_*: how to make the name while it is null. */
  nameForm = NAME_TUPLE;
  /** The path as it was given to open; null where there is none. */
  rawName: Name | null = null;
  /** Open flags (portable O_* bits), device and inode; ino is a double. */
  openFlags = 0;
  dev = 0;
  ino = 0;
  /** The name before the last change; null when that was never made. Only of interest while nameChanged is set. */
  oldName: Name | null = null;
  /** The name changed in the current event (of any event that has this descriptor as its own). */
  nameChanged = false;
  closeInProgress = false;
  closeCanceled = false;
  cloned = false;
  /** MARKS_*: programs write tracer marks through it (see tracers.ts). */
  marks = MARKS_NONE;
  /** Process that a pidfd refers to. */
  pid = 0;
  private socket: SocketInfo | null = null;

  /** Gives it another name. */
  rename(name: Name): void {
    this.oldName = this.name;
    this.nameChanged = name !== this.name;
    this.name = name;
  }

  /** Gives it a name that is made when somebody asks for it. */
  renameLater(form: number): void {
    this.oldName = this.name;
    this.nameChanged = true;
    this.name = null;
    this.nameForm = form;
  }

  /** Data that goes through it changes nothing and is what it is, and no close of it is under way. */
  get isPlain(): boolean {
    if (this.closeInProgress || this.closeCanceled || this.marks !== MARKS_NONE) return false;
    return (this.type !== FD_TYPE.IPV4_SOCK && this.type !== FD_TYPE.IPV6_SOCK) || this.connected;
  }

  /** What events say of its ends is not looked at: those of TCP over IPv4 are known from its beginning. */
  get ignoresTuples(): boolean {
    if (this.type !== FD_TYPE.IPV4_SOCK || this.l4proto !== L4_TCP) return false;
    return this.name === null || this.name.length > 0;
  }

  /** A record that is independent of this one. What was renamed in the current event is not part of it. */
  copy(): FdInfo {
    const other = new FdInfo();
    other.type = this.type;
    other.name = this.name;
    other.nameForm = this.nameForm;
    other.rawName = this.rawName;
    other.openFlags = this.openFlags;
    other.dev = this.dev;
    other.ino = this.ino;
    other.closeInProgress = this.closeInProgress;
    other.closeCanceled = this.closeCanceled;
    other.cloned = this.cloned;
    other.marks = this.marks;
    other.pid = this.pid;
    if (this.socket !== null) other.socket = this.socket.copy();
    return other;
  }

  // -- sockets ------------------------------------------------------------------------------------------------

  private get asSocket(): SocketInfo {
    return (this.socket ??= new SocketInfo());
  }

  /** Path of a unix socket, for NAME_UNIX. */
  get unixPath(): Name | null {
    return this.socket === null ? null : this.socket.unixPath;
  }
  set unixPath(value: Name | null) {
    this.asSocket.unixPath = value;
  }
  /** Source address. IPv4: unsigned 32-bit with the first octet lowest, as in the file. */
  get sip(): number {
    return this.socket === null ? 0 : this.socket.sip;
  }
  set sip(value: number) {
    this.asSocket.sip = value;
  }
  /** Destination address, in the same form. Server sockets keep their address here (dip, dip6, dport). */
  get dip(): number {
    return this.socket === null ? 0 : this.socket.dip;
  }
  set dip(value: number) {
    this.asSocket.dip = value;
  }
  /** IPv6: 16 bytes, null for other types. */
  get sip6(): Uint8Array | null {
    return this.socket === null ? null : this.socket.sip6;
  }
  set sip6(value: Uint8Array | null) {
    this.asSocket.sip6 = value;
  }
  get dip6(): Uint8Array | null {
    return this.socket === null ? null : this.socket.dip6;
  }
  set dip6(value: Uint8Array | null) {
    this.asSocket.dip6 = value;
  }
  get sport(): number {
    return this.socket === null ? 0 : this.socket.sport;
  }
  set sport(value: number) {
    this.asSocket.sport = value;
  }
  get dport(): number {
    return this.socket === null ? 0 : this.socket.dport;
  }
  set dport(value: number) {
    this.asSocket.dport = value;
  }
  /** L4_* */
  get l4proto(): number {
    return this.socket === null ? L4_UNKNOWN : this.socket.l4proto;
  }
  set l4proto(value: number) {
    this.asSocket.l4proto = value;
  }
  /** ROLE_* */
  get role(): number {
    return this.socket === null ? ROLE_NONE : this.socket.role;
  }
  set role(value: number) {
    this.asSocket.role = value;
  }
  get connected(): boolean {
    return this.socket === null ? false : this.socket.connected;
  }
  set connected(value: boolean) {
    this.asSocket.connected = value;
  }
  /** Made as an IPv6 socket, whatever its addresses are now. */
  get isIpv6(): boolean {
    return this.socket === null ? false : this.socket.isIpv6;
  }
  set isIpv6(value: boolean) {
    this.asSocket.isIpv6 = value;
  }
  /** For a listening socket of the header: what the memory had before it (see socket-info.ts); null otherwise. */
  get leftover(): Uint8Array | null {
    return this.socket === null ? null : this.socket.leftover;
  }
  set leftover(value: Uint8Array | null) {
    this.asSocket.leftover = value;
  }
  /** Addresses of the ends of a unix socket, as two unsigned halves each. */
  get unixSourceHigh(): number {
    return this.socket === null ? 0 : this.socket.unixSourceHigh;
  }
  set unixSourceHigh(value: number) {
    this.asSocket.unixSourceHigh = value;
  }
  get unixSourceLow(): number {
    return this.socket === null ? 0 : this.socket.unixSourceLow;
  }
  set unixSourceLow(value: number) {
    this.asSocket.unixSourceLow = value;
  }
  get unixDestHigh(): number {
    return this.socket === null ? 0 : this.socket.unixDestHigh;
  }
  set unixDestHigh(value: number) {
    this.asSocket.unixDestHigh = value;
  }
  get unixDestLow(): number {
    return this.socket === null ? 0 : this.socket.unixDestLow;
  }
  set unixDestLow(value: number) {
    this.asSocket.unixDestLow = value;
  }
}

/** Where a record waits whose number was reused while it was being closed. */
export const CANCELED_FD = Number.MAX_SAFE_INTEGER;
