/**
 * Names of sockets, made from their addresses when somebody asks. Making them at once would cost more than all other
 * bookkeeping of an event.
 */
import { ipv4Text, ipv6Text } from '../format/addresses.js';
import { FD_TYPE } from '../schema/index.js';
import { type FdInfo, L4_ICMP, L4_RAW, L4_TCP, L4_UDP, NAME_SOCKET, NAME_UNIX } from './fd-info.js';

/** The text of a port of a protocol (L4_*): its number, or a service name when those are wanted. */
export type PortText = (port: number, l4proto: number) => string;

export const portNumber: PortText = (port) => String(port);

const ZERO6 = new Uint8Array(16);

/** IPv4 in IPv6, or no address at all, which counts as IPv4 too. */
export function isMapped(bytes: Uint8Array, from = 0): boolean {
  for (let i = 0; i < 10; i++) if (bytes[from + i] !== 0) return false;
  const ten = bytes[from + 10];
  const eleven = bytes[from + 11];
  if (ten === 0xff && eleven === 0xff) return true;
  if (ten !== 0) return false;
  for (let i = 12; i < 16; i++) if (bytes[from + i] !== 0) return false;
  return true;
}

/** Text without unprintable bytes. */
export const printable = (text: string): string => text.replace(/[^ -~]/g, '');

const hex = (high: number, low: number): string =>
  high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');

function tuple4(fd: FdInfo, port: PortText): string {
  const { l4proto } = fd;
  return `${ipv4Text(fd.sip)}:${port(fd.sport, l4proto)}->${ipv4Text(fd.dip)}:${port(fd.dport, l4proto)}`;
}

function tuple6(fd: FdInfo, port: PortText): string {
  const { l4proto } = fd;
  const source = ipv6Text(fd.sip6 ?? ZERO6);
  const dest = ipv6Text(fd.dip6 ?? ZERO6);
  return `${source}:${port(fd.sport, l4proto)}->${dest}:${port(fd.dport, l4proto)}`;
}

/** The name that depends on the protocol: without ports for those that have none. */
function socketText(fd: FdInfo, port: PortText): string {
  const { l4proto, type } = fd;
  if (type === FD_TYPE.IPV4_SOCK) {
    if (l4proto === L4_TCP || l4proto === L4_UDP) return tuple4(fd, port);
    if (l4proto === L4_ICMP || l4proto === L4_RAW) return `${ipv4Text(fd.sip)}->${ipv4Text(fd.dip)}`;
    return '<unknown>';
  }
  if (l4proto === L4_TCP || l4proto === L4_UDP) return tuple6(fd, port);
  if (l4proto === L4_ICMP) return `${ipv6Text(fd.sip6 ?? ZERO6)}->${ipv6Text(fd.dip6 ?? ZERO6)}`;
  return '<unknown>';
}

/** The name of a socket whose name was not made yet. */
export function socketName(fd: FdInfo, port: PortText): string {
  switch (fd.type) {
    case FD_TYPE.IPV4_SOCK:
      return fd.nameForm === NAME_SOCKET ? socketText(fd, port) : tuple4(fd, port);
    case FD_TYPE.IPV6_SOCK:
      return fd.nameForm === NAME_SOCKET ? socketText(fd, port) : tuple6(fd, port);
    case FD_TYPE.IPV4_SERVSOCK:
      return `${ipv4Text(fd.dip)}:${port(fd.dport, fd.l4proto)}`;
    case FD_TYPE.IPV6_SERVSOCK:
      return `${ipv6Text(fd.dip6 ?? ZERO6)}:${port(fd.dport, fd.l4proto)}`;
    default:
      if (fd.nameForm !== NAME_UNIX) return '';
      return `${hex(fd.unixSourceHigh, fd.unixSourceLow)}->${hex(fd.unixDestHigh, fd.unixDestLow)} ${printable(
        fd.unixPath?.text ?? '',
      )}`;
  }
}
