/**
 * Addresses inside descriptor records, and the bytes of socket address and tuple parameters.
 *
 * Readers of captures have always kept the forms of a socket (IPv4, IPv6, listening) in one piece of memory and changed
 * the form without clearing it. What is left over from the form before is visible in names, so a change of form here
 * reads the old values the same way: see toIpv4 and toIpv6.
 */
import type { EventCursor } from '../event.js';
import { ipv4Text, ipv6Text } from '../format/addresses.js';
import { latin1, type Name } from '../names.js';
import { FD_TYPE } from '../schema/index.js';
import { type FdInfo, L4_UDP, L4_UNKNOWN, NAME_SOCKET, NAME_UNIX } from './fd-info.js';
import { isMapped, printable } from './fd-names.js';
import { isZeroAddress, sameAddress } from './interfaces.js';
import type { State } from './state.js';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

/** Lengths of parameters, with the family byte: source and destination of 4 + 2 bytes, of 16 + 2, of 8 and a path. */
const TUPLE4 = 13;
const TUPLE6 = 37;
const TUPLE_UNIX = 17;
const ADDRESS4 = 7;
const ADDRESS6 = 19;

/** Size of the memory that the forms of a socket share. */
export const SHARED_SIZE = 40;

const half = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
const word = (bytes: Uint8Array, at: number): number => (half(bytes, at) | (half(bytes, at + 2) << 16)) >>> 0;

/** The shared memory, while a record changes its form. Offsets of the fields of each form are those of `store`. */
const shared = new Uint8Array(SHARED_SIZE);
const sharedView = new DataView(shared.buffer);
const NO_ADDRESS: Uint8Array = new Uint8Array(16);

/** Lays a record out in shared memory. */
export function store(fd: FdInfo, bytes: Uint8Array, view: DataView): void {
  switch (fd.type) {
    case FD_TYPE.IPV4_SOCK:
      view.setUint32(0, fd.sip, true);
      view.setUint32(4, fd.dip, true);
      view.setUint16(8, fd.sport, true);
      view.setUint16(10, fd.dport, true);
      bytes[12] = fd.l4proto;
      break;
    case FD_TYPE.IPV4_SERVSOCK:
      view.setUint32(0, fd.dip, true);
      view.setUint16(4, fd.dport, true);
      bytes[6] = fd.l4proto;
      break;
    case FD_TYPE.IPV6_SOCK:
      bytes.set(fd.sip6 ?? NO_ADDRESS, 0);
      bytes.set(fd.dip6 ?? NO_ADDRESS, 16);
      view.setUint16(32, fd.sport, true);
      view.setUint16(34, fd.dport, true);
      bytes[36] = fd.l4proto;
      break;
    case FD_TYPE.IPV6_SERVSOCK:
      bytes.set(fd.dip6 ?? NO_ADDRESS, 0);
      view.setUint16(16, fd.dport, true);
      bytes[18] = fd.l4proto;
      break;
    case FD_TYPE.UNIX_SOCK:
      view.setUint32(0, fd.unixSourceLow, true);
      view.setUint32(4, fd.unixSourceHigh, true);
      view.setUint32(8, fd.unixDestLow, true);
      view.setUint32(12, fd.unixDestHigh, true);
      break;
  }
}

/** Fills the shared memory with what the record was, and what was there before it. */
function layOut(fd: FdInfo): void {
  if (fd.leftover !== null) {
    shared.set(fd.leftover);
  } else {
    shared.fill(0);
    // A socket that was made as one form and listens has kept the protocol where that form has it.
    shared[fd.isIpv6 ? 36 : 12] = fd.l4proto;
  }
  store(fd, shared, sharedView);
  fd.leftover = null;
}

/** Makes the record that of an IPv4 connection. */
export function toIpv4(fd: FdInfo): void {
  if (fd.type === FD_TYPE.IPV4_SOCK) return;
  layOut(fd);
  fd.type = FD_TYPE.IPV4_SOCK;
  fd.sip = sharedView.getUint32(0, true);
  fd.dip = sharedView.getUint32(4, true);
  fd.sport = sharedView.getUint16(8, true);
  fd.dport = sharedView.getUint16(10, true);
  fd.l4proto = shared[12]!;
  fd.sip6 = null;
  fd.dip6 = null;
}

