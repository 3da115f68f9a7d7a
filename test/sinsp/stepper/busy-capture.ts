/**
 * Captures of what programs do most, at random: files and sockets that open and close, data, forks, threads, execs, exits,
 * context switches, memory; calls of several threads in between each other, some without their enter or exit. Of some
 * captures most calls are of sockets: see socket-calls.ts.
 */
import { type CaptureBuilder, raw, text, u8, u16, u32, u64, type Value } from '../../support/capture-builder.js';
import type { Random } from '../../support/random.js';
import { address4, cloneParams, code, execParams, scenario, tuple4 } from '../state/scenario.js';
import { socketCall } from './socket-calls.js';

const CLONE_FILES = 1;
const CLONE_THREAD = 1 << 13;
const F_DUPFD = 1;
const F_SETFD = 4;
const TUPLE = tuple4('10.0.0.5', 4000, '10.0.0.9', 80);
const PATHS = ['/etc/passwd', 'a.txt', '../x', '/tmp/b', '/tmp/', `/tmp/${'long/'.repeat(60)}end`, '(NULL)'];

const NULL_PATHS = ['/dev/null', '/dev/null', '/dev/../dev/null', '../../dev/null'];
/** What is written: tracer marks, with tags that begin and end the same spans, and data; some marks are cut. */
const MARKS = ['>:1:a:k=v:', '<:1:a::', '>:t:a.b::', '<:t:a.b::'];
const DATA = [...MARKS, 'ab', '', '>:1:a', ':k=v:', '>:0:a::', '<:p', '["<", 1, ["a"], []]'];

/** A call under way: what its exit will say. */
interface Pending {
  readonly exit: number;
  readonly values: Value[];
}

