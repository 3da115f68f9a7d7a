/**
 * A program makes some 280 different system calls under `strace -f` while the live source records it: both must tell
 * the same story, call by call, with results and arguments; and sysdig, where there is one, must read the recording.
 */
import assert from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocksOf, callOf, eventsOf, numberOf, type Param, type PlainEvent, textOf } from './blocks.js';
import { cannotCapture } from './privileged.js';
import { type Recording, record } from './record.js';
import { number, parseStrace, type StraceCall, type StraceLog, unquote } from './strace-log.js';

/** Names under which captures know a call, where they differ. */
const ALIAS: Record<string, string> = {
  accept4: 'accept',
  pread64: 'pread',
  pwrite64: 'pwrite',
  dup2: 'dup',
  dup3: 'dup',
  pipe2: 'pipe',
  eventfd2: 'eventfd',
  signalfd4: 'signalfd',
  inotify_init1: 'inotify_init',
  prlimit64: 'prlimit',
  umount2: 'umount',
  rt_sigreturn: 'sigreturn',
};

/**
 * Which argument of strace is which parameter: `name=N` a number, `name~N` a text, `name@N` data, `name^N` open flags,
 * `name%N` a socket address. A parameter is looked for in the enter and in the exit event; those that neither has are
 * an error.
 */
const ARGUMENTS: Record<string, string> = {
  access: 'name~0 mode=1',
  bind: 'fd=0 addr%1',
  bpf: 'cmd=0',
  brk: 'addr=0',
  chdir: 'path~0',
  chmod: 'filename~0 mode=1',
  chroot: 'path~0',
  close: 'fd=0',
  close_range: 'first=0 last=1',
  connect: 'fd=0 addr%1',
  copy_file_range: 'fdin=0 fdout=2 len=4',
  creat: 'name~0 mode=1',
  dup: 'fd=0',
  dup2: 'fd=0',
  dup3: 'fd=0',
  epoll_wait: 'maxevents=2',
  eventfd: 'initval=0',
  eventfd2: 'initval=0',
  execve: 'filename~0',
  execveat: 'dirfd=0 pathname~1',
  fchdir: 'fd=0',
  fchmod: 'fd=0 mode=1',
  fchmodat: 'dirfd=0 filename~1 mode=2',
  fcntl: 'fd=0',
  flock: 'fd=0 operation=1',
  fstat: 'fd=0',
  futex: 'addr=0 op=1 val=2',
  getcwd: 'path~0',
  getdents: 'fd=0',
  getdents64: 'fd=0',
  getrlimit: 'resource=0',
  getsockopt: 'fd=0',
  ioctl: 'fd=0 request=1 argument=2',
  kill: 'pid=0 sig=1',
  link: 'oldpath~0 newpath~1',
  linkat: 'olddir=0 oldpath~1 newdir=2 newpath~3 flags=4',
  listen: 'fd=0 backlog=1',
  lseek: 'fd=0 offset=1 whence=2',
  lstat: 'path~0',
  memfd_create: 'name~0 flags=1',
  mkdir: 'path~0 mode=1',
  mkdirat: 'dirfd=0 path~1 mode=2',
  mlock2: 'addr=0 len=1 flags=2',
  mmap: 'addr=0 length=1 prot=2 fd=4 offset=5',
  mount: 'dev~0 dir~1 type~2 flags=3',
  mprotect: 'addr=0 length=1 prot=2',
  munmap: 'addr=0 length=1',
  open: 'name~0 flags^1 mode=2',
  openat: 'dirfd=0 name~1 flags^2 mode=3',
  openat2: 'dirfd=0 name~1',
  pidfd_open: 'pid=0',
  poll: 'timeout=2',
  pread64: 'fd=0 data@1 size=2 pos=3',
  preadv: 'fd=0 pos=3',
  prlimit64: 'pid=0 resource=1',
  ptrace: 'pid=1',
  pwrite64: 'fd=0 data@1 size=2 pos=3',
  pwritev: 'fd=0 pos=3',
  read: 'fd=0 data@1 size=2',
  readv: 'fd=0',
  recvfrom: 'fd=0 data@1 size=2',
  recvmsg: 'fd=0',
  rename: 'oldpath~0 newpath~1',
  renameat: 'olddirfd=0 oldpath~1 newdirfd=2 newpath~3',
  renameat2: 'olddirfd=0 oldpath~1 newdirfd=2 newpath~3 flags=4',
  rmdir: 'path~0',
  seccomp: 'op=0',
  semctl: 'semid=0 semnum=1',
  semget: 'key=0 nsems=1',
  semop: 'semid=0 nsops=2',
  sendfile: 'out_fd=0 in_fd=1 size=3',
  sendmsg: 'fd=0',
  sendto: 'fd=0 data@1 size=2',
  setgid: 'gid=0',
  setns: 'fd=0',
  setpgid: 'pid=0 pgid=1',
  setresgid: 'rgid=0 egid=1 sgid=2',
  setresuid: 'ruid=0 euid=1 suid=2',
  setrlimit: 'resource=0',
  setsockopt: 'fd=0 optlen=4',
  setuid: 'uid=0',
  shutdown: 'fd=0 how=1',
  socket: 'domain=0 type=1 proto=2',
  socketpair: 'domain=0 type=1 proto=2',
  splice: 'fd_in=0 fd_out=2 size=4 flags=5',
  stat: 'path~0',
  symlink: 'target~0 linkpath~1',
  symlinkat: 'target~0 linkdirfd=1 linkpath~2',
  tgkill: 'pid=0 tid=1 sig=2',
  tkill: 'tid=0 sig=1',
  umount2: 'name~0 flags=1',
  unlink: 'path~0',
  unlinkat: 'dirfd=0 name~1 flags=2',
  userfaultfd: 'flags^0',
  write: 'fd=0 data@1 size=2',
  writev: 'fd=0',
};

