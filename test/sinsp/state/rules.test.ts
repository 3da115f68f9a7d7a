/** The rules of state tracking, each on a capture of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FD_TYPE } from '../../../src/sinsp/schema/index.js';
import { L4_TCP, ROLE_CLIENT, ROLE_NONE, ROLE_SERVER } from '../../../src/sinsp/state/fd-info.js';
import { splitEnv, splitNul } from '../../../src/sinsp/state/nul-lists.js';
import { text, u8, u32, u64 } from '../../support/capture-builder.js';
import {
  address4,
  call,
  cloneParams,
  code,
  execParams,
  fdNameOf,
  nameOf,
  scenario,
  stateAfter,
  tuple4,
  walk,
} from './scenario.js';
import { SCENARIOS } from './scenarios.js';

const after = (name: string) => stateAfter(SCENARIOS[name]!());
const comm = (name: string) => walk(SCENARIOS[name]!(), ({ thread }) => thread?.comm.text ?? '-');

test('names of opened files are joined to the working directory', () => {
  const state = after('open: relative, absolute, dots, directory, failure');
  assert.equal(nameOf(state, 100, 10), '/home/u/a.txt');
  assert.equal(nameOf(state, 100, 11), '/var/log/x/../y'.replace('x/../', ''));
  assert.equal(nameOf(state, 100, 12), '/top');
  assert.equal(nameOf(state, 100, 13), '/home/u/..hidden/.x/..', 'three dots at the end lose one');
  assert.equal(nameOf(state, 100, 14), '/home/u');
  assert.equal(nameOf(state, 100, 15), '/');
  assert.equal(nameOf(state, 100, 16), '/home/u/sp ace..');
  assert.equal(nameOf(state, 100, 17), '/home/u/made');
  assert.equal(state.threads.get(100)!.fds.get(12)!.type, FD_TYPE.DIRECTORY);
  assert.equal(state.threads.get(100)!.fds.get(10)!.dev, 7);
});

test('the enter event of an open wins over what the exit says', () => {
  const state = after('open: the enter event wins');
  assert.equal(nameOf(state, 100, 10), '/true');
  assert.equal(nameOf(state, 100, 11), '/real');
  assert.equal(nameOf(state, 100, 12), '/home/u/unpaired');
});

test('openat: an unknown directory descriptor leaves its mark', () => {
  const state = after('openat: directory descriptors');
  assert.equal(nameOf(state, 100, 10), '/home/u/rel.txt');
  assert.equal(nameOf(state, 100, 11), '/etc/passwd');
  assert.equal(nameOf(state, 100, 12), '<UNKNOWN>rel.txt');
  assert.equal(nameOf(state, 100, 13), '/abs.txt');
  assert.equal(nameOf(state, 100, 14), '/up');
});

test('a closed descriptor is still known in the line of its close', () => {
  const names = walk(SCENARIOS['close: after the event; a failed one keeps it']!(), fdNameOf);
  assert.deepEqual(names.slice(2, 6), ['/home/u/a', '/home/u/a', '-', '-']);
  assert.equal(names.at(-1), '/home/u/b');
});

test('descriptors of all kinds', () => {
  const state = after('pipes, socketpair, eventfd and their kind');
  const types = [10, 11, 12, 13, 14, 15, 16, 17].map((num) => state.threads.get(100)!.fds.get(num)!.type);
  const { FIFO, UNIX_SOCK, EVENT, SIGNALFD, TIMERFD, INOTIFY } = FD_TYPE;
  assert.deepEqual(types, [FIFO, FIFO, UNIX_SOCK, UNIX_SOCK, EVENT, SIGNALFD, TIMERFD, INOTIFY]);
  assert.equal(state.threads.get(100)!.fds.get(11)!.ino, 999);
});

test('a clone seen in the parent names its child in the same event', () => {
  assert.deepEqual(comm('clone: parent first, then child').slice(0, 2), ['bash', 'bash']);
  const state = after('clone: parent first, then child');
  assert.equal(state.threads.get(200)?.placeholder, true, 'gone after its exit, unknown when it speaks again');
});

test('a clone seen in the child first', () => {
  const state = after('clone: child first');
  assert.equal(state.threads.get(200)!.comm.text, 'kid');
  assert.equal(state.threads.get(200)!.ptid, 100);
});

test('in a container the parent does not make the child', () => {
  const state = after('clone: in a container only the child counts');
  assert.equal(state.threads.has(30), false);
  assert.deepEqual([state.threads.get(300)!.vtid, state.threads.get(300)!.ptid], [8, 100]);
});

test('threads share descriptors, count as children, and keep their main thread', () => {
  const state = after('clone: threads');
  assert.equal(nameOf(state, 100, 10), '/home/u/shared');
  assert.equal(state.threads.get(100)!.nchilds, 0);
  assert.equal(state.threads.has(201), false);
  assert.equal(state.threads.get(100)!.comm.text, 'bash', 'it had children when it exited, so it stayed');
});

test('an old record of a thread id is replaced', () => {
  const state = after('clone: an old record of the child');
  assert.equal(state.threads.get(200)!.comm.text, 'later');
  assert.equal(state.threads.get(101)!.comm.text, 'reused');
});

test('exec', () => {
  const b = scenario();
  call(b, 'SYSCALL_EXECVE_19', ['bin/p'], execParams({ exe: 'bin/p', comm: 'p', args: 'a\0b', tid: 100, ptid: 9 }));
  const thread = stateAfter(b).threads.get(100)!;
  assert.equal(thread.exepath.text, '/home/u/bin/p');
  assert.deepEqual(splitNul(thread.args), ['a', 'b']);
  assert.deepEqual(splitEnv(thread.env), ['X=y']);
  assert.equal(thread.ptid, 1, 'the parent was known');
  assert.equal(thread.cwd.text, '/home/u/');
  assert.equal(thread.loginuid, 1000);
  assert.equal(thread.fds.size, 2);
});

test('latency is the time since the last enter, also for strays', () => {
  const b = scenario();
  call(b, 'SYSCALL_GETUID', [], [u32(0)]);
  b.event(code('SYSCALL_READ_X'), [u64(1), text('x')]);
  const latencies = walk(b, ({ thread }) => thread!.latency);
  assert.deepEqual(latencies, [0, 1000, 2000]);
});

test('an unpaired exit has no descriptor and no error', () => {
  const b = scenario();
  b.event(code('SYSCALL_READ_X'), [u64(-5), null]);
  call(b, 'SYSCALL_READ', [u64(5), u32(1)], [u64(-5), null]);
  assert.deepEqual(
    walk(b, ({ event }) => [event.paired, event.fdNum]),
    [
      [false, -1],
      [false, 5],
      [true, 5],
    ],
  );
});

test('newer captures: exits without enters name what they work on', () => {
  const b = scenario();
  b.event(code('SYSCALL_READ_X'), [u64(1), text('x'), u64(5), u32(10)]);
  b.event(code('SOCKET_SOCKET_X'), [u64(10), u32(2), u32(1), u32(6)]);
  b.event(code('SOCKET_CONNECT_X'), [u64(0), tuple4('10.0.0.5', 1, '1.2.3.4', 80), u64(10), address4('1.2.3.4', 80)]);
  b.event(code('SYSCALL_OPENAT_2_X'), [u64(11), u64(5), 'passwd', u32(1), u32(0), u32(7), u64(77)]);
  b.event(code('SYSCALL_DUP3_X'), [u64(12), u64(11), u64(12), u32(0)]);
  b.event(code('SYSCALL_FCNTL_X'), [u64(13), u64(11), u8(1), u64(0)]);
  b.event(code('SYSCALL_SETUID_X'), [u64(0), u32(42)]);
  b.event(code('SYSCALL_SETRESGID_X'), [u64(0), u32(1), u32(43), u32(2)]);
  b.event(code('SYSCALL_SETRLIMIT_X'), [u64(0), u64(55), u64(66), u8(7)]);
  b.event(code('SYSCALL_CLOSE_X'), [u64(0), u64(12)]);
  b.event(code('SYSCALL_SETPGID_X'), [u64(0), u64(0), u64(9)]);
  const seen = walk(b, fdNameOf);
  assert.equal(seen[0], '/etc');
  const state = stateAfter(b);
  assert.equal(nameOf(state, 100, 10), '10.0.0.5:1->1.2.3.4:80');
  assert.equal(nameOf(state, 100, 11), '/etc/passwd');
  assert.equal(state.threads.get(100)!.fds.get(11)!.ino, 77);
  assert.equal(nameOf(state, 100, 12), undefined);
  assert.equal(nameOf(state, 100, 13), '/etc/passwd');
  const thread = state.threads.get(100)!;
  assert.deepEqual([thread.uid, thread.gid, thread.fdlimit, thread.pgid], [42, 43, 55, 9]);
});

test('newer captures: descriptors without a file', () => {
  const b = scenario();
  b.event(code('SYSCALL_MEMFD_CREATE_X'), [u64(10), 'shm', u32(1)]);
  b.event(code('SYSCALL_PIDFD_OPEN_X'), [u64(11), u64(1), u32(0)]);
  b.event(code('SYSCALL_EPOLL_CREATE1_X'), [u64(12), u32(0)]);
  b.event(code('SYSCALL_IO_URING_SETUP_X'), [u64(13)]);
  b.event(code('SYSCALL_BPF_2_X'), [u64(15), u32(0)]);
  b.event(code('SYSCALL_PIPE2_X'), [u64(0), u64(16), u64(17), u64(5), u32(0)]);
  b.event(code('SYSCALL_OPEN_BY_HANDLE_AT_X'), [u64(18), u64(5), u32(1), '/by/handle', u32(3), u64(4)]);
  b.event(code('SYSCALL_OPEN_X'), [u64(30), '/of/init', u32(1), u32(0), u32(7)], { tid: 1 });
  b.event(code('SYSCALL_PIDFD_GETFD_X'), [u64(19), u64(11), u64(30), u32(0)]);
  let state = stateAfter(b);
  const fds = state.threads.get(100)!.fds;
  const { MEMFD, PIDFD, EVENTPOLL, IO_URING, BPF, FIFO, FILE_V2 } = FD_TYPE;
  assert.deepEqual(
    [10, 11, 12, 13, 15, 16, 18].map((num) => fds.get(num)!.type),
    [MEMFD, PIDFD, EVENTPOLL, IO_URING, BPF, FIFO, FILE_V2],
  );
  assert.equal(nameOf(state, 100, 10), 'shm');
  assert.equal(nameOf(state, 100, 18), '/by/handle');
  assert.equal(nameOf(state, 100, 19), '/of/init');
  b.event(code('SYSCALL_CLOSE_RANGE_X'), [u64(0), u32(11), u32(0xffff_ffff), u32(0)]);
  state = stateAfter(b);
  assert.deepEqual([...state.threads.get(100)!.fds.keys()], [0, 5, 10]);
});

test('newer captures: capabilities, program inode, process group', () => {
  const b = scenario();
  b.event(code('SYSCALL_EXECVE_19_X'), [
    ...execParams({ exe: 'x', comm: 'x', tid: 100, ptid: 1, flags: 2 | 4 }),
    u64(1),
    u64(2),
    u64(3),
    u64(444),
    u64(555),
    u64(666),
    u32(7),
    '/usr/bin/x',
    u64(88),
    u32(9),
    'x',
  ]);
  const thread = stateAfter(b).threads.get(100)!;
  assert.deepEqual([thread.capInheritable, thread.capPermitted, thread.capEffective], [1n, 2n, 3n]);
  assert.deepEqual([thread.exeIno, thread.exeInoCtime, thread.exeInoMtime], [444, 555n, 666n]);
  assert.deepEqual([thread.uid, thread.pgid, thread.gid, thread.vpgid], [7, 88, 9, 77]);
  assert.equal(thread.exepath.text, '/usr/bin/x');
  assert.deepEqual([thread.exeWritable, thread.exeUpperLayer, thread.exeFromMemfd], [false, true, true]);
});

test('newer captures: users and groups of containers', () => {
  const b = scenario();
  b.event(code('SYSCALL_GETUID_E'), []);
  b.event(code('USER_ADDED_E'), [u32(5), u32(6), 'five', '/h', '/sh', ''], { tid: -1 });
  b.event(code('USER_ADDED_E'), [u32(0), u32(0), 'inner', '/h', '/sh', 'abc'], { tid: -1 });
  b.event(code('GROUP_ADDED_E'), [u32(8), 'eight', ''], { tid: -1 });
  b.event(code('USER_DELETED_E'), [u32(0), u32(0), 'root', '', '', ''], { tid: -1 });
  const state = stateAfter(b);
  assert.equal(state.users.get(5)?.name, 'five');
  assert.equal(state.users.has(0), false);
  assert.equal(state.groups.get(8)?.name, 'eight');
  const thread = state.threads.get(1)!;
  thread.containerId = 'abc';
  assert.equal(state.userOf(thread)?.name, 'inner');
  assert.equal(stateAfter(b, { ignoreUsers: true }).users.size, 0);
});

test('directions of sockets of the header', () => {
  const state = after('header: directions of sockets');
  const fds = state.threads.get(1)!.fds;
  assert.equal(nameOf(state, 1, 4), '9.9.9.9:4000->10.0.0.5:80');
  assert.deepEqual(
    [3, 4, 5, 6, 7, 11].map((num) => fds.get(num)!.role),
    [ROLE_NONE, ROLE_SERVER, ROLE_CLIENT, ROLE_NONE, ROLE_SERVER, ROLE_SERVER],
  );
  assert.equal(nameOf(state, 1, 8), '::1:81');
});

test('tcp sockets', () => {
  const state = after('tcp: connect and accept');
  const fds = state.threads.get(100)!.fds;
  assert.equal(nameOf(state, 100, 10), '10.0.0.5:40000->1.2.3.4:80');
  assert.deepEqual([fds.get(10)!.role, fds.get(10)!.l4proto], [ROLE_CLIENT, L4_TCP]);
  assert.equal(nameOf(state, 100, 11), '10.0.0.5:40001->1.2.3.4:81', 'in progress counts');
  assert.equal(nameOf(state, 100, 12), '', 'failed');
  assert.equal(nameOf(state, 100, 13), '0.0.0.0:8080');
  assert.equal(nameOf(state, 100, 14), '9.9.9.9:5555->10.0.0.5:8080');
  assert.equal(fds.get(14)!.role, ROLE_SERVER);
});

test('a udp socket keeps its first destination', () => {
  const names = walk(SCENARIOS['udp: client, peers that change']!(), fdNameOf);
  assert.deepEqual(
    [...new Set(names.slice(3))],
    ['10.0.0.5:5353->8.8.8.8:53', '8.8.8.8:53->1.1.1.1:53', '10.0.0.5:5353->1.1.1.1:53'],
  );
});

test('a udp socket that listened shows what its memory held', () => {
  const names = walk(SCENARIOS['udp: server']!(), fdNameOf);
  assert.equal(names[5], '8.8.8.8:1000->233.20.3.0:5353');
});

test('unknown threads get placeholders, but not from clones and context switches', () => {
  const state = after('unknown threads');
  const thread = state.threads.get(555)!;
  assert.deepEqual([thread.comm.text, thread.pid, thread.ptid, thread.placeholder], ['<NA>', 555, -1, true]);
  assert.equal(state.threads.has(556), false);
});

test('the tables are bounded', () => {
  const b = scenario();
  for (let tid = 1000; tid < 1010; tid++) call(b, 'SYSCALL_GETUID', [], [u32(0)], { tid });
  for (let num = 20; num < 30; num++) call(b, 'SYSCALL_EVENTFD', [u64(0), u32(0)], [u64(num)]);
  const state = stateAfter(b, { maxThreads: 6, maxFds: 5 });
  assert.equal(state.threads.size, 6);
  assert.equal(state.threads.get(100)!.fds.size, 5);
  assert.equal(stateAfter(b, { maxThreads: 0 }).threads.size, 0);
});

test('a section header starts over, event numbers go on', () => {
  const first = scenario();
  call(first, 'SYSCALL_GETUID', [], [u32(0)], { tid: 4242 });
  const second = scenario();
  call(second, 'SYSCALL_GETUID', [], [u32(0)]);
  first.bytes(second.build());
  assert.deepEqual(
    walk(first, ({ event }) => event.num),
    [1, 2, 3, 4],
  );
  assert.equal(stateAfter(first).threads.has(4242), false);
});

test('circles of ancestors end', () => {
  const b = scenario();
  b.event(code('SYSCALL_CLONE_20_X'), cloneParams({ res: 0, tid: 200, ptid: 201 }), { tid: 200 });
  b.event(code('SYSCALL_CLONE_20_X'), cloneParams({ res: 0, tid: 201, ptid: 200 }), { tid: 201 });
  const state = stateAfter(b);
  state.threads.get(201)!.ptid = 200;
  state.threads.get(200)!.ptid = 201;
  let visited = 0;
  state.walkAncestors(state.threads.get(200)!, () => ++visited < 1000);
  assert.ok(visited < 10, `${visited} visits`);
});

test('a container event stands for its container, a failed one is hidden', () => {
  const seen = walk(SCENARIOS['container events']!(), ({ thread }) => thread?.comm.text ?? '-');
  assert.equal(seen.filter((name) => name === 'container:0123456789ab').length, 1);
});

test('stored enter events do not point into the window', () => {
  const b = scenario();
  b.event(code('SYSCALL_OPEN_E'), ['/kept', u32(1), u32(0)]);
  for (let i = 0; i < 20_000; i++) {
    b.event(code('SYSCALL_READ_E'), [u64(5), u32(i)], { tid: 1 });
    b.event(code('SYSCALL_READ_X'), [u64(40), text('x'.repeat(40))], { tid: 1 });
  }
  b.event(code('SYSCALL_OPEN_X'), [u64(10), '/raced', u32(1), u32(0), u32(7)]);
  assert.equal(nameOf(stateAfter(b), 100, 10), '/kept');
});

test('userfaultfd: a descriptor is made that nobody keeps, as in sysdig 0.29.3', () => {
  const capture = scenario().event(code('SYSCALL_USERFAULTFD_X'), [u64(9), u32(1)]);
  assert.equal(nameOf(stateAfter(capture), 100, 9), undefined);
});
