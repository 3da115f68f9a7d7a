/**
 * Metadata blocks from records, in the newest versions that sysdig 0.29.3 reads: process list 9, descriptor, interface
 * and user lists 2.
 */
import type { FdRecord, GroupRecord, InterfaceRecord, MachineRecord, ProcessRecord, UserRecord } from './records.js';

/** Limits of readers: longer text is cut, or they would give up on the file. */
const TEXT_LIMIT = 1024;
const LIST_LIMIT = 4096;
const FD_NAME_LIMIT = 1023;
const USER_TEXT_LIMIT = 255;

/** Process lists are split into blocks of about this size. */
const PROCESS_BLOCK_SIZE = 16 << 20;

/** Newest descriptor type that 0.29.3 reads (it gives up on a file with others), and the type that stands in. */
const LAST_OLD_FD_TYPE = 16;
const FD_UNSUPPORTED = 10;

/** Everything a section says before its events. */
export interface HeaderRecords {
  machine: MachineRecord | null;
  interfaces: Iterable<InterfaceRecord>;
  users: Iterable<UserRecord>;
  groups: Iterable<GroupRecord>;
  processes: Iterable<ProcessRecord>;
  /** Descriptors of a thread. */
  fds(tid: number): Iterable<FdRecord>;
}

/** Bytes that grow; blocks and entries get their length when they end. */
class Buffer8 {
  bytes = new Uint8Array(64 << 10);
  view = new DataView(this.bytes.buffer);
  at = 0;