/** Makes the record that of an IPv6 connection. */
export function toIpv6(fd: FdInfo): void {
  if (fd.type === FD_TYPE.IPV6_SOCK) return;
  layOut(fd);
  fd.type = FD_TYPE.IPV6_SOCK;
  fd.sip6 = shared.slice(0, 16);
  fd.dip6 = shared.slice(16, 32);
  fd.sport = sharedView.getUint16(32, true);
  fd.dport = sharedView.getUint16(34, true);
  fd.l4proto = shared[36]!;
  fd.sip = 0;
  fd.dip = 0;
}

/**
 * An address that is no IP address was taken for the two ends of a unix socket, whatever the socket: the 16 bytes behind
 * the family lie where an IP connection has its ends, in IPv4 its protocol too. Bytes behind the event count as zero.
 */
export function overwriteEnds(fd: FdInfo, event: EventCursor, at: number): void {
  if (fd.type !== FD_TYPE.IPV4_SOCK && fd.type !== FD_TYPE.IPV6_SOCK) return;
  const type = fd.type;
  layOut(fd);
  const end = Math.min(at + 17, event.blockOffset + event.blockLength);
  shared.fill(0, 0, 16);
  shared.set(event.bytes.subarray(at + 1, end), 0);
  fd.type = FD_TYPE.UNKNOWN;
  fd.leftover = shared.slice();
  if (type === FD_TYPE.IPV4_SOCK) toIpv4(fd);
  else toIpv6(fd);
}

/**
 * Takes over the ends of an IPv4 tuple: nothing changes when they are the known ones in either order; the source is
 * always taken, the destination only when none is known (or `overwrite` is set). True when something changed.
 */
function update4(fd: FdInfo, sip: number, sport: number, dip: number, dport: number, overwrite: boolean): boolean {
  if (sip === fd.sip && sport === fd.sport && dip === fd.dip && dport === fd.dport) return false;
  if (dip === fd.sip && dport === fd.sport && sip === fd.dip && sport === fd.dport) return false;
  const before = fd.dip === 0 || fd.dport === 0 || overwrite;
  let changed = fd.sip !== sip || fd.sport !== sport;
  fd.sip = sip;
  fd.sport = sport;
  if (before) {
    if (fd.dip === 0 || overwrite) fd.dip = dip;
    if (fd.dport === 0 || overwrite) fd.dport = dport;
    changed = true;
  }
  return changed;
}

function update6(fd: FdInfo, bytes: Uint8Array, at: number, overwrite: boolean): boolean {
  const sip = bytes.subarray(at + 1, at + 17);
  const sport = half(bytes, at + 17);
  const dip = bytes.subarray(at + 19, at + 35);
  const dport = half(bytes, at + 35);
  if (fd.sip6 !== null && fd.dip6 !== null) {
    if (sport === fd.sport && dport === fd.dport && sameAddress(sip, fd.sip6) && sameAddress(dip, fd.dip6))
      return false;
    if (dport === fd.sport && sport === fd.dport && sameAddress(dip, fd.sip6) && sameAddress(sip, fd.dip6))
      return false;
  }
  let changed = false;
  if (fd.sip6 === null || !sameAddress(sip, fd.sip6)) {
    fd.sip6 = sip.slice();
    changed = true;
  }
  if (fd.sport !== sport) {
    fd.sport = sport;
    changed = true;
  }
  if (isZeroAddress(fd.dip6) || overwrite) {
    fd.dip6 = dip.slice();
    changed = true;
  }
  if (fd.dport === 0 || overwrite) {
    fd.dport = dport;
    changed = true;
  }
  return changed;
}

/** True when the parameter holds a tuple of its family, complete. */
export function isTuple(bytes: Uint8Array, at: number, length: number): boolean {
  if (length === 0) return false;
  switch (bytes[at]) {
    case AF_INET:
      return length >= TUPLE4;
    case AF_INET6:
      return length >= TUPLE6;
    case AF_UNIX:
      return length >= TUPLE_UNIX;
    default:
      return true;
  }
}

/** True for IPv6 tuples whose both ends are IPv4. */
const isMappedTuple = (bytes: Uint8Array, at: number): boolean => isMapped(bytes, at + 1) && isMapped(bytes, at + 19);

