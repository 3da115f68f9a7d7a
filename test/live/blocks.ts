/**
 * A plain reader of event blocks for the tests of the live source: slow, obvious, and on purpose no code of the
 * program's own reader.
 */
import { readFileSync } from 'node:fs';

interface EventRow {
  code: number;
  name: string;
  exit: boolean;
  flags: string[];
  params: [name: string, type: string][];
}
const table = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../scripts/schema-data/${name}`, import.meta.url), 'utf8')) as T;

export const eventTable = new Map(table<EventRow[]>('events.json').map((e) => [e.code, e]));
export const syscallNames = new Map(table<[number, string][]>('syscall_ids.json').map(([id, name]) => [id, name]));
export const nativeNames = new Map(
  table<[number, string][]>(process.arch === 'arm64' ? 'syscalls_aarch64.json' : 'syscalls_x86_64.json').map((r) => [
    r[0],
    r[1],
  ]),
);

export interface Param {
  type: string;
  bytes: Buffer;
}
export interface PlainEvent {
  cpu: number;
  ts: bigint;
  tid: number;
  code: number;
  name: string;
  exit: boolean;
  params: Map<string, Param>;
}

/** Every block of a capture: its type and its body without framing; checks the framing. */
export function* blocksOf(bytes: Buffer): Generator<{ type: number; body: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const type = bytes.readUInt32LE(at);
    const length = bytes.readUInt32LE(at + 4);
    if (length < 12 || length % 4 || at + length > bytes.length) throw new Error(`block of ${length} bytes at ${at}`);
    if (bytes.readUInt32LE(at + length - 4) !== length) throw new Error(`trailer differs at ${at}`);
    yield { type, body: bytes.subarray(at + 8, at + length - 4) };
    at += length;
  }
}

/** The events of a capture, each checked against its lengths. */
export function eventsOf(bytes: Buffer): PlainEvent[] {
  const out: PlainEvent[] = [];
  for (const { type, body } of blocksOf(bytes)) {
    if (type !== 0x216) continue;
    const length = body.readUInt32LE(18);
    const code = body.readUInt16LE(22);
    const n = body.readUInt32LE(24);
    const row = eventTable.get(code);
    if (!row) throw new Error(`unknown event ${code}`);
    const params = new Map<string, Param>();
    let at = 2 + 26 + 2 * n;
    for (let i = 0; i < n; i++) {
      const size = body.readUInt16LE(28 + 2 * i);
      const [name, ptype] = row.params[i] ?? [`extra${i}`, 'BYTEBUF'];
      params.set(name, { type: ptype, bytes: body.subarray(at, at + size) });
      at += size;
    }
    if (at - 2 !== length) throw new Error(`event ${code}: ${at - 2} bytes of parameters, header says ${length}`);
    out.push({
      cpu: body.readUInt16LE(0),
      ts: body.readBigUInt64LE(2),
      tid: Number(body.readBigInt64LE(10)),
      code,
      name: row.name,
      exit: code % 2 === 1,
      params,
    });
  }
  return out;
}

const SIGNED = /^(ERRNO|FD|PID|INT)/;

/** A parameter as a number, signed where its type is. */
export function numberOf(p: Param): bigint {
  const b = Buffer.alloc(8);
  p.bytes.copy(b);
  const bits = p.bytes.length * 8;
  const v = b.readBigUInt64LE(0);
  return SIGNED.test(p.type) ? BigInt.asIntN(bits, v) : v;
}

/** A text parameter without its NUL. */
export function textOf(p: Param): string {
  const end = p.bytes.indexOf(0);
  return p.bytes.toString('latin1', 0, end < 0 ? undefined : end);
}

/** The name of the system call that an event tells of; for other events the event's name. */
export function callOf(e: PlainEvent): string {
  if (e.code > 1) return e.name;
  const id = Number(numberOf(e.params.get('ID')!));
  const native = e.params.get('nativeID');
  const real = e.params.get('extra2');
  if (id === 0 && real) return syscallNames.get(Number(numberOf(real))) ?? '?';
  if (id) return syscallNames.get(id) ?? `?${id}`;
  return native ? (nativeNames.get(Number(numberOf(native))) ?? '?') : '?';
}