  private room(size: number): number {
    const at = this.at;
    if (at + size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + size));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.at = at + size;
    return at;
  }
  u8(value: number): void {
    const at = this.room(1);
    this.view.setUint8(at, value);
  }
  u16(value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, value, true);
  }
  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
  }
  /** A double that holds a signed or unsigned 64-bit number. */
  i64(value: number): void {
    const at = this.room(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.view.setUint32(at, value - high * 0x1_0000_0000, true);
    this.view.setUint32(at + 4, high, true);
  }
  big64(value: bigint): void {
    const at = this.room(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }
  raw(value: Uint8Array): void {
    const at = this.room(value.length);
    this.bytes.set(value, at);
  }
  text(value: string): void {
    const at = this.room(value.length);
    for (let i = 0; i < value.length; i++) this.bytes[at + i] = value.charCodeAt(i);
  }
  str16(value: string, limit: number): void {
    const cut = value.length > limit ? value.slice(0, limit) : value;
    this.u16(cut.length);
    this.text(cut);
  }
  beginBlock(type: number): number {
    this.u32(type);
    this.u32(0);
    return this.at - 8;
  }
  endBlock(start: number): void {
    while (((this.at - start) & 3) !== 0) this.u8(0);
    const length = this.at - start + 4;
    this.u32(length);
    this.view.setUint32(start + 4, length, true);
  }
  /** An entry whose length counts itself. */
  beginEntry(): number {
    this.u32(0);
    return this.at - 4;
  }
  endEntry(start: number, counted = true): void {
    this.view.setUint32(start, this.at - start - (counted ? 0 : 4), true);
  }
}

/** The blocks of a section in front of its events, handed to `emit` in pieces that are whole blocks. */
export function writeHeaderBlocks(records: HeaderRecords, emit: (blocks: Uint8Array) => void): void {
  const out = new Buffer8();
  const flush = () => {
    if (out.at > 0) emit(out.bytes.subarray(0, out.at));
    out.at = 0;
  };
  sectionHeader(out);
  if (records.machine) machineBlock(out, records.machine);
  interfaceBlock(out, records.interfaces);
  userBlock(out, records.users, records.groups);
  flush();
  const tids: number[] = [];
  let block = out.beginBlock(0x215);
  for (const record of records.processes) {
    if (out.at - block > PROCESS_BLOCK_SIZE) {
      out.endBlock(block);
      flush();
      block = out.beginBlock(0x215);
    }
    processEntry(out, record);
    tids.push(record.tid);
  }
  out.endBlock(block);
  flush();
  for (const tid of tids) {
    fdBlock(out, tid, records.fds(tid));
    if (out.at > 1 << 16) flush();
  }
  flush();
}

function sectionHeader(out: Buffer8): void {
  const block = out.beginBlock(0x0a0d0d0a);
  out.u32(0x1a2b3c4d);
  out.u16(1);
  out.u16(2);
  out.u32(0xffff_ffff);
  out.u32(0xffff_ffff);
  out.endBlock(block);
}

function machineBlock(out: Buffer8, machine: MachineRecord): void {
  const block = out.beginBlock(0x201);
  out.u32(machine.numCpus);
  out.i64(machine.memorySizeBytes);
  out.i64(machine.maxPid);
  const hostname = new Uint8Array(128);
  for (let i = 0; i < Math.min(machine.hostname.length, 127); i++) hostname[i] = machine.hostname.charCodeAt(i);
  out.raw(hostname);
  out.big64(machine.bootTs);
  out.big64(machine.flags);
  out.i64(0);
  out.i64(0);
  out.endBlock(block);
}

function interfaceBlock(out: Buffer8, interfaces: Iterable<InterfaceRecord>): void {
  const block = out.beginBlock(0x219);
  for (const record of interfaces) {
    const entry = out.beginEntry();
    out.u16(record.family === 4 ? 1 : 2);
    out.u16(record.name.length);
    out.raw(record.address);
    out.raw(record.netmask);
    out.raw(record.broadcast);
    out.i64(record.linkSpeed);
    out.text(record.name);
    out.endEntry(entry, false);
  }
  out.endBlock(block);
}

function userBlock(out: Buffer8, users: Iterable<UserRecord>, groups: Iterable<GroupRecord>): void {
  const block = out.beginBlock(0x220);
  for (const user of users) {
    const entry = out.beginEntry();
    out.u8(0);
    out.u32(user.uid);
    out.u32(user.gid);
    out.str16(user.name, USER_TEXT_LIMIT);
    out.str16(user.homedir, USER_TEXT_LIMIT);
    out.str16(user.shell, USER_TEXT_LIMIT);
    out.endEntry(entry);
  }
  for (const group of groups) {
    const entry = out.beginEntry();
    out.u8(1);
    out.u32(group.gid);
    out.str16(group.name, USER_TEXT_LIMIT);
    out.endEntry(entry);
  }
  out.endBlock(block);
}

function processEntry(out: Buffer8, record: ProcessRecord): void {
  const entry = out.beginEntry();
  out.i64(record.tid);
  out.i64(record.pid);
  out.i64(record.ptid);
  out.i64(record.sid);
  out.i64(record.vpgid);
  out.str16(record.comm, TEXT_LIMIT);
  out.str16(record.exe, TEXT_LIMIT);
  out.str16(record.exepath, TEXT_LIMIT);
  out.str16(record.args, LIST_LIMIT);
  out.str16(record.cwd, TEXT_LIMIT);
  out.i64(record.fdlimit);
  out.u32(record.flags);
  out.u32(record.uid);
  out.u32(record.gid);
  out.u32(record.vmsizeKb);
  out.u32(record.vmrssKb);
  out.u32(record.vmswapKb);
  out.i64(record.pfmajor);
  out.i64(record.pfminor);
  out.str16(record.env, LIST_LIMIT);
  out.i64(record.vtid);
  out.i64(record.vpid);
  out.str16(record.cgroups, LIST_LIMIT);
  out.str16(record.root, TEXT_LIMIT);
  if (needsNewTail(record)) {
    out.big64(record.pidnsInitStart);
    out.u32(record.tty);
    out.u32(record.loginuid);
    out.u8(record.exeWritable ? 1 : 0);
    out.big64(record.capInheritable);
    out.big64(record.capPermitted);
    out.big64(record.capEffective);
    out.u8(record.exeUpperLayer ? 1 : 0);
    out.i64(record.exeIno);
    out.big64(record.exeInoCtime);
    out.big64(record.exeInoMtime);
    out.u8(record.exeFromMemfd ? 1 : 0);
    out.u8(record.exeLowerLayer ? 1 : 0);
    out.i64(record.pgid);
  } else {
    out.u32(record.loginuid);
    out.u8(record.exeWritable ? 1 : 0);
    out.big64(record.capInheritable);
    out.big64(record.capPermitted);
    out.big64(record.capEffective);
  }
  out.endEntry(entry);
}

/**
 * What newer versions know of a thread needs their layout, of which 0.29.3 reads the login user and the writable flag
 * wrongly (from captures of those versions too); without such knowledge its own layout is written.
 */
function needsNewTail(record: ProcessRecord): boolean {
  return (
    record.pidnsInitStart !== 0n ||
    record.tty !== 0 ||
    record.exeIno !== 0 ||
    record.pgid !== -1 ||
    record.exeUpperLayer ||
    record.exeLowerLayer ||
    record.exeFromMemfd
  );
}

function fdBlock(out: Buffer8, tid: number, fds: Iterable<FdRecord>): void {
  const block = out.beginBlock(0x218);
  out.i64(tid);
  for (const record of fds) {
    const entry = out.beginEntry();
    const type = record.type > LAST_OLD_FD_TYPE ? FD_UNSUPPORTED : record.type;
    out.i64(record.fd);
    out.i64(record.ino);
    out.u8(type);
    fdPayload(out, type, record);
    out.endEntry(entry);
  }
  out.endBlock(block);
}

const NO_ADDRESS = new Uint8Array(16);

function fdPayload(out: Buffer8, type: number, record: FdRecord): void {
  switch (type) {
    case 3:
      out.u32(record.sip);
      out.u32(record.dip);
      out.u16(record.sport);
      out.u16(record.dport);
      out.u8(record.l4proto);
      break;
    case 4:
      out.raw(record.sip6 ?? NO_ADDRESS);
      out.raw(record.dip6 ?? NO_ADDRESS);
      out.u16(record.sport);
      out.u16(record.dport);
      out.u8(record.l4proto);
      break;
    case 5:
      out.u32(record.dip);
      out.u16(record.dport);
      out.u8(record.l4proto);
      break;
    case 6:
      out.raw(record.dip6 ?? NO_ADDRESS);
      out.u16(record.dport);
      out.u8(record.l4proto);
      break;
    case 8:
      out.u32(record.unixSourceLow);
      out.u32(record.unixSourceHigh);
      out.u32(record.unixDestLow);
      out.u32(record.unixDestHigh);
      out.str16(record.name, FD_NAME_LIMIT);
      break;
    case 16:
      out.u32(record.openFlags);
      out.str16(record.name, FD_NAME_LIMIT);
      out.u32(record.dev);
      break;
    default:
      out.str16(record.name, FD_NAME_LIMIT);
  }
}