/** Takes over an internet tuple, changing the form of the record to the tuple's; true when something changed. */
export function setTuple(fd: FdInfo, bytes: Uint8Array, at: number, overwrite = false): boolean {
  if (bytes[at] === AF_INET) {
    const listening = fd.type === FD_TYPE.IPV4_SERVSOCK;
    const l4proto = fd.l4proto;
    toIpv4(fd);
    if (listening) fd.l4proto = l4proto;
    return update4(fd, word(bytes, at + 1), half(bytes, at + 5), word(bytes, at + 7), half(bytes, at + 11), overwrite);
  }
  if (isMappedTuple(bytes, at)) {
    toIpv4(fd);
    return update4(
      fd,
      word(bytes, at + 13),
      half(bytes, at + 17),
      word(bytes, at + 31),
      half(bytes, at + 35),
      overwrite,
    );
  }
  toIpv6(fd);
  return update6(fd, bytes, at, overwrite);
}

/** Takes over the kernel addresses and the path of a unix tuple; the name follows. False when nothing changed. */
export function setUnixTuple(state: State, fd: FdInfo, bytes: Uint8Array, at: number, length: number): boolean {
  const sourceLow = word(bytes, at + 1);
  const sourceHigh = word(bytes, at + 5);
  const destLow = word(bytes, at + 9);
  const destHigh = word(bytes, at + 13);
  const end = at + length;
  let to = at + TUPLE_UNIX;
  while (to < end && bytes[to] !== 0) to++;
  const path = state.names.intern(bytes, at + TUPLE_UNIX, to);
  if (
    fd.nameForm === NAME_UNIX &&
    fd.unixPath === path &&
    fd.unixSourceLow === sourceLow &&
    fd.unixSourceHigh === sourceHigh &&
    fd.unixDestLow === destLow &&
    fd.unixDestHigh === destHigh
  ) {
    return false;
  }
  fd.unixSourceLow = sourceLow;
  fd.unixSourceHigh = sourceHigh;
  fd.unixDestLow = destLow;
  fd.unixDestHigh = destHigh;
  fd.unixPath = path;
  return true;
}

/** Name of a socket of a family that has no addresses here. */
export const familyName = (state: State, family: number): Name => state.names.internText(`family ${family}`);

/** The text of an address parameter, as a name. */
export function addressName(state: State, bytes: Uint8Array, at: number, length: number, l4proto: number): Name {
  const family = bytes[at]!;
  const port = state.portText;
  switch (family) {
    case AF_UNIX: {
      let to = at + 1;
      while (to < at + length && bytes[to] !== 0) to++;
      return state.names.internText(printable(latin1(bytes, at + 1, to)));
    }
    case AF_INET:
      if (length < ADDRESS4) return state.names.internText('INVALID IPv4');
      return state.names.internText(`${ipv4Text(word(bytes, at + 1))}:${port(half(bytes, at + 5), l4proto)}`);
    case AF_INET6:
      if (length < ADDRESS6) return state.names.internText('INVALID IPv6');
      return state.names.internText(
        `${ipv6Text(bytes.subarray(at + 1, at + 17))}:${port(half(bytes, at + 17), l4proto)}`,
      );
    default:
      return familyName(state, family);
  }
}

/** Makes the record that of a listening socket; false when the address has no port. */
export function setServer(fd: FdInfo, bytes: Uint8Array, at: number, length: number): boolean {
  if (bytes[at] === AF_INET && length >= ADDRESS4) {
    const port = half(bytes, at + 5);
    if (port === 0) return false;
    fd.type = FD_TYPE.IPV4_SERVSOCK;
    fd.dip = word(bytes, at + 1);
    fd.dport = port;
    return true;
  }
  if (bytes[at] === AF_INET6 && length >= ADDRESS6) {
    const port = half(bytes, at + 17);
    if (port === 0) return false;
    if (isMapped(bytes, at + 1)) {
      fd.type = FD_TYPE.IPV4_SERVSOCK;
      fd.dip = word(bytes, at + 13);
      fd.sip6 = null;
      fd.dip6 = null;
    } else {
      fd.type = FD_TYPE.IPV6_SERVSOCK;
      fd.dip6 = bytes.slice(at + 1, at + 17);
      fd.sip6 = null;
    }
    fd.dport = port;
    return true;
  }
  return false;
}

