/** The blocks that describe the machine: section header, machine info, interfaces, users and groups. */
import { hostname, networkInterfaces, totalmem } from 'node:os';
import type { BlockWriter } from './block-writer.js';
import { readProc } from './proc-file.js';

const FIELD_MAX = 255;

export function writeSection(w: BlockWriter): void {
  w.begin(0x0a0d0d0a);
  w.u32(0x1a2b3c4d);
  w.u16(1);
  w.u16(2);
  w.u64(-1);
  w.end();
}

export function writeMachine(w: BlockWriter, proc: string): void {
  const stat = readProc(`${proc}/stat`) ?? '';
  const cpus = (stat.match(/^cpu\d+/gm) ?? ['cpu0']).length;
  const boot = Number(/^btime (\d+)/m.exec(stat)?.[1] ?? 0);
  w.begin(0x201);
  w.u32(cpus);
  w.u64(totalmem());
  w.u64(Number(readProc(`${proc}/sys/kernel/pid_max`) ?? 0));
  const name = Buffer.alloc(128);
  name.write(hostname(), 0, 127, 'latin1');
  w.bytes(name);
  w.u64(boot * 1e9);
  w.u64(0);
  w.u64(0);
  w.u64(0);
  w.end();
}

/** Sixteen bytes of an IPv6 address in text form. */
export function ipv6Bytes(text: string): Uint8Array {
  const out = new Uint8Array(16);
  const plain = text.split('%')[0]!.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_m, a, b, c, d) => {
    const word = (x: string, y: string) => ((Number(x) << 8) | Number(y)).toString(16);
    return `${word(a, b)}:${word(c, d)}`;
  });
  const [head = '', tail] = plain.split('::');
  const words = (s: string) => (s ? s.split(':').map((x) => Number.parseInt(x, 16)) : []);
  const first = words(head);
  const last = tail === undefined ? [] : words(tail);
  const all = [...first, ...new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0), ...last];
  for (let i = 0; i < 8; i++) {
    out[2 * i] = all[i]! >> 8;
    out[2 * i + 1] = all[i]! & 0xff;
  }
  return out;
}

export function writeInterfaces(w: BlockWriter): void {
  w.begin(0x219);
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const a of addresses ?? []) {
      const v4 = a.family === 'IPv4';
      const bytes = v4 ? (s: string) => Uint8Array.from(s.split('.').map(Number)) : ipv6Bytes;
      const address = bytes(a.address);
      const mask = bytes(a.netmask);
      const entry = w.beginEntry();
      w.u16(v4 ? 1 : 2);
      w.u16(Buffer.byteLength(name, 'latin1'));
      w.bytes(address);
      w.bytes(mask);
      w.bytes(address.map((b, i) => b | (~mask[i]! & 0xff)));
      w.u64(0);
      w.bytes(Buffer.from(name, 'latin1'));
      w.endEntry(entry, false);
    }
  }
  w.end();
}

export function writeUsers(w: BlockWriter, etc = '/etc'): void {
  w.begin(0x220);
  for (const line of (readProc(`${etc}/passwd`) ?? '').split('\n')) {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) continue;
    const entry = w.beginEntry();
    w.u8(0);
    w.u32(Number(uid));
    w.u32(Number(gid));
    w.text(name, FIELD_MAX);
    w.text(home ?? '', FIELD_MAX);
    w.text(shell ?? '', FIELD_MAX);
    w.endEntry(entry);
  }
  for (const line of (readProc(`${etc}/group`) ?? '').split('\n')) {
    const [name, , gid] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '')) continue;
    const entry = w.beginEntry();
    w.u8(1);
    w.u32(Number(gid));
    w.text(name, FIELD_MAX);
    w.endEntry(entry);
  }
  w.end();
}
