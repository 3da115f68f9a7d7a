/**
 * Builds captures of every form for tests: sections, metadata blocks of all versions, events with or without parameter
 * counts, flags, large payloads. Little is checked, on purpose: it also builds captures that lie.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ByteInput } from '../../src/capture/byte-input.js';

/** A parameter value: bytes, text (latin1, with its final NUL), or a number of a given width. */
export type Value = Uint8Array | string | null;

/** Little-endian integers as bytes. */
export const u8 = (value: number): Uint8Array => Uint8Array.of(value & 0xff);
export const u16 = (value: number): Uint8Array => new Uint8Array(Uint16Array.of(value).buffer);
export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
export const i32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);
export const u64 = (value: number | bigint): Uint8Array =>
  new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(value))).buffer);
/** Bytes of latin1 text without a NUL. */
export const raw = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
/** Text with its final NUL, as string parameters have it. */
export const text = (value: string): Uint8Array => raw(`${value}\0`);
/** A length of 16 bits and the text. */
export const str16 = (value: string): Uint8Array => join([u16(value.length), raw(value)]);

/** Concatenates byte arrays. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Process list versions 1 to 9 by block type. */
export const PROCESS_LIST_BLOCKS = [0, 0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215] as const;

/** Fields of a thread; what is missing gets a default that is easy to recognise. */
export interface BuiltThread {
  tid: number;
  pid?: number;
  ptid?: number;
  sid?: number;
  vpgid?: number;
  comm?: string;
  exe?: string;
  exepath?: string;
  /** NUL-terminated arguments. */
  args?: string;
  cwd?: string;
  fdlimit?: number;
  flags?: number;
  uid?: number;
  gid?: number;
  vmsize?: number;
  vmrss?: number;
  vmswap?: number;
  pfmajor?: number;
  pfminor?: number;
  env?: string;
  vtid?: number;
  vpid?: number;
  cgroups?: string;
  root?: string;
  /** Fields after `root` in version 9, as they lie in the file: group A of newer writers, group B of older ones. */
  tail?: Uint8Array;
}

/** Tail of version 9 as sysdig 0.29.3 writes it. */
export const tailB = (loginuid: number, exeWritable: number, caps?: readonly [bigint, bigint, bigint]): Uint8Array =>
  join([u32(loginuid), u8(exeWritable), ...(caps ?? []).map(u64)]);

export interface TailA {
  pidnsInitStart?: bigint;
  tty?: number;
  loginuid?: number;
  exeWritable?: number;
  caps?: readonly [bigint, bigint, bigint];
  exeUpperLayer?: number;
  exeIno?: bigint;
  exeInoCtime?: bigint;
  exeInoMtime?: bigint;
  exeFromMemfd?: number;
  exeLowerLayer?: number;
  pgid?: number;
}

/** Tail of version 9 as newer libraries write it. */
export function tailA(tail: TailA = {}): Uint8Array {
  const caps = tail.caps ?? [0n, 0n, 0n];
  return join([
    u64(tail.pidnsInitStart ?? 0n),
    u32(tail.tty ?? 0),
    u32(tail.loginuid ?? 0xffff_ffff),
    u8(tail.exeWritable ?? 0),
    ...caps.map(u64),
    u8(tail.exeUpperLayer ?? 0),
    u64(tail.exeIno ?? 0n),
    u64(tail.exeInoCtime ?? 0n),
    u64(tail.exeInoMtime ?? 0n),
    u8(tail.exeFromMemfd ?? 0),
    u8(tail.exeLowerLayer ?? 0),
    u64(tail.pgid ?? -1),
  ]);
}