const SNAPLEN = 80;
/** Linux's and the capture's bits of open flags. */
const OPEN_BITS: [number, bigint][] = [
  [0o100, 4n],
  [0o200, 32n],
  [0o1000, 256n],
  [0o2000, 8n],
  [0o4000, 64n],
  [0o2000000, 4096n],
];

interface Pair {
  call: string;
  enter: PlainEvent | undefined;
  exit: PlainEvent | undefined;
}

/** Enter and exit events of a thread, put together. */
function pairs(events: PlainEvent[]): Pair[] {
  const out: Pair[] = [];
  for (const e of events) {
    const last = out.at(-1);
    if (!e.exit) out.push({ call: callOf(e), enter: e, exit: undefined });
    else if (last?.enter && !last.exit && (e.code === last.enter.code + 1 || callOf(e) === last.call)) last.exit = e;
    else out.push({ call: callOf(e), enter: undefined, exit: e });
  }
  return out;
}

function checkArgument(rule: string, call: StraceCall, pair: Pair, where: string): void {
  const [, name, kind, index] = /^(\w+)([=~@^%])(\d)$/.exec(rule)!;
  const said = call.args[Number(index)];
  const found = [pair.enter, pair.exit].map((e) => e?.params.get(name!)).filter((p): p is Param => p !== undefined);
  assert.ok(
    found.length > 0,
    `${where}: no parameter ${name} in ${pair.enter?.name} ${pair.exit?.name} of ${pair.enter?.tid} ${pair.exit?.tid}`,
  );
  if (said === undefined) return; // a mode that does not apply
  for (const p of found) {
    if (kind === '=') {
      const expected = number(said);
      if (expected === undefined) continue;
      const bits = p.bytes.length * 8;
      assert.equal(BigInt.asUintN(bits, numberOf(p)), BigInt.asUintN(bits, expected), `${where}: ${name}`);
    } else if (kind === '~') {
      // strace shows a pointer where there is no text.
      const expected = unquote(said) ?? '<NA>';
      assert.equal(textOf(p), expected, `${where}: ${name}`);
    } else if (kind === '@') {
      const expected = unquote(said);
      if (expected === undefined) continue;
      assert.equal(p.bytes.toString('latin1'), expected.slice(0, SNAPLEN), `${where}: ${name}`);
    } else if (kind === '^') {
      const linux = Number(number(said));
      const got = numberOf(p);
      assert.equal(got & 3n, BigInt((linux & 3) + 1), `${where}: access mode`);
      for (const [bit, ours] of OPEN_BITS)
        assert.equal((got & ours) !== 0n, (linux & bit) !== 0, `${where}: flag ${bit}`);
    } else checkAddress(said, p, where);
  }
}

