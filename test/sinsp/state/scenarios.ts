/** One small capture per rule. They are checked against expectations, and against sysdig where it is installed. */
import { type CaptureBuilder, fdPayload, ip4, join, text, u8, u16, u32, u64 } from '../../support/capture-builder.js';
import {
  address4,
  address6,
  call,
  cloneParams,
  code,
  execParams,
  ip6,
  mapped,
  scenario,
  tuple4,
  tuple6,
  tupleUnix,
} from './scenario.js';

const CLONE_FILES = 1;
const CLONE_THREAD = 1 << 13;
const IN_PIDNS = 1 << 29;
const HEX64 = '0123456789abcdef'.repeat(4);

const open = (b: CaptureBuilder, fd: number, name: string, flags = 1) =>
  call(b, 'SYSCALL_OPEN', [name, u32(flags), u32(0)], [u64(fd), name, u32(flags), u32(0), u32(7)]);
const openat = (b: CaptureBuilder, fd: number, dirfd: number, name: string, flags = 1) =>
  call(
    b,
    'SYSCALL_OPENAT_2',
    [u64(dirfd), name, u32(flags), u32(0)],
    [u64(fd), u64(dirfd), name, u32(flags), u32(0), u32(7)],
  );
const close = (b: CaptureBuilder, fd: number, res = 0) => call(b, 'SYSCALL_CLOSE', [u64(fd)], [u64(res)]);
const read = (b: CaptureBuilder, fd: number, tid = 100) =>
  call(b, 'SYSCALL_READ', [u64(fd), u32(10)], [u64(3), text('abc').subarray(0, 3)], { tid });
const socket = (b: CaptureBuilder, fd: number, domain: number, type: number, proto: number) =>
  call(b, 'SOCKET_SOCKET', [u32(domain), u32(type), u32(proto)], [u64(fd)]);
const bind = (b: CaptureBuilder, fd: number, address: Uint8Array) =>
  call(b, 'SOCKET_BIND', [u64(fd)], [u64(0), address]);
const connect = (b: CaptureBuilder, fd: number, address: Uint8Array, tuple: Uint8Array, res = 0) =>
  call(b, 'SOCKET_CONNECT', [u64(fd), address], [u64(res), tuple]);
const recvfrom = (b: CaptureBuilder, fd: number, tuple: Uint8Array) =>
  call(b, 'SOCKET_RECVFROM', [u64(fd), u32(10)], [u64(3), text('ab'), tuple]);
const sendto = (b: CaptureBuilder, fd: number, tuple: Uint8Array) =>
  call(b, 'SOCKET_SENDTO', [u64(fd), u32(10), tuple], [u64(3), text('ab')]);
const clone = (b: CaptureBuilder, tid: number, params: Parameters<typeof cloneParams>[0], ts?: bigint) =>
  b.event(code('SYSCALL_CLONE_20_X'), cloneParams(params), ts === undefined ? { tid } : { tid, ts });
const exec = (b: CaptureBuilder, tid: number, filename: string, params: Parameters<typeof execParams>[0]) =>
  call(b, 'SYSCALL_EXECVE_19', [filename], execParams(params), { tid });
const exit = (b: CaptureBuilder, tid: number) => b.event(code('PROCEXIT_1_E'), [u64(0), u64(0), u8(0), u8(0)], { tid });
const tick = (b: CaptureBuilder, tid = 100) => call(b, 'SYSCALL_GETUID', [], [u32(0)], { tid });

