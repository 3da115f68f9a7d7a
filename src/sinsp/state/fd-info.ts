/**
 * What is known of one open descriptor. A duplicated or inherited descriptor is a copy of this record.
 */
import type { Name } from '../names.js';

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

export class FdInfo {
  /** FD_TYPE value. */
  type = 0;
  /** The name as stored; null while a socket's name has not been asked for (see `fdName` in fd-names.ts). */
  name: Name | null = null;
  /** Open flags (portable O_* bits), device and inode; ino is a double. */
  openFlags = 0;
  dev = 0;
  ino = 0;
  /** Source and destination addresses. IPv4: unsigned 32-bit with the first octet lowest, as in the file. */
  sip = 0;
  dip = 0;
  /** IPv6: 16 bytes each, null for other types. Server sockets keep their address in the destination (dip, dip6, dport). */
  sip6: Uint8Array | null = null;
  dip6: Uint8Array | null = null;
  sport = 0;
  dport = 0;
  /** L4_* */
  l4proto = L4_UNKNOWN;
  /** ROLE_* */
  role = ROLE_NONE;
  connected = false;
  /** Addresses of the ends of a unix socket, as two unsigned halves each. */
  unixSourceHigh = 0;
  unixSourceLow = 0;
  unixDestHigh = 0;
  unixDestLow = 0;
  /** Set when the name changed in the current event, with the name it had. */
  oldName: Name | null = null;
  nameChanged = false;
  closeInProgress = false;
  closeCanceled = false;
  cloned = false;
  /** A socket pair, an own pipe end and so on: changes of the state handlers only. */
  stateFlags = 0;

  copy(): FdInfo {
    const other = new FdInfo();
    other.type = this.type;
    other.name = this.name;
    other.openFlags = this.openFlags;
    other.dev = this.dev;
    other.ino = this.ino;
    other.sip = this.sip;
    other.dip = this.dip;
    other.sip6 = this.sip6;
    other.dip6 = this.dip6;
    other.sport = this.sport;
    other.dport = this.dport;
    other.l4proto = this.l4proto;
    other.role = this.role;
    other.connected = this.connected;
    other.unixSourceHigh = this.unixSourceHigh;
    other.unixSourceLow = this.unixSourceLow;
    other.unixDestHigh = this.unixDestHigh;
    other.unixDestLow = this.unixDestLow;
    other.oldName = this.oldName;
    other.stateFlags = this.stateFlags;
    return other;
  }
}

/** Descriptors of a process by number. */
export type FdTable = Map<number, FdInfo>;