/** Takes over the destination of a connection under way; false for families without addresses. */
export function setDestination(fd: FdInfo, bytes: Uint8Array, at: number, length: number): boolean {
  if (bytes[at] === AF_INET && length >= ADDRESS4) {
    toIpv4(fd);
    fd.dip = word(bytes, at + 1);
    fd.dport = half(bytes, at + 5);
    return true;
  }
  if (bytes[at] !== AF_INET6 || length < ADDRESS6) return false;
  if (isMapped(bytes, at + 1)) {
    toIpv4(fd);
    fd.dip = word(bytes, at + 13);
  } else {
    toIpv6(fd);
    fd.dip6 = bytes.slice(at + 1, at + 17);
  }
  fd.dport = half(bytes, at + 17);
  return true;
}

/** Exchanges source and destination. */
export function swapEnds(fd: FdInfo): void {
  const { sip, sip6, sport } = fd;
  fd.sip = fd.dip;
  fd.sip6 = fd.dip6;
  fd.sport = fd.dport;
  fd.dip = sip;
  fd.dip6 = sip6;
  fd.dport = sport;
}

/** An address that is missing in a tuple is guessed from the interfaces. */
export function completeTuple(state: State, fd: FdInfo): void {
  const { interfaces } = state;
  if (fd.type === FD_TYPE.IPV4_SOCK) {
    if (fd.sip !== 0 && fd.dip !== 0) return;
    const known = fd.sip === 0 ? fd.dip : fd.sip;
    const own = interfaces.infer4(known);
    if (own === known && fd.sport === fd.dport) return;
    if (fd.sip === 0) fd.sip = own;
    else fd.dip = own;
  } else if (fd.type === FD_TYPE.IPV6_SOCK) {
    const noSource = isZeroAddress(fd.sip6);
    if (!noSource && !isZeroAddress(fd.dip6)) return;
    const known = (noSource ? fd.dip6 : fd.sip6) ?? new Uint8Array(16);
    const own = interfaces.infer6(known) ?? new Uint8Array(16);
    if (sameAddress(own, known) && fd.sport === fd.dport) return;
    if (noSource) fd.sip6 = own;
    else fd.dip6 = own;
  }
}

/** Without a protocol a socket that changes its peer must be UDP. */
export function assumeUdp(fd: FdInfo): void {
  if ((fd.type === FD_TYPE.IPV4_SOCK || fd.type === FD_TYPE.IPV6_SOCK) && fd.l4proto === L4_UNKNOWN) {
    fd.l4proto = L4_UDP;
  }
}

/** What the name of a connection is made of, before a change. */
const before = { type: 0, sip: 0, dip: 0, sport: 0, dport: 0, l4proto: 0, form: 0, sip6: NO_ADDRESS, dip6: NO_ADDRESS };

/** To be called before a change of ends that {@link renameConnection} ends. */
export function beforeRename(fd: FdInfo): void {
  before.type = fd.type;
  before.sip = fd.sip;
  before.dip = fd.dip;
  before.sport = fd.sport;
  before.dport = fd.dport;
  before.l4proto = fd.l4proto;
  before.form = fd.nameForm;
  before.sip6 = fd.sip6 ?? NO_ADDRESS;
  before.dip6 = fd.dip6 ?? NO_ADDRESS;
}

/** The ends of a connection may have changed: its name is made when it is asked for, or now if the old one was. */
export function renameConnection(state: State, fd: FdInfo): void {
  const old = fd.name;
  if (old === null) {
    const same =
      before.form === NAME_SOCKET &&
      before.type === fd.type &&
      before.sip === fd.sip &&
      before.dip === fd.dip &&
      before.sport === fd.sport &&
      before.dport === fd.dport &&
      before.l4proto === fd.l4proto &&
      sameAddress(before.sip6, fd.sip6 ?? NO_ADDRESS) &&
      sameAddress(before.dip6, fd.dip6 ?? NO_ADDRESS);
    if (!same) fd.renameLater(NAME_SOCKET);
    return;
  }
  fd.renameLater(NAME_SOCKET);
  fd.nameChanged = state.fdNameChanged(fd);
}