export const SCENARIOS: Record<string, () => CaptureBuilder> = {
  'open: relative, absolute, dots, directory, failure': () => {
    const b = scenario();
    open(b, 10, 'a.txt');
    read(b, 10);
    open(b, 11, '/var//log/./x/../y/');
    read(b, 11);
    open(b, 12, '../../../../top', 1025);
    read(b, 12);
    open(b, 13, '..hidden/.x/...');
    read(b, 13);
    open(b, 14, '.');
    read(b, 14);
    open(b, 15, '/');
    read(b, 15);
    open(b, 16, 'sp ace\x01\xff');
    read(b, 16);
    open(b, -2, 'missing');
    call(b, 'SYSCALL_CREAT', ['made', u32(0)], [u64(17), 'made', u32(0), u32(0)]);
    return read(b, 17);
  },
  'open: the enter event wins': () => {
    const b = scenario();
    call(b, 'SYSCALL_OPEN', ['/true', u32(1), u32(0)], [u64(10), '/raced', u32(4), u32(0), u32(7)]);
    read(b, 10);
    call(b, 'SYSCALL_OPEN', ['(NULL)', u32(1), u32(0)], [u64(11), '/real', u32(1), u32(0), u32(7)]);
    read(b, 11);
    b.event(code('SYSCALL_OPEN_X'), [u64(12), 'unpaired', u32(1), u32(0), u32(7)]);
    return read(b, 12);
  },
  'openat: directory descriptors': () => {
    const b = scenario();
    openat(b, 10, -100, 'rel.txt');
    read(b, 10);
    openat(b, 11, 5, 'passwd');
    read(b, 11);
    openat(b, 12, 77, 'rel.txt');
    read(b, 12);
    openat(b, 13, 77, '/abs.txt');
    read(b, 13);
    openat(b, 14, 5, '../up');
    read(b, 14);
    openat(b, -2, 5, 'nothing');
    return openat(b, -13, -100, 'nothing');
  },
  'path too long': () => {
    const b = scenario();
    open(b, 10, `/${'x'.repeat(1019)}`);
    read(b, 10);
    open(b, 10, 'y'.repeat(1015));
    return read(b, 10);
  },
  'close: after the event; a failed one keeps it': () => {
    const b = scenario();
    open(b, 10, 'a');
    close(b, 10);
    read(b, 10);
    open(b, 11, 'b');
    close(b, 11, -5);
    return read(b, 11);
  },
  'close: number used again before the exit': () => {
    const b = scenario();
    open(b, 10, 'old');
    b.event(code('SYSCALL_CLOSE_E'), [u64(10)], { tid: 100 });
    b.event(code('SYSCALL_OPEN_E'), ['new', u32(1), u32(0)], { tid: 101 });
    b.event(code('SYSCALL_OPEN_X'), [u64(10), 'new', u32(1), u32(0), u32(7)], { tid: 101 });
    b.event(code('SYSCALL_CLOSE_X'), [u64(0)], { tid: 100 });
    tick(b);
    read(b, 10);
    return read(b, 10, 101);
  },
  'dup, dup over an open one, fcntl': () => {
    const b = scenario();
    open(b, 10, 'a');
    call(b, 'SYSCALL_DUP', [u64(10)], [u64(20)]);
    read(b, 20);
    call(b, 'SYSCALL_DUP', [u64(10)], [u64(0)]);
    read(b, 0);
    call(b, 'SYSCALL_FCNTL', [u64(5), u8(1)], [u64(21)]);
    read(b, 21);
    call(b, 'SYSCALL_FCNTL', [u64(5), u8(26)], [u64(22)]);
    read(b, 22);
    call(b, 'SYSCALL_FCNTL', [u64(5), u8(2)], [u64(10)]);
    read(b, 10);
    // Where a filter does not let the exit of the first through, the second one finds what was kept for that.
    call(b, 'SYSCALL_FCNTL', [u64(10), u8(1)], [u64(23)]);
    call(b, 'SYSCALL_FCNTL', [u64(23), u8(2)], [u64(11)]);
    return read(b, 11);
  },
  'pipes, socketpair, eventfd and their kind': () => {
    const b = scenario();
    call(b, 'SYSCALL_PIPE', [], [u64(0), u64(10), u64(11), u64(999)]);
    read(b, 10);
    read(b, 11);
    call(b, 'SOCKET_SOCKETPAIR', [u32(1), u32(1), u32(0)], [u64(0), u64(12), u64(13), u64(0xabcdn), u64(0x1234n)]);
    read(b, 12);
    read(b, 13);
    call(b, 'SYSCALL_EVENTFD', [u64(0), u32(0)], [u64(14)]);
    read(b, 14);
    call(b, 'SYSCALL_SIGNALFD', [u64(-1), u32(0), u8(0)], [u64(15)]);
    read(b, 15);
    call(b, 'SYSCALL_TIMERFD_CREATE', [u8(0), u8(0)], [u64(16)]);
    read(b, 16);
    call(b, 'SYSCALL_INOTIFY_INIT', [u8(0)], [u64(17)]);
    return read(b, 17);
  },
  'working directory': () => {
    const b = scenario();
    call(b, 'SYSCALL_CHDIR', [], [u64(0), 'sub']);
    open(b, 10, 'x');
    read(b, 10);
    call(b, 'SYSCALL_CHDIR', [], [u64(-2), '/nowhere']);
    call(b, 'SYSCALL_FCHDIR', [u64(5)], [u64(0)]);
    tick(b);
    call(b, 'SYSCALL_GETCWD', [], [u64(4), '/real/dir']);
    tick(b);
    tick(b, 101);
    call(b, 'SYSCALL_CHDIR', [], [u64(0), '..'], { tid: 101 });
    return tick(b);
  },
  'clone: parent first, then child': () => {
    const b = scenario();
    clone(b, 100, { res: 200, tid: 100, ptid: 1 });
    clone(b, 200, { res: 0, tid: 200, ptid: 100 });
    read(b, 5, 200);
    tick(b, 200);
    exit(b, 200);
    tick(b, 100);
    return tick(b, 200);
  },
  'clone: child first': () => {
    const b = scenario();
    clone(b, 200, { res: 0, tid: 200, ptid: 100, comm: 'kid' });
    clone(b, 100, { res: 200, tid: 100, ptid: 1 });
    return tick(b, 200);
  },
  'clone: in a container only the child counts': () => {
    const b = scenario();
    clone(b, 100, { res: 30, tid: 100, ptid: 1, vtid: 7, vpid: 7 });
    clone(b, 300, { res: 0, tid: 300, ptid: 100, vtid: 8, vpid: 8, flags: IN_PIDNS });
    return tick(b, 300);
  },
  'clone: threads': () => {
    const b = scenario();
    const flags = CLONE_FILES | CLONE_THREAD;
    clone(b, 100, { res: 201, tid: 100, pid: 100, ptid: 1, flags });
    tick(b, 100);
    b.event(code('SYSCALL_OPEN_X'), [u64(10), 'shared', u32(1), u32(0), u32(7)], { tid: 201 });
    read(b, 10, 100);
    read(b, 10, 101);
    exit(b, 201);
    tick(b, 100);
    exit(b, 100);
    tick(b, 101);
    exit(b, 101);
    tick(b, 1);
    return tick(b, 100);
  },
  'clone: an old record of the child': () => {
    const b = scenario();
    clone(b, 100, { res: 200, tid: 100, ptid: 1 }, 1_700_000_000_000_000_000n);
    clone(b, 200, { res: 0, tid: 200, ptid: 1, comm: 'later' }, 1_700_000_003_000_000_000n);
    tick(b, 200);
    clone(b, 100, { res: 101, tid: 100, ptid: 1, comm: 'reused' });
    return tick(b, 101);
  },
  'clone: unknown parent': () => {
    const b = scenario();
    clone(b, 900, { res: 901, tid: 900, ptid: 1, exe: '/bin/x', comm: 'x' });
    tick(b, 900);
    tick(b, 901);
    clone(b, 903, { res: 0, tid: 903, ptid: 902, exe: '/bin/y', comm: 'y' });
    tick(b, 903);
    return tick(b, 902);
  },
  'clone: failed': () => clone(scenario(), 100, { res: -11, tid: 100, ptid: 1 }),
  'exec: all of it': () => {
    const b = scenario();
    clone(b, 100, { res: 200, tid: 100, ptid: 1 });
    exec(b, 200, 'bin/prog', { exe: 'bin/prog', comm: 'prog', args: 'a\0b', tid: 200, ptid: 100, flags: 1 });
    read(b, 5, 200);
    exec(b, 200, '/abs/prog', { exe: 'p', comm: 'p', tid: 200, ptid: 100 });
    exec(b, 200, '<NA>', { exe: 'q', comm: 'q', tid: 200, ptid: 100 });
    exec(b, 200, '/no', { res: -2, exe: 'no', comm: 'no', tid: 200, ptid: 100 });
    b.event(code('SYSCALL_EXECVE_19_X'), execParams({ exe: 'late', comm: 'late', tid: 200, ptid: 5 }), { tid: 200 });
    b.event(code('SYSCALL_EXECVE_19_X'), execParams({ exe: 'new', comm: 'new', tid: 777, ptid: 100 }), { tid: 777 });
    return tick(b, 777);
  },
  'execveat: absolute': () => {
    const b = scenario();
    return call(
      b,
      'SYSCALL_EXECVEAT',
      [u64(5), '/abs//x', u32(0)],
      execParams({ exe: 'e', comm: 'e', tid: 100, ptid: 1 }),
    );
  },
  'exec: old versions': () => {
    const b = scenario();
    const base = execParams({ exe: '/old/x', comm: 'comm', args: 'q', tid: 100, ptid: 1 });
    b.event(code('SYSCALL_EXECVE_8_X'), base.slice(0, 8));
    tick(b);
    b.event(code('SYSCALL_EXECVE_13_X'), base.slice(0, 13));
    tick(b);
    b.event(code('SYSCALL_EXECVE_14_X'), [...base.slice(0, 13), 'E=1']);
    tick(b);
    b.event(code('SYSCALL_EXECVE_15_X'), [...base.slice(0, 14), 'E=1']);
    tick(b);
    b.event(code('SYSCALL_EXECVE_16_X'), base.slice(0, 16));
    tick(b);
    b.event(code('SYSCALL_EXECVE_17_X'), base.slice(0, 17));
    tick(b);
    call(b, 'SYSCALL_EXECVE_18', ['file'], base.slice(0, 17));
    return tick(b);
  },
  'clone: old versions': () => {
    const b = scenario();
    const base = cloneParams({ res: 210, tid: 100, ptid: 1, comm: 'c', exe: '/e', uid: 5 });
    b.event(code('SYSCALL_CLONE_11_X'), [...base.slice(0, 8), ...base.slice(15, 18)]);
    tick(b, 210);
    b.event(code('SYSCALL_CLONE_16_X'), [u64(211), ...base.slice(1, 13), ...base.slice(15, 18)]);
    tick(b, 211);
    b.event(code('SYSCALL_CLONE_17_X'), [u64(212), ...base.slice(1, 14), ...base.slice(15, 18)]);
    tick(b, 212);
    b.event(code('SYSCALL_FORK_20_X'), [u64(213), ...base.slice(1)]);
    tick(b, 213);
    b.event(code('SYSCALL_VFORK_X'), [u64(214), ...base.slice(1, 13), ...base.slice(15, 18)]);
    tick(b, 214);
    b.event(code('SYSCALL_CLONE3_X'), [u64(215), ...base.slice(1)]);
    return tick(b, 215);
  },
  'ids and session': () => {
    const b = scenario();
    call(b, 'SYSCALL_SETUID', [u32(1000)], [u64(0)]);
    tick(b);
    call(b, 'SYSCALL_SETUID', [u32(0)], [u64(-1)]);
    tick(b);
    call(b, 'SYSCALL_SETRESUID', [u32(5), u32(6), u32(7)], [u64(0)]);
    tick(b);
    call(b, 'SYSCALL_SETRESUID', [u32(5), u32(-1), u32(7)], [u64(0)]);
    tick(b);
    call(b, 'SYSCALL_SETGID', [u32(50)], [u64(0)]);
    call(b, 'SYSCALL_SETRESGID', [u32(5), u32(60), u32(7)], [u64(0)]);
    call(b, 'SYSCALL_SETSID', [], [u64(100)]);
    return tick(b);
  },
  limits: () => {
    const b = scenario();
    call(b, 'SYSCALL_SETRLIMIT', [u8(7)], [u64(0), u64(500), u64(600)]);
    tick(b);
    call(b, 'SYSCALL_GETRLIMIT', [u8(6)], [u64(0), u64(1), u64(1)]);
    tick(b);
    call(b, 'SYSCALL_PRLIMIT', [u64(0), u8(7)], [u64(0), u64(700), u64(800), u64(1), u64(1)]);
    tick(b);
    call(b, 'SYSCALL_PRLIMIT', [u64(1), u8(7)], [u64(0), u64(900), u64(900), u64(1), u64(1)]);
    tick(b, 1);
    call(b, 'SYSCALL_GETRLIMIT', [u8(7)], [u64(0), u64(-1), u64(-1)]);
    return tick(b);
  },
  'tcp: connect and accept': () => {
    const b = scenario();
    socket(b, 10, 2, 1, 6);
    connect(b, 10, address4('1.2.3.4', 80), tuple4('10.0.0.5', 40000, '1.2.3.4', 80));
    read(b, 10);
    socket(b, 11, 2, 1, 0);
    connect(b, 11, address4('1.2.3.4', 81), tuple4('10.0.0.5', 40001, '1.2.3.4', 81), -115);
    read(b, 11);
    socket(b, 12, 2, 1, 0);
    connect(b, 12, address4('1.2.3.4', 82), tuple4('10.0.0.5', 40002, '1.2.3.4', 82), -111);
    read(b, 12);
    socket(b, 13, 2, 1, 0);
    bind(b, 13, address4('0.0.0.0', 8080));
    read(b, 13);
    call(b, 'SOCKET_ACCEPT_5', [], [u64(14), tuple4('9.9.9.9', 5555, '10.0.0.5', 8080), u8(0), u32(0), u32(5)]);
    read(b, 14);
    call(b, 'SOCKET_ACCEPT_5', [], [u64(-11), null, u8(0), u32(0), u32(5)]);
    return b;
  },
  'sockets of all kinds': () => {
    const b = scenario();
    let fd = 10;
    for (const [domain, type, proto] of [
      [1, 1, 0],
      [2, 2, 17],
      [2, 3, 1],
      [2, 2, 1],
      [2, 3, 255],
      [2, 0x80802, 0],
      [10, 1, 6],
      [10, 2, 0],
      [16, 3, 0],
      [17, 3, 0],
      [2, 5, 132],
    ] as const) {
      socket(b, fd, domain, type, proto);
      read(b, fd++);
    }
    b.event(code('SOCKET_SOCKET_X'), [u64(40)]);
    return read(b, 40);
  },
  ipv6: () => {
    const b = scenario();
    const here = ip6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    const there = ip6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
    socket(b, 10, 10, 1, 6);
    connect(b, 10, address6(there, 443), tuple6(here, 40000, there, 443));
    read(b, 10);
    socket(b, 11, 10, 1, 6);
    connect(b, 11, address6(mapped('1.2.3.4'), 80), tuple6(mapped('10.0.0.5'), 40001, mapped('1.2.3.4'), 80));
    read(b, 11);
    socket(b, 12, 10, 1, 6);
    bind(b, 12, address6(ip6(0, 0, 0, 0, 0, 0, 0, 0), 8080));
    read(b, 12);
    socket(b, 13, 10, 1, 6);
    bind(b, 13, address6(here, 8081));
    read(b, 13);
    call(b, 'SOCKET_ACCEPT_5', [], [u64(14), tuple6(there, 5555, here, 8081), u8(0), u32(0), u32(5)]);
    read(b, 14);
    call(
      b,
      'SOCKET_ACCEPT_5',
      [],
      [u64(15), tuple6(mapped('9.9.9.9'), 5556, mapped('10.0.0.5'), 8080), u8(0), u32(0), u32(5)],
    );
    return read(b, 15);
  },
  'udp: client, peers that change': () => {
    const b = scenario();
    socket(b, 10, 2, 2, 0);
    sendto(b, 10, tuple4('10.0.0.5', 5353, '8.8.8.8', 53));
    recvfrom(b, 10, tuple4('8.8.8.8', 53, '10.0.0.5', 5353));
    recvfrom(b, 10, tuple4('1.1.1.1', 53, '10.0.0.5', 5353));
    sendto(b, 10, tuple4('10.0.0.5', 5353, '9.9.9.9', 53));
    return read(b, 10);
  },
  'udp: receiving first': () => {
    const b = scenario();
    socket(b, 10, 2, 2, 17);
    recvfrom(b, 10, tuple4('8.8.8.8', 53, '10.0.0.5', 5353));
    recvfrom(b, 10, tuple4('1.1.1.1', 53, '10.0.0.5', 5353));
    return read(b, 10);
  },
  'udp: server': () => {
    const b = scenario();
    socket(b, 10, 2, 2, 17);
    bind(b, 10, address4('0.0.0.0', 5353));
    recvfrom(b, 10, tuple4('8.8.8.8', 1000, '10.0.0.5', 5353));
    sendto(b, 10, tuple4('10.0.0.5', 5353, '8.8.8.8', 1000));
    recvfrom(b, 10, tuple4('7.7.7.7', 1001, '10.0.0.5', 5353));
    read(b, 10);
    socket(b, 11, 10, 2, 17);
    bind(b, 11, address6(ip6(0, 0, 0, 0, 0, 0, 0, 0), 5354));
    recvfrom(b, 11, tuple6(mapped('8.8.8.8'), 1000, mapped('10.0.0.5'), 5354));
    read(b, 11);
    socket(b, 12, 2, 2, 17);
    bind(b, 12, address4('10.0.0.5', 5355));
    connect(b, 12, address4('6.6.6.6', 60), tuple4('10.0.0.5', 5355, '6.6.6.6', 60));
    return read(b, 12);
  },
  'udp: unknown socket, missing addresses': () => {
    const b = scenario();
    sendto(b, 30, tuple4('0.0.0.0', 5353, '8.8.8.8', 53));
    read(b, 30);
    sendto(b, 31, tuple4('0.0.0.0', 5353, '127.0.0.1', 53));
    read(b, 31);
    sendto(b, 32, tupleUnix(1n, 2n, '/sock'));
    return read(b, 32);
  },
  'unix sockets': () => {
    const b = scenario();
    socket(b, 10, 1, 1, 0);
    connect(
      b,
      10,
      join([u8(1), text('/run/x.sock')]),
      tupleUnix(0xffff888012345678n, 0xffff888087654321n, '/run/x.sock'),
    );
    read(b, 10);
    socket(b, 11, 1, 1, 0);
    bind(b, 11, join([u8(1), text('/run/y.sock')]));
    read(b, 11);
    call(b, 'SOCKET_ACCEPT_5', [], [u64(12), tupleUnix(5n, 0x1234567890n, '/run/y.sock'), u8(0), u32(0), u32(5)]);
    read(b, 12);
    recvfrom(b, 12, tupleUnix(6n, 7n, ''));
    read(b, 12);
    socket(b, 13, 1, 2, 0);
    sendto(b, 13, tupleUnix(8n, 9n, '/dev/log'));
    return read(b, 13);
  },
  'bind: port 0 and other families': () => {
    const b = scenario();
    socket(b, 10, 2, 1, 6);
    bind(b, 10, address4('127.0.0.1', 0));
    read(b, 10);
    socket(b, 11, 16, 3, 0);
    bind(b, 11, join([u8(16), u8(0)]));
    return read(b, 11);
  },
  'header: directions of sockets': () => {
    const b = scenario();
    b.fds(1, [
      { fd: 3, type: 5, payload: fdPayload.ipv4Server('0.0.0.0', 80, 2) },
      { fd: 4, type: 3, payload: fdPayload.ipv4('10.0.0.5', 80, '9.9.9.9', 4000, 2) },
      { fd: 5, type: 3, payload: fdPayload.ipv4('10.0.0.5', 4001, '9.9.9.9', 80, 2) },
      { fd: 6, type: 4, payload: fdPayload.ipv6(ip6(1, 2, 3, 4, 5, 6, 7, 8), 80, ip6(1, 2, 3, 4, 5, 6, 7, 9), 90, 2) },
      { fd: 7, type: 4, payload: fdPayload.ipv6(mapped('10.0.0.5'), 80, mapped('9.9.9.9'), 4002, 2) },
      { fd: 8, type: 6, payload: fdPayload.ipv6Server(ip6(0, 0, 0, 0, 0, 0, 0, 1), 81, 2) },
      { fd: 9, type: 8, payload: fdPayload.unix(1n, 2n, '/run/z') },
      { fd: 10, type: 8, payload: fdPayload.unix(1n, 2n, '') },
      { fd: 11, type: 3, payload: fdPayload.ipv4('10.0.0.5', 81, '9.9.9.9', 4003, 3) },
      { fd: 12, type: 15, payload: fdPayload.named('NETLINK') },
      { fd: 13, type: 3, payload: join([ip4('0.0.0.0'), ip4('9.9.9.9'), u16(1), u16(2), u8(5)]) },
      { fd: 14, type: 7, payload: fdPayload.named('pipe:[1]') },
    ]);
    for (let fd = 3; fd <= 14; fd++) read(b, fd, 1);
    return b;
  },
  'unknown threads': () => {
    const b = scenario();
    tick(b, 555);
    read(b, 3, 555);
    b.event(code('SCHEDSWITCH_6_E'), [u64(0), u64(1), u64(2), u32(3), u32(4), u32(5)], { tid: 556 });
    b.event(code('SYSCALL_CLOSE_X'), [u64(0)], { tid: 557 });
    return read(b, 9, 557);
  },
  'exits without their enters': () => {
    const b = scenario();
    b.event(code('SYSCALL_READ_X'), [u64(3), text('ab')]);
    b.event(code('SYSCALL_CLOSE_E'), [u64(5)]);
    b.event(code('SYSCALL_READ_X'), [u64(3), text('ab')]);
    b.event(code('SYSCALL_CLOSE_X'), [u64(0)]);
    tick(b);
    b.event(code('SYSCALL_DUP_X'), [u64(9)]);
    b.event(code('SOCKET_BIND_X'), [u64(0), address4('1.1.1.1', 1)]);
    return read(b, 9);
  },
  'containers by cgroup': () => {
    const b = scenario();
    let tid = 400;
    for (const path of [
      `/docker/${HEX64}`,
      `/docker/${HEX64}/init`,
      `/system.slice/docker-${HEX64}.scope`,
      `/kubepods/pod1/${HEX64}`,
      `/kubepods.slice/cri-containerd-${HEX64.replace('0', '1')}.scope`,
      `/kubepods.slice/crio-${HEX64.replace('0', '2')}.scope`,
      `/machine.slice/libpod-${HEX64.replace('0', '3')}.scope`,
      `/docker/${HEX64.toUpperCase()}`,
      `/docker/${HEX64.slice(1)}`,
      '/lxc/web/sub',
      '/lxc.payload/web2',
      '/machine/vm.libvirt-lxc',
      '/machine.slice/machine-nspawned.scope',
      `/x.slice/other-${HEX64.replace('0', '4')}.scope`,
      `/x.slice/libpod-${HEX64.replace('0', '5')}.scope/container`,
      `/docker-${HEX64.replace('0', '6')}.scope/init.scope`,
      `/x/crio-${HEX64.replace('0', '7')}`,
      '/',
    ]) {
      clone(b, tid, { res: 0, tid, ptid: 1, cgroups: `cpuset=/\0memory_cgroup=${path}` });
      tick(b, tid++);
    }
    return b;
  },
  'container events': () => {
    const b = scenario();
    const json = (name: string, state?: number) =>
      `{"container":{"id":"${HEX64.slice(0, 12)}","type":0,"name":"${name}","image":"img:1",${
        state === undefined ? '' : `"lookup_state":${state},`
      }"labels":{},"env":[],"Mounts":[]}}`;
    tick(b);
    b.event(code('CONTAINER_JSON_E'), [json('web')], { tid: -1 });
    clone(b, 400, { res: 0, tid: 400, ptid: 1, cgroups: `cpuset=/docker/${HEX64}` });
    tick(b, 400);
    b.event(code('CONTAINER_JSON_E'), [json('failed', 2)], { tid: -1 });
    tick(b, 400);
    b.event(code('CONTAINER_E'), [HEX64.slice(0, 12), u32(1), 'old', 'oldimg'], { tid: -1 });
    return tick(b, 400);
  },
};
