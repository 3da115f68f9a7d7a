/**
 * The sockets of a network namespace, by inode, from the tables that the kernel shows to a process in it.
 */
import { readProc } from './proc-file.js';

/** Protocol numbers of capture files. */
const TCP = 2;
const UDP = 3;
const ICMP = 4;
const RAW = 5;

export type SocketInfo =
  /** Addresses in network order; `remote` is undefined for a socket without a peer. */
  | {
      kind: 'ip';
      local: Uint8Array;
      localPort: number;
      remote: Uint8Array | undefined;
      remotePort: number;
      proto: number;
    }
  | { kind: 'unix'; pointer: string; path: string }
  | { kind: 'netlink' };

/** `0100007F` or 32 digits: words in host order, each of which holds bytes in network order. */
function hexAddress(text: string): Uint8Array {
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i += 4) {
    const word = Number.parseInt(text.slice(2 * i, 2 * i + 8), 16);
    out[i] = word & 0xff;
    out[i + 1] = (word >>> 8) & 0xff;
    out[i + 2] = (word >>> 16) & 0xff;
    out[i + 3] = word >>> 24;
  }
  return out;
}

function readIp(file: string, proto: number, into: Map<number, SocketInfo>): void {
  const text = readProc(file);
  if (!text) return;
  for (const line of text.split('\n').slice(1)) {
    const f = line.trim().split(/\s+/);
    if (f.length < 10) continue;
    const [local, localPort] = f[1]!.split(':') as [string, string];
    const [remote, remotePort] = f[2]!.split(':') as [string, string];
    into.set(Number(f[9]), {
      kind: 'ip',
      local: hexAddress(local),
      localPort: Number.parseInt(localPort, 16),
      remote: /^0+$/.test(remote) ? undefined : hexAddress(remote),
      remotePort: Number.parseInt(remotePort, 16),
      proto,
    });
  }
}

/** All sockets that the process at `folder` (as `/proc/123`) can see in its network namespace. */
export function readSockets(folder: string): Map<number, SocketInfo> {
  const out = new Map<number, SocketInfo>();
  const net = `${folder}/net`;
  for (const [name, proto] of [
    ['tcp', TCP],
    ['udp', UDP],
    ['udplite', UDP],
    ['raw', RAW],
    ['icmp', ICMP],
  ] as const) {
    readIp(`${net}/${name}`, proto, out);
    readIp(`${net}/${name}6`, proto, out);
  }
  for (const line of (readProc(`${net}/unix`) ?? '').split('\n').slice(1)) {
    const m = /^([0-9a-f]+): \S+ \S+ \S+ \S+ \S+ +(\d+) ?(.*)$/i.exec(line);
    if (m) out.set(Number(m[2]), { kind: 'unix', pointer: m[1]!, path: m[3]! });
  }
  for (const line of (readProc(`${net}/netlink`) ?? '').split('\n').slice(1)) {
    const inode = Number(line.trim().split(/\s+/).at(-1));
    if (inode) out.set(inode, { kind: 'netlink' });
  }
  return out;
}