function checkAddress(said: string, p: Param, where: string): void {
  const family = p.bytes[0];
  const v4 = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/.exec(said);
  const v6 = /sin6_port=htons\((\d+)\)/.exec(said);
  const unix = /sun_path="([^"]*)"/.exec(said);
  if (v4) {
    assert.equal(family, 2, where);
    assert.equal([...p.bytes.subarray(1, 5)].join('.'), v4[2], where);
    assert.equal(p.bytes.readUInt16LE(5), Number(v4[1]), where);
  } else if (v6) {
    assert.equal(family, 10, where);
    assert.equal(p.bytes.readUInt16LE(17), Number(v6[1]), where);
  } else if (unix) {
    assert.equal(family, 1, where);
    assert.equal(p.bytes.toString('latin1', 1, p.bytes.length - 1), unix[1], where);
  }
}

describe('the live source and strace agree', { skip: cannotCapture('strace', 'gcc') }, () => {
  let recording: Recording;
  let events: PlainEvent[];
  let log: StraceLog;
  let scap: string;
  let byThread: Map<number, PlainEvent[]>;

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'burin-live-'));
    try {
      const program = join(folder, 'syscalls');
      execFileSync('gcc', [
        '-O1',
        '-w',
        '-pthread',
        '-o',
        program,
        fileURLToPath(new URL('syscalls.c', import.meta.url)),
      ]);
      const straceLog = join(folder, 'strace.log');
      recording = await record('strace', ['-f', '-X', 'raw', '-s', '200', '-o', straceLog, program, folder]);
      assert.equal(recording.status, 0, recording.output);
      log = parseStrace(readFileSync(straceLog, 'latin1'));
    } finally {
      rmSync(folder, { recursive: true });
    }
    scap = join(mkdtempSync(join(tmpdir(), 'burin-scap-')), 'live.scap');
    writeFileSync(scap, recording.bytes);
    events = eventsOf(recording.bytes);
    byThread = new Map();
    for (const e of events) {
      if (!byThread.has(e.tid)) byThread.set(e.tid, []);
      byThread.get(e.tid)!.push(e);
    }
  });

  const isCall = (e: PlainEvent) => !['switch', 'signaldeliver', 'procexit', 'page_fault', 'drop'].includes(e.name);

  /** Calls of a thread that strace followed; what the thread did before strace let it go is left out. */
  const callsOf = (tid: number): Pair[] => {
    let list = pairs((byThread.get(tid) ?? []).filter(isCall));
    const first = log.calls.get(tid)?.[0]?.name;
    if (first === 'execve' && tid === [...log.calls.keys()][0])
      list = list.slice(
        list.findIndex((p) => p.call === 'execve' && textOf(p.enter!.params.get('filename')!).endsWith('/syscalls')),
      );
    // A new thread's first event is its own end of the call that made it.
    return list.filter((p, i) => i > 0 || p.enter !== undefined);
  };

  it('in the number of different calls', () => {
    const names = new Set([...log.calls.values()].flat().map((c) => c.name));
    assert.ok(names.size >= 200, `only ${names.size}`);
    assert.equal(recording.stats.dropped, 0);
    assert.equal(recording.stats.seen, recording.stats.delivered);
  });

  it('in every call of every thread, in order, with its result', () => {
    for (const [tid, calls] of log.calls) {
      const ours = callsOf(tid);
      for (let i = 0; i < Math.max(ours.length, calls.length); i++) {
        const expected = calls[i] && (ALIAS[calls[i]!.name] ?? calls[i]!.name);
        const around = calls.slice(Math.max(0, i - 2), i + 3).map((c) => c.name);
        assert.equal(ours[i]?.call, expected, `call ${i} of thread ${tid}, near ${around.join(', ')}`);
      }
      for (const [i, call] of calls.entries()) {
        const { exit } = ours[i]!;
        const where = `${call.name}(${call.args.join(', ')}) of ${tid}`;
        if (call.result === undefined || !exit) continue;
        const first = [...exit.params.values()][0];
        if (!first || exit.code <= 1) continue;
        if (first.type === 'DYN') assert.equal(first.bytes.readBigInt64LE(1), call.result, where);
        else assert.equal(BigInt.asIntN(64, numberOf(first)), BigInt.asIntN(64, call.result), where);
      }
    }
  });

  it('in the arguments', () => {
    let checked = 0;
    for (const [tid, calls] of log.calls) {
      const ours = callsOf(tid);
      for (const [i, call] of calls.entries()) {
        for (const rule of (ARGUMENTS[call.name] ?? '').split(' ').filter(Boolean)) {
          checkArgument(rule, call, ours[i]!, `${call.name}(${call.args.join(', ')})`);
          checked++;
        }
      }
    }
    assert.ok(checked > 600, `only ${checked} arguments`);
  });

  it('in signals and exits', () => {
    for (const [tid, signals] of log.signals) {
      const ours = (byThread.get(tid) ?? [])
        .filter((e) => e.name === 'signaldeliver')
        .map((e) => Number(numberOf(e.params.get('sig')!)));
      const stop = 19; // with which strace holds its child at the start
      assert.deepEqual(
        ours.filter((s) => s !== stop && s !== 18),
        signals,
        `thread ${tid}`,
      );
    }
    for (const [tid, status] of log.exits) {
      const exit = byThread.get(tid)?.find((e) => e.name === 'procexit');
      assert.ok(exit, `no procexit of ${tid}`);
      const value = (name: string) => Number(numberOf(exit.params.get(name)!));
      if (status < 0) assert.equal(value('sig'), -status);
      else assert.deepEqual([value('ret'), value('sig')], [status, 0], `thread ${tid}`);
    }
  });

  it('and connections have both ends', () => {
    const tuples = events
      .filter((e) => ['connect', 'accept'].includes(e.name) && e.exit)
      .map((e) => e.params.get('tuple')!.bytes);
    const v4 = tuples.filter((t) => t.length === 13);
    const [client, server] = v4;
    assert.ok(client && server);
    assert.deepEqual(client, server, 'client and server see one connection');
    assert.equal([...client.subarray(1, 5)].join('.'), '127.0.0.1');
    const unix = tuples.filter((t) => t[0] === 1 && t.toString('latin1', 17).startsWith('unix.sock'));
    assert.ok(unix.length >= 2);
  });

  it('and events come in order of time', () => {
    let last = 0n;
    for (const e of events) {
      assert.ok(e.ts >= last, `event ${e.name} of ${e.tid} is older than the one before`);
      last = e.ts;
    }
    const age = BigInt(Date.now()) * 1_000_000n - last;
    assert.ok(age > 0n && age < 120_000_000_000n, `the clock is off by ${age} ns`);
  });

  it('and the metadata are whole', () => {
    const types = [...blocksOf(recording.bytes)].map((b) => b.type);
    assert.deepEqual(types.slice(0, 5), [0x0a0d0d0a, 0x201, 0x219, 0x220, 0x215]);
    assert.ok(types.includes(0x218));
  });

  it('and sysdig reads the recording', { skip: !existsSync('/usr/bin/sysdig') && 'needs sysdig' }, () => {
    const run = spawnSync('sysdig', ['-r', scap, '-p', '%evt.num %thread.tid %evt.type'], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
    });
    assert.equal(run.status, 0, run.stderr);
    const known = events.filter((e) => e.code <= 335 && e.name !== 'drop');
    assert.equal(run.stdout.trim().split('\n').length, known.length);
  });
});
