/**
 * Addresses and ports as text. IPv6 is canonical as inet_ntop writes it: lower case, the longest run of at least two zero
 * groups compressed (the first of equal ones), the last 32 bits of mapped and compatible IPv4 addresses dotted.
 */
import { ByteWriter } from './byte-writer.js';
import { writeHex, writeUint } from './numbers.js';

const DOT = 46;
const COLON = 58;

/** An IPv4 address as a number with its first octet lowest, as in capture files on little-endian machines. */
export function writeIpv4(writer: ByteWriter, address: number): void {
  writeUint(writer, address & 255);
  writer.byte(DOT);
  writeUint(writer, (address >>> 8) & 255);
  writer.byte(DOT);
  writeUint(writer, (address >>> 16) & 255);
  writer.byte(DOT);
  writeUint(writer, address >>> 24);
}

/** The 16 bytes at `offset`; they must be there. */
export function writeIpv6(writer: ByteWriter, bytes: Uint8Array, offset: number): void {
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (end < 8 && bytes[offset + end * 2] === 0 && bytes[offset + end * 2 + 1] === 0) end++;
    if (end - i > bestLength) {
      bestStart = i;
      bestLength = end - i;
    }
    i = end === i ? i + 1 : end;
  }
  // ::1.2.3.4 and ::ffff:1.2.3.4; ::1 and ::2345 (one group) stay hexadecimal.
  const dotted =
    bestStart === 0 &&
    (bestLength === 6 || (bestLength === 5 && bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff));
  const groups = dotted ? 6 : 8;
  for (let i = 0; i < groups; i++) {
    if (i === bestStart) {
      writer.byte(COLON);
      i += bestLength - 1;
      if (i === 7) writer.byte(COLON);
      continue;
    }
    if (i > 0) writer.byte(COLON);
    writeHex(writer, (bytes[offset + i * 2]! << 8) | bytes[offset + i * 2 + 1]!, false);
  }
  if (dotted) {
    writer.byte(COLON);
    for (let i = 12; i < 16; i++) {
      if (i > 12) writer.byte(DOT);
      writeUint(writer, bytes[offset + i]!);
    }
  }
}

/** `::ffff:a.b.c.d`. */
export function isIpv4Mapped(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false;
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff;
}

/** All 16 bytes are zero. */
export function isIpv6Zero(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[offset + i] !== 0) return false;
  return true;
}

/** An IPv4 address (first octet lowest) as text. */
export function ipv4Text(address: number): string {
  return `${address & 255}.${(address >>> 8) & 255}.${(address >>> 16) & 255}.${address >>> 24}`;
}

const scratch = new ByteWriter(null, 64);

/** An IPv6 address of 16 bytes as text. */
export function ipv6Text(bytes: Uint8Array): string {
  scratch.length = 0;
  writeIpv6(scratch, bytes, 0);
  return scratch.textSince(0);
}