/** One entry of a process list of the given version. */
export function threadEntry(version: number, thread: BuiltThread): Uint8Array {
  const parts: Uint8Array[] = [u64(thread.tid), u64(thread.pid ?? thread.tid), u64(thread.ptid ?? 1)];
  if (version >= 6) parts.push(u64(thread.sid ?? thread.tid));
  if (version >= 8) parts.push(u64(thread.vpgid ?? thread.tid));
  parts.push(str16(thread.comm ?? 'prog'), str16(thread.exe ?? '/bin/prog'));
  if (version >= 7) parts.push(str16(thread.exepath ?? '/usr/bin/prog'));
  parts.push(str16(thread.args ?? ''), str16(thread.cwd ?? '/home/'), u64(thread.fdlimit ?? 1024));
  parts.push(u32(thread.flags ?? 0), u32(thread.uid ?? 0), u32(thread.gid ?? 0));
  if (version >= 2) {
    parts.push(u32(thread.vmsize ?? 0), u32(thread.vmrss ?? 0), u32(thread.vmswap ?? 0));
    parts.push(u64(thread.pfmajor ?? 0), u64(thread.pfminor ?? 0));
  }
  if (version >= 3) parts.push(str16(thread.env ?? ''));
  if (version >= 4) {
    parts.push(u64(thread.vtid ?? thread.tid), u64(thread.vpid ?? thread.pid ?? thread.tid));
    parts.push(str16(thread.cgroups ?? ''));
  }
  if (version >= 5) parts.push(str16(thread.root ?? ''));
  if (version >= 9) {
    parts.push(thread.tail ?? tailB(0xffff_ffff, 0));
    const body = join(parts);
    return join([u32(body.length + 4), body]);
  }
  return join(parts);
}

/** Payloads of descriptors by type, without fd, ino and type. */
export const fdPayload = {
  /** Any descriptor that has a name only: directory, pipe, eventfd, ... */
  named: (name: string): Uint8Array => str16(name),
  ipv4: (sip: string, sport: number, dip: string, dport: number, l4proto: number): Uint8Array =>
    join([ip4(sip), ip4(dip), u16(sport), u16(dport), u8(l4proto)]),
  ipv4Server: (ip: string, port: number, l4proto: number): Uint8Array => join([ip4(ip), u16(port), u8(l4proto)]),
  ipv6: (sip: Uint8Array, sport: number, dip: Uint8Array, dport: number, l4proto: number): Uint8Array =>
    join([sip, dip, u16(sport), u16(dport), u8(l4proto)]),
  ipv6Server: (ip: Uint8Array, port: number, l4proto: number): Uint8Array => join([ip, u16(port), u8(l4proto)]),
  unix: (source: bigint, destination: bigint, name: string): Uint8Array =>
    join([u64(source), u64(destination), str16(name)]),
  fileV2: (openFlags: number, name: string, dev?: number): Uint8Array =>
    join([u32(openFlags), str16(name), ...(dev === undefined ? [] : [u32(dev)])]),
};

/** The four bytes of a dotted address. */
export const ip4 = (address: string): Uint8Array => Uint8Array.from(address.split('.').map(Number));

export interface BuiltFd {
  fd: number;
  ino?: number;
  type: number;
  payload: Uint8Array;
}

export interface EventOptions {
  /** ns since the epoch; default: the time of the event before plus 1000. */
  ts?: bigint;
  tid?: number;
  cpu?: number;
  /** Dump flags; makes it a block with flags. */
  flags?: number;
  /** 1: without a parameter count, 2 (default): with it. */
  version?: 1 | 2;
  /** 32-bit parameter lengths. */
  large?: boolean;
}

/** Collects blocks; every method returns the builder. */
export class CaptureBuilder {
  private readonly parts: Uint8Array[] = [];
  private time = 1_600_000_000_000_000_000n;

