/**
 * Finds and loads the native addon, and describes it to TypeScript. Reading captures never comes here, so that burin
 * works where the addon cannot be built.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A failed native operation: errno, its name, and what was being done. */
export interface NativeFailure {
  errno: number;
  code: string;
  what: string;
}

/** One loaded probe. Methods return failures as values. */
export interface NativeProbe {
  /** Loads the probe with a ring of so many bytes (a power of two) for each CPU. */
  open(ringBytes: number, injectStage?: string, injectErrno?: number): NativeFailure | null;
  /** Attaches hooks; the result lists those that this kernel lacks, with the reason. */
  attach(hooks: string[], injectStage?: string, injectErrno?: number): NativeFailure | string[];
  detach(hook: string): void;
  /** Fills `bytes` from `start` with blocks; returns the end. Events younger than `horizon` ns stay. */
  drain(bytes: Uint8Array, start: number, horizon: number): number;
  set(name: 'on' | 'snaplen' | 'follow' | 'fds' | 'helper', value: number): void;
  get(name: 'on' | 'snaplen' | 'follow' | 'self'): number | undefined;
  setWanted(bytes: Uint8Array): void;
  follow(pid: number, on: boolean): NativeFailure | null;
  /** Reports only these processes, threads and names besides what is always wanted; all when all are empty. */
  select(pids: number[], tids: number[], names: string[]): NativeFailure | null;
  /** delivered, skipped, bytes waiting, then for each CPU: seen, full, copy, limit, submitted. */
  stats(): Float64Array;
  close(): void;
}

/** An address as the native calls give it; `port` is 0 for unix sockets. */
export interface NativeAddress {
  family: number;
  address: string;
  port: number;
}

/** Plain system calls, all synchronous. A negative number is an errno. */
export interface NativeSystem {
  socket(domain: number, type: number, protocol: number): number;
  /** `address`: IPv4, IPv6, a path with a slash, or `@name` for an abstract unix socket. */
  connect(fd: number, address: string, port: number): number;
  bind(fd: number, address: string, port: number): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number): number | (NativeAddress & { fd: number });
  send(fd: number, bytes: Uint8Array, flags: number): number;
  sendto(fd: number, bytes: Uint8Array, flags: number, address: string, port: number): number;
  recv(fd: number, bytes: Uint8Array, flags: number): number;
  recvfrom(fd: number, bytes: Uint8Array, flags: number): number | (NativeAddress & { length: number });
  /** Triples of descriptor, events asked, events answered; returns how many are ready. */
  poll(triples: Int32Array, timeoutMs: number): number;
  setsockopt(fd: number, level: number, name: number, value: number | Uint8Array): number;
  getsockopt(fd: number, level: number, name: number): number | { value: number };
  getsockname(fd: number): number | NativeAddress;
  getpeername(fd: number): number | NativeAddress;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  /** A text is the reason why not. */
  resolve(host: string, service: string, family: number): string | (NativeAddress & { type: number })[];
  sleep(ms: number): number;
  /** Gives up all capabilities but those in the mask, on every thread, for good. */
  keepCapabilities(low: number, high: number): number;
  keepOnUserChange(on: number): number;
  setUser(uid: number, gid: number, groups: number[]): number;
  kill(pid: number, signal: number, tid?: number): number;
  setAffinity(tid: number, cpus: number[]): number;
  becomeSubreaper(): number;
  /** Two sockets that are connected to each other. */
  pair(): number | number[];
}

export interface NativeAddon {
  Probe: new () => NativeProbe;
  system: NativeSystem;
}

/** Which C library the running Node uses: prebuilt addons differ by it. */
export function libc(): 'glibc' | 'musl' {
  try {
    return /\/ld-musl-/.test(readFileSync('/proc/self/maps', 'latin1')) ? 'musl' : 'glibc';
  } catch {
    return 'glibc';
  }
}

let loaded: NativeAddon | undefined;

/** Where the addon may lie, the best first. */
export function addonPaths(): string[] {
  const root = new URL('../../', import.meta.url);
  const up = new URL('../', root);
  const names = [
    'probe/build/burin.node',
    'probe/build/Release/burin.node',
    `probe/prebuilt/${process.platform}-${process.arch}-${libc()}/burin.node`,
  ];
  return [root, up].flatMap((base) => names.map((n) => fileURLToPath(new URL(n, base))));
}

/** Loads the addon once. Throws an Error that says what to do when there is none. */
export function loadAddon(): NativeAddon {
  if (loaded) return loaded;
  if (process.platform !== 'linux')
    throw new Error(`live capture needs Linux, this is ${process.platform}; captures can be read with -r`);
  const path = addonPaths().find((p) => existsSync(p));
  if (!path)
    throw new Error('the native addon is not built: run probe/build.sh (captures can be read with -r without it)');
  loaded = createRequire(import.meta.url)(path) as NativeAddon;
  return loaded;
}
