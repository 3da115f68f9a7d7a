/** One FD list block for each process, from /proc/PID/fd. */
import { statSync } from 'node:fs';
import type { BlockWriter } from './block-writer.js';
import { linkOf, numbersIn, readSmallProc } from './proc-file.js';
import type { SocketInfo } from './sockets.js';

const FD = {
  directory: 2,
  ipv4: 3,
  ipv6: 4,
  ipv4Server: 5,
  ipv6Server: 6,
  fifo: 7,
  unix: 8,
  event: 9,
  unsupported: 10,
  signalfd: 11,
  eventpoll: 12,
  inotify: 13,
  timerfd: 14,
  netlink: 15,
  file: 16,
} as const;

const NAME_MAX = 1023;

/** Kinds of anonymous inodes that have a type of their own; newer types are unknown to old readers. */
const ANONYMOUS: Record<string, number> = {
  eventfd: FD.event,
  eventpoll: FD.eventpoll,
  inotify: FD.inotify,
  signalfd: FD.signalfd,
  timerfd: FD.timerfd,
};

/** Linux open flags in the numbering of capture files. */
function openFlags(v: number): number {
  const direct = process.arch === 'arm64' ? 0o200000 : 0o40000;
  const directory = process.arch === 'arm64' ? 0o40000 : 0o200000;
  const large = process.arch === 'arm64' ? 0o400000 : 0o100000;
  let out = [1, 2, 3, 0][v & 3]!;
  const bits: [number, number][] = [
    [0o100, 4],
    [0o200, 32],
    [0o1000, 256],
    [0o2000, 8],
    [0o4000, 64],
    [0o10000, 16],
    [direct, 512],
    [large, 2048],
    [directory, 1024],
    [0o2000000, 4096],
    [0o4010000, 128],
    [0o20000000 | directory, 8192],
  ];
  for (const [from, to] of bits) if ((v & from) === from) out |= to;
  return out;
}

/** The device number in the form that capture files use. */
function deviceNumber(dev: number): number {
  // stat(2) already splits it as the file does, up to 12 bits of major and 20 of minor.
  return dev >>> 0;
}

/**
 * Writes the list of process `pid`. `sockets` gives the sockets of its network namespace. Descriptors that vanish
 * meanwhile are left out.
 */
export function writeDescriptors(
  w: BlockWriter,
  folder: string,
  pid: number,
  sockets: () => Map<number, SocketInfo>,
): void {
  const numbers = numbersIn(`${folder}/fd`);
  if (numbers.length === 0) return;
  w.begin(0x218);
  w.u64(pid);
  for (const fd of numbers) {
    const link = linkOf(`${folder}/fd/${fd}`);
    if (link === undefined) continue;
    if (link.charCodeAt(0) === 47) writePath(w, folder, fd, link);
    else writeSpecial(w, fd, link, sockets);
  }
  w.end();
}

function start(w: BlockWriter, fd: number, inode: number, type: number): number {
  const entry = w.beginEntry();
  w.u64(fd);
  w.u64(inode);
  w.u8(type);
  return entry;
}

function writePath(w: BlockWriter, folder: string, fd: number, link: string): void {
  let mode = 0o100000;
  let inode = 0;
  let dev = 0;
  try {
    const s = statSync(`${folder}/fd/${fd}`);
    ({ mode, ino: inode, dev } = s);
  } catch {
    // Gone, or on a file system that does not answer: the name is worth having.
  }
  const kind = mode & 0o170000;
  if (kind === 0o10000 || kind === 0o40000) {
    const entry = start(w, fd, inode, kind === 0o10000 ? FD.fifo : FD.directory);
    w.text(link, NAME_MAX);
    w.endEntry(entry);
    return;
  }
  const info = readSmallProc(`${folder}/fdinfo/${fd}`) ?? '';
  const entry = start(w, fd, inode, FD.file);
  w.u32(openFlags(Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8)));
  w.text(link, NAME_MAX);
  w.u32(deviceNumber(dev));
  w.endEntry(entry);
}

function writeSpecial(w: BlockWriter, fd: number, link: string, sockets: () => Map<number, SocketInfo>): void {
  const inode = Number(/\[(\d+)\]$/.exec(link)?.[1] ?? 0);
  if (link.startsWith('socket:')) {
    const socket = sockets().get(inode);
    if (socket) {
      writeSocket(w, fd, inode, socket);
      return;
    }
  }
  let type: number = FD.unsupported;
  if (link.startsWith('pipe:')) type = FD.fifo;
  else if (link.startsWith('anon_inode:')) type = ANONYMOUS[link.slice(11).replace(/[[\]]/g, '')] ?? FD.unsupported;
  const entry = start(w, fd, inode, type);
  w.text(link, NAME_MAX);
  w.endEntry(entry);
}

function writeSocket(w: BlockWriter, fd: number, inode: number, s: SocketInfo): void {
  let entry: number;
  if (s.kind === 'netlink') {
    entry = start(w, fd, inode, FD.netlink);
    w.text('');
  } else if (s.kind === 'unix') {
    entry = start(w, fd, inode, FD.unix);
    w.hex64(s.pointer);
    w.u64(0);
    w.text(s.path, 107);
  } else {
    const v4 = s.local.length === 4;
    const server = s.remote === undefined;
    entry = start(w, fd, inode, v4 ? (server ? FD.ipv4Server : FD.ipv4) : server ? FD.ipv6Server : FD.ipv6);
    w.bytes(s.local);
    if (s.remote) w.bytes(s.remote);
    w.u16(s.localPort);
    if (s.remote) w.u16(s.remotePort);
    w.u8(s.proto);
  }
  w.endEntry(entry);
}