  /** A block of any type around a body. */
  block(type: number, body: Uint8Array): this {
    const length = (body.length + 12 + 3) & ~3;
    const block = new Uint8Array(length);
    block.set(u32(type), 0);
    block.set(u32(length), 4);
    block.set(body, 8);
    block.set(u32(length), length - 4);
    this.parts.push(block);
    return this;
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  section(options: { magic?: number; major?: number; minor?: number; options?: Uint8Array } = {}): this {
    return this.block(
      0x0a0d0d0a,
      join([
        u32(options.magic ?? 0x1a2b3c4d),
        u16(options.major ?? 1),
        u16(options.minor ?? 2),
        u64(-1),
        options.options ?? new Uint8Array(0),
      ]),
    );
  }

  machine(machine: { cpus?: number; memory?: number; maxPid?: number; hostname?: string; bootTs?: bigint } = {}): this {
    const hostname = new Uint8Array(128);
    hostname.set(raw(machine.hostname ?? 'host'));
    return this.block(
      0x201,
      join([
        u32(machine.cpus ?? 2),
        u64(machine.memory ?? 1 << 30),
        u64(machine.maxPid ?? 32768),
        hostname,
        u64(machine.bootTs ?? 0n),
        u64(0),
        u64(0),
        u64(0),
      ]),
    );
  }

  /** A user list; version 1 or 2. */
  users(
    version: 1 | 2,
    users: readonly { uid: number; gid: number; name: string; homedir?: string; shell?: string }[],
    groups: readonly { gid: number; name: string }[] = [],
  ): this {
    const entry = (body: Uint8Array) => (version === 2 ? join([u32(body.length + 4), body]) : body);
    return this.block(
      version === 2 ? 0x220 : 0x206,
      join([
        ...users.map((user) =>
          entry(
            join([
              u8(0),
              u32(user.uid),
              u32(user.gid),
              str16(user.name),
              str16(user.homedir ?? '/'),
              str16(user.shell ?? ''),
            ]),
          ),
        ),
        ...groups.map((group) => entry(join([u8(1), u32(group.gid), str16(group.name)]))),
      ]),
    );
  }

  /** An interface list from entries without their length (type, name length, addresses, speed, name). */
  interfaces(version: 1 | 2, entries: readonly Uint8Array[]): this {
    const body = join(entries.map((entry) => (version === 2 ? join([u32(entry.length), entry]) : entry)));
    return this.block(version === 2 ? 0x219 : 0x205, body);
  }

  /** A process list of version 1 to 9. */
  processes(threads: readonly BuiltThread[], version = 9): this {
    return this.block(PROCESS_LIST_BLOCKS[version]!, join(threads.map((thread) => threadEntry(version, thread))));
  }

  /** Descriptors of one thread; version 1 or 2. */
  fds(tid: number, fds: readonly BuiltFd[], version: 1 | 2 = 2): this {
    const entries = fds.map((fd) => {
      const body = join([u64(fd.fd), u64(fd.ino ?? 0), u8(fd.type), fd.payload]);
      return version === 2 ? join([u32(body.length + 4), body]) : body;
    });
    return this.block(version === 2 ? 0x218 : 0x203, join([u64(tid), ...entries]));
  }

  /** An event of any code; strings get their final NUL, null is an empty value. */
  event(type: number, params: readonly Value[] = [], options: EventOptions = {}): this {
    const values = params.map((value) =>
      value === null ? new Uint8Array(0) : typeof value === 'string' ? text(value) : value,
    );
    const version = options.version ?? 2;
    const large = options.large ?? false;
    const header = version === 2 ? 26 : 22;
    const lengths = join(values.map((value) => (large ? u32(value.length) : u16(value.length))));
    const data = join(values);
    this.time = options.ts ?? this.time + 1000n;
    const event = join([
      u64(this.time),
      u64(options.tid ?? 100),
      u32(header + lengths.length + data.length),
      u16(type),
      ...(version === 2 ? [u32(values.length)] : []),
      lengths,
      data,
    ]);
    const flagged = options.flags !== undefined;
    const blockType =
      version === 1 ? (flagged ? 0x208 : 0x204) : large ? (flagged ? 0x222 : 0x221) : flagged ? 0x217 : 0x216;
    return this.block(blockType, join([u16(options.cpu ?? 0), ...(flagged ? [u32(options.flags!)] : []), event]));
  }

  build(): Uint8Array {
    return join(this.parts);
  }

  /** Writes the capture to a temporary file, removed when the process ends, and returns its path. */
  write(options: { gzip?: boolean } = {}): string {
    const bytes = this.build();
    return temporaryFile(options.gzip ? gzipSync(bytes) : bytes);
  }
}

/** A capture that begins with a section header and machine info. */
export const capture = (): CaptureBuilder => new CaptureBuilder().section().machine();

let folder: string | undefined;
let files = 0;

/** A folder for this run's temporary files, removed when the process ends. */
export function temporaryFolder(): string {
  if (folder === undefined) {
    folder = mkdtempSync(path.join(tmpdir(), 'burin-test-'));
    const made = folder;
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return folder;
}

/** A temporary file with these bytes. */
export function temporaryFile(bytes: Uint8Array, name = `${files++}.scap`): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

/** A source of bytes in memory. */
export function memoryInput(bytes: Uint8Array): ByteInput {
  let at = 0;
  return {
    read(target, offset, length) {
      const count = Math.min(length, bytes.length - at);
      target.set(bytes.subarray(at, at + count), offset);
      at += count;
      return count;
    },
    bytesRead: () => at,
    close() {},
  };
}