export function busyCapture(random: Random, count: number): CaptureBuilder {
  const builder = scenario();
  const tids = [1, 100, 101];
  const pending = new Map<number, Pending>();
  const ofSockets = random.pick([0, 0, 5, 8]);
  // Descriptors of servers have large numbers.
  const first = random.pick([0, 0, 0, 60, 500, 1020]);
  const small = () => first + random.int(9);
  // Some captures are of programs that trace what they do.
  const isTraced = random.int(3) === 0;
  const paths = isTraced ? [...PATHS, ...NULL_PATHS, ...NULL_PATHS, ...NULL_PATHS] : PATHS;
  let nextTid = 200;
  const fd = () =>
    random.int(30) === 0
      ? random.pick([63, 64, 65, 1200, -1, -100, 2 ** 40, -(2 ** 31), 2 ** 31])
      : first + random.int(8);
  /** What a call gave back: a number, or now and then an error. */
  const result = (value: number) => u64(random.int(6) === 0 ? -2 : value);
  const memory = () => [u32(random.int(9000)), u32(random.int(900)), u32(random.int(9))];

  // Through large numbers only what begins as a mark: of other data it is not found out whether it could be one.
  const data = (num: number) => (isTraced && (num >= 64 || random.int(3) > 0) ? random.pick(MARKS) : random.pick(DATA));
  const writing = (num: number): [name: string, enter: Value[], exit: Value[]] => [
    random.pick(['SYSCALL_WRITE', 'SYSCALL_WRITE', 'SYSCALL_WRITE', 'SYSCALL_WRITEV', 'SYSCALL_PWRITE']),
    [u64(num), u32(10)],
    [result(3), raw(data(num))],
  ];

  /** Enter and exit parameters of a random call of a thread. */
  const call = (tid: number): [name: string, enter: Value[] | null, exit: Value[] | null] => {
    const num = fd();
    if (isTraced && random.int(4) === 0) return writing(num);
    if (random.int(10) < ofSockets) return socketCall(random, num, fd);
    const path = random.pick(paths);
    const flags = () => u32(random.pick([1, 1, 1024, 1 << 14, 2 ** 31 + 1]));
    const dir = () => u64(random.pick([-100, -100, 5, num]));
    const file = () =>
      [u32(random.int(9)), u64(random.pick([9, 2 ** 40, 2 ** 62]))].slice(0, random.pick([2, 2, 1, 0]));
    switch (random.int(22)) {
      case 0:
      case 1:
        return [
          'SYSCALL_OPEN',
          random.int(9) === 0 ? [] : [path, flags(), u32(0)],
          [result(num), random.pick(paths), flags(), u32(0), ...file()],
        ];
      case 2:
        return random.int(2) === 0
          ? [
              'SYSCALL_OPENAT_2',
              [dir(), path, flags(), u32(0)],
              [result(num), dir(), random.pick(paths), flags(), u32(0), ...file()],
            ]
          : [
              'SYSCALL_OPENAT2',
              [dir(), path, flags(), u32(0), u32(0)],
              [result(num), dir(), random.pick(paths), flags(), u32(0), u32(0), ...file()],
            ];
      case 3:
      case 4:
      case 5:
        return ['SYSCALL_CLOSE', [u64(num)], [result(0)]];
      case 6:
      case 7:
        return ['SYSCALL_READ', [u64(num), u32(10)], [result(3), text('ab')]];
      case 8:
        return writing(num);
      case 9:
        return ['SYSCALL_FSTAT', [u64(num)], [result(0)]];
      case 10:
        return ['SYSCALL_FCNTL', [u64(num), u8(random.pick([F_DUPFD, F_SETFD, 26]))], [result(small())]];
      case 11:
        return random.int(2) === 0
          ? ['SYSCALL_DUP_1', [u64(num)], [result(small()), u64(num)]]
          : ['SYSCALL_DUP3', [u64(num)], [result(small()), u64(num), u64(3), u32(0)]];
      case 12:
        return ['SOCKET_SOCKET', [u32(random.pick([1, 2, 10])), u32(1), u32(0)], [result(num)]];
      case 13:
        return ['SOCKET_CONNECT', [u64(num), address4('10.0.0.9', 80)], [result(0), TUPLE]];
      case 14:
        return ['SOCKET_RECVFROM', [u64(num), u32(10)], [result(3), text('ab'), TUPLE]];
      case 15:
        return ['SOCKET_ACCEPT4_6', [u32(0)], [result(small()), TUPLE, u8(0), u32(0), u32(5)]];
      case 16:
        return ['SYSCALL_MMAP', [u64(0), u64(4096), u32(1), u32(2), u64(num), u64(0)], [u64(77), ...memory()]];
      case 17: {
        const child = nextTid++;
        const isThread = random.int(2) === 0;
        const flags = isThread ? CLONE_THREAD | CLONE_FILES : random.pick([0, 0, CLONE_FILES]);
        const values = (res: number, own: number) =>
          cloneParams({ res, tid: own, pid: isThread ? tid : own, ptid: tid, flags });
        if (random.int(4) > 0) tids.push(child);
        if (random.int(2) === 0) builder.event(code('SYSCALL_CLONE_20_X'), values(0, child), { tid: child });
        return ['SYSCALL_CLONE_20', [], values(random.int(8) === 0 ? -1 : child, tid)];
      }
      case 18:
        return [
          'SYSCALL_EXECVE_19',
          [path],
          execParams({ res: random.int(4) === 0 ? -2 : 0, exe: '/bin/new', comm: 'new', tid, pid: tid, ptid: 1 }),
        ];
      case 19:
        return ['SYSCALL_CHDIR', [], [result(0), path]];
      case 20:
        return ['SYSCALL_PIPE', [], [result(0), u64(small()), u64(small()), u64(5)]];
      default:
        // Any call, by its number: some that have events of their own, and some that are not known.
        if (random.int(2) === 0) {
          const id = [u16(random.pick([0, 3, 5, 6, 200, 300, 5000])), u16(39), u16(random.pick([3, 7]))];
          return ['GENERIC', id.slice(0, random.pick([0, 1, 2, 2, 3])), id.slice(0, random.pick([1, 2]))];
        }
        return random.int(2) === 0
          ? ['SYSCALL_GETUID', [], [u32(0)]]
          : ['SYSCALL_COPY_FILE_RANGE', [u64(num), u64(0), u64(9)], [result(3), u64(small()), u64(0)]];
    }
  };

  for (let i = 0; i < count; i++) {
    const tid = random.int(40) === 0 ? random.pick([555, 0, -1, 2 ** 33]) : random.pick(tids);
    const options = {
      tid,
      cpu: random.int(3),
      large: random.int(40) === 0,
      flags: random.int(20) === 0 ? random.pick([0, 1, 2]) : undefined,
    };
    const begun = pending.get(tid);
    if (begun !== undefined && random.int(5) > 0) {
      pending.delete(tid);
      builder.event(begun.exit, begun.values, options);
      continue;
    }
    const kind = random.int(60);
    if (kind < 6) {
      builder.event(code('SCHEDSWITCH_6_E'), [u64(1), u64(random.int(99)), u64(random.int(99)), ...memory()], options);
    } else if (kind === 6 && tids.length > 3) {
      builder.event(code('PROCEXIT_1_E'), [u64(0), u64(0), u8(0), u8(0)], options);
      if (random.int(3) > 0) tids.splice(tids.indexOf(tid), 1);
    } else {
      const [name, enter, exit] = call(tid);
      const silent = random.int(30);
      if (enter !== null && silent !== 0) builder.event(code(`${name}_E`), enter, options);
      if (exit !== null && silent !== 1) pending.set(tid, { exit: code(`${name}_X`), values: exit });
    }
  }
  return builder;
}
