/** Addresses and networks as filters give them, and how they are compared. */
import { FieldError } from './field.js';

/** An address as FdInfo has it: IPv4 as a number (first octet lowest), IPv6 as 16 bytes. */
export type Address = number | Uint8Array;

/** Tests one address; exactly one of the arguments is in use: `v6` null means IPv4. */
export type AddressTest = (v4: number, v6: Uint8Array | null) => boolean;

function parseIpv4(text: string): number {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256)) {
    throw new FieldError(`"${text}" is not an IPv4 address: four numbers from 0 to 255, as in 10.0.0.1`);
  }
  return octets.reduce((sum, octet, i) => sum + Number(octet) * 2 ** (8 * i), 0);
}

function parseIpv6(text: string): Uint8Array {
  if (!process.getBuiltinModule('node:net').isIPv6(text)) throw new FieldError(`"${text}" is not an IPv6 address`);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const [a, b, c, d] = dotted[2]!.split('.').map(Number) as [number, number, number, number];
    return parseIpv6(`${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const [head, tail] = text.split('::');
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail);
  const bytes = new Uint8Array(16);
  for (const [i, group] of first.entries()) bytes.set([group >> 8, group & 255], i * 2);
  for (const [i, group] of last.entries()) bytes.set([group >> 8, group & 255], 16 - (last.length - i) * 2);
  return bytes;
}

/** A text with a dot is taken for IPv4, others for IPv6; `::ffff:1.2.3.4` counts as IPv6. Throws FieldError. */
export function parseAddress(text: string): Address {
  return text.includes('.') && !text.includes(':') ? parseIpv4(text) : parseIpv6(text);
}

/**
 * The bytes of a value as they lie in the memory that sysdig compares with: an address of the other kind is compared
 * with as many of them as it has itself, so `::1` and 0.0.0.0 begin alike, as do 0.0.0.0 and `::`.
 */
function laidOut(address: Address, mask = 0): Uint8Array {
  if (typeof address !== 'number') return address;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, address, true);
  view.setUint32(4, mask, true);
  return bytes;
}

const wordOf = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer).getUint32(at, true);

/** True for the given address, and no address of the other kind. */
export function isAddress(text: string): AddressTest {
  const wanted = parseAddress(text);
  if (typeof wanted === 'number') return (v4, v6) => v6 === null && v4 === wanted;
  return (_, v6) => v6 !== null && samePrefix(v6, wanted, 128);
}

/** True for the given address, as filters compare it. */
export function addressEquals(text: string): AddressTest {
  const wanted = laidOut(parseAddress(text));
  const first = wordOf(wanted, 0);
  return (v4, v6) => (v6 === null ? v4 === first : samePrefix(v6, wanted, 128));
}

function samePrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[whole]! ^ b[whole]!) & (0xff00 >> rest) & 0xff) === 0;
}

/** True for addresses in a network: `a.b.c.d/len`, `addr/len`; a plain IPv6 address stands for its first 64 bits. */
export function addressInNetwork(text: string): AddressTest {
  const [address, suffix, ...more] = text.split('/');
  const wanted = parseNetworkAddress(text, address!);
  const isV4 = typeof wanted === 'number';
  if (suffix === undefined && isV4) {
    throw new FieldError(`"${text}" is not a network: write address/length, as in 10.0.0.0/8`);
  }
  const most = isV4 ? 32 : 128;
  const bits = suffix === undefined ? 64 : Number(suffix);
  if (more.length > 0 || (suffix !== undefined && !/^\d+$/.test(suffix)) || bits > most) {
    throw new FieldError(`"${text}" has an invalid length: 0 to ${most} is possible`);
  }
  // sysdig 0.29.3 does not know IPv6 networks with a length.
  if (!isV4 && suffix !== undefined) return (_, v6) => v6 !== null && samePrefix(v6, wanted, bits);
  // The first octet is the lowest byte, so masks are made big-endian and turned round.
  const bytes = laidOut(wanted, isV4 && bits > 0 ? swapBytes((0xffff_ffff << (32 - bits)) >>> 0) : 0);
  const mask = wordOf(bytes, 4);
  const network = (wordOf(bytes, 0) & mask) >>> 0;
  return (v4, v6) => (v6 === null ? (v4 & mask) >>> 0 === network : samePrefix(v6, bytes, 64));
}

function parseNetworkAddress(text: string, address: string): Address {
  try {
    return parseAddress(address);
  } catch {
    throw new FieldError(`"${text}" is not a network: write address/length, as in 10.0.0.0/8 or fe80::/10`);
  }
}

function swapBytes(value: number): number {
  return ((value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff_0000) | (value << 24)) >>> 0;
}
