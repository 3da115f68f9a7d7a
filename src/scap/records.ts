/**
 * Plain records of the metadata blocks of a capture: what `metadata.ts` reads, the state loads, and `metadata-writer.ts`
 * writes. They know nothing of processes; absent fields have the defaults named here.
 *
 * Text is latin1, one UTF-16 unit a byte. Unsigned and signed 64-bit numbers are doubles (inexact beyond 2^53) where they
 * are ids, sizes or counters, and BigInt where all bits matter.
 */

export interface MachineRecord {
  /** 0xffffffff when unknown. */
  numCpus: number;
  memorySizeBytes: number;
  maxPid: number;
  hostname: string;
  /** Boot time, ns since the epoch; 0n in captures of older versions. */
  bootTs: bigint;
  flags: bigint;
}

export interface InterfaceRecord {
  /** 4 or 6. */
  family: 4 | 6;
  name: string;
  /** IPv4: 4 bytes each, IPv6: 16 bytes, in network order. */
  address: Uint8Array;
  netmask: Uint8Array;
  broadcast: Uint8Array;
  /** Bits per second; 0 when unknown. */
  linkSpeed: number;
}

export interface UserRecord {
  uid: number;
  gid: number;
  name: string;
  homedir: string;
  shell: string;
}

export interface GroupRecord {
  gid: number;
  name: string;
}

export interface ProcessRecord {
  tid: number;
  pid: number;
  ptid: number;
  /** -1 when the capture does not say; also vpgid, pgid, vtid and vpid. */
  sid: number;
  vpgid: number;
  pgid: number;
  vtid: number;
  vpid: number;
  comm: string;
  exe: string;
  exepath: string;
  /** NUL-separated arguments after the program, as in the file (the last NUL may be missing). */
  args: string;
  /** NUL-separated NAME=VALUE, as in the file. */
  env: string;
  /** NUL-separated subsystem=path, as in the file. */
  cgroups: string;
  cwd: string;
  root: string;
  fdlimit: number;
  /** Clone flag bits (portable values). */
  flags: number;
  uid: number;
  gid: number;
  /** 0xffffffff when the capture does not say. */
  loginuid: number;
  vmsizeKb: number;
  vmrssKb: number;
  vmswapKb: number;
  pfmajor: number;
  pfminor: number;
  tty: number;
  /** ns since the epoch; 0n when unknown. */
  pidnsInitStart: bigint;
  exeWritable: boolean;
  exeUpperLayer: boolean;
  exeLowerLayer: boolean;
  exeFromMemfd: boolean;
  exeIno: number;
  exeInoCtime: bigint;
  exeInoMtime: bigint;
  capInheritable: bigint;
  capPermitted: bigint;
  capEffective: bigint;
}

export interface FdRecord {
  fd: number;
  /** FD_TYPE value as in the file; a value above the known range is kept, with a name `unknown-type:[N]`. */
  type: number;
  ino: number;
  /** Path or name; '' for internet sockets, which have none in the file. */
  name: string;
  openFlags: number;
  dev: number;
  /** IPv4, unsigned, first octet lowest, as in the file. Server sockets keep their address in dip, dip6 and dport. */
  sip: number;
  dip: number;
  /** IPv6, 16 bytes (a copy); null for other types. */
  sip6: Uint8Array | null;
  dip6: Uint8Array | null;
  sport: number;
  dport: number;
  l4proto: number;
  /** Unix sockets: addresses of both ends as unsigned halves. */
  unixSourceHigh: number;
  unixSourceLow: number;
  unixDestHigh: number;
  unixDestLow: number;
}

/** Gets the records of one block, in file order. A method that is missing means that nobody asks. */
export interface MetadataVisitor {
  machine?(record: MachineRecord): void;
  interface?(record: InterfaceRecord): void;
  user?(record: UserRecord): void;
  group?(record: GroupRecord): void;
  process?(record: ProcessRecord): void;
  /** One descriptor of the thread `tid`. */
  fd?(tid: number, record: FdRecord): void;
  /** An entry, or the end of one, that nothing here understands was skipped. */
  skipped?(): void;
}
