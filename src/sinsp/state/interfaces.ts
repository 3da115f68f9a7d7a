/** Network interfaces of the traced machine: which addresses are its own. */
import type { InterfaceRecord } from '../../scap/records.js';

const LOOPBACK = 0x0100007f;
const LOOPBACK6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

interface Ipv4Interface {
  readonly name: string;
  /** Unsigned, first octet lowest. */
  readonly address: number;
  readonly netmask: number;
}

const word = (bytes: Uint8Array): number =>
  (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;

/** True when all bytes are zero. */
export function isZeroAddress(bytes: Uint8Array | null, from = 0): boolean {
  if (bytes === null) return true;
  for (let i = 0; i < 16; i++) if (bytes[from + i] !== 0) return false;
  return true;
}

/** Same address. */
export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** By convention the first 64 bits name the network. */
function sameNetwork(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (a[i] !== b[i]) return false;
  return true;
}

export class NetworkInterfaces {
  readonly ipv4: Ipv4Interface[] = [];
  readonly ipv6: { readonly name: string; readonly address: Uint8Array }[] = [];
  /** As they came, in their order. */
  readonly records: InterfaceRecord[] = [];
  private readonly own4 = new Set<number>();

  add(record: InterfaceRecord): void {
    this.records.push(record);
    if (record.family === 4) {
      const address = word(record.address);
      this.ipv4.push({ name: record.name, address, netmask: word(record.netmask) });
      this.own4.add(address);
    } else {
      this.ipv6.push({ name: record.name, address: record.address });
    }
  }

  clear(): void {
    this.records.length = 0;
    this.ipv4.length = 0;
    this.ipv6.length = 0;
    this.own4.clear();
  }

  /** An IPv4 address (unsigned, first octet lowest) of one of the interfaces. */
  has4(address: number): boolean {
    return this.own4.has(address);
  }

  /** An IPv6 address in the network of one of the interfaces. */
  has6(address: Uint8Array): boolean {
    for (const entry of this.ipv6) if (sameNetwork(entry.address, address)) return true;
    return false;
  }

  /** Own address most likely used to talk to `peer`: the same, one in its network, or the first real one; 0 if none. */
  infer4(peer: number): number {
    if (this.own4.has(peer)) return peer;
    for (const { address, netmask } of this.ipv4) if (((address ^ peer) & netmask) === 0) return address;
    for (const { address } of this.ipv4) if (address !== LOOPBACK) return address;
    return 0;
  }

  /** The same for IPv6; null if there is none. */
  infer6(peer: Uint8Array): Uint8Array | null {
    for (const { address } of this.ipv6) if (sameAddress(address, peer)) return address;
    for (const { address } of this.ipv6) if (sameNetwork(address, peer)) return address;
    for (const { address } of this.ipv6) if (!sameAddress(address, LOOPBACK6)) return address;
    return null;
  }
}
