/**
 * Calls of programs that talk through sockets, at random: over TCP and UDP, IPv4, IPv6 and addresses of the one inside the
 * other, unix sockets and pairs; made, bound, connected, accepted, shut down; data with the ends that are known, in either
 * order, with others, cut short, or without; with errors now and then.
 */
import { join, raw, text, u8, u32, u64, type Value } from '../../support/capture-builder.js';
import type { Random } from '../../support/random.js';
import { address4, address6, ip6, mapped, tuple4, tuple6, tupleUnix } from '../state/scenario.js';

const SIX = ip6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const OTHER_SIX = ip6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
const ZERO_SIX = ip6(0, 0, 0, 0, 0, 0, 0, 0);

const TUPLES: readonly Uint8Array[] = [
  tuple4('10.0.0.5', 4000, '10.0.0.9', 80),
  tuple4('10.0.0.9', 80, '10.0.0.5', 4000),
  tuple4('10.0.0.5', 5353, '10.0.0.7', 53),
  tuple4('10.0.0.7', 53, '10.0.0.5', 5353),
  tuple4('0.0.0.0', 80, '10.0.0.9', 53),
  tuple4('10.0.0.5', 0, '10.0.0.9', 0),
  tuple6(SIX, 4000, OTHER_SIX, 80),
  tuple6(OTHER_SIX, 80, SIX, 4000),
  tuple6(ZERO_SIX, 0, OTHER_SIX, 80),
  tuple6(mapped('10.0.0.5'), 4000, mapped('10.0.0.9'), 80),
  tuple6(mapped('10.0.0.9'), 80, mapped('10.0.0.5'), 4000),
  tupleUnix(1n, 2n, '/run/a'),
  tupleUnix(2n, 1n, '/run/a'),
  tupleUnix(0n, 2n, ''),
  tupleUnix(0n, 2n, `/run/${'long/'.repeat(18)}`),
  join([u8(16), u32(7)]),
  join([u8(2), u32(1)]),
  join([u8(10), u32(1)]),
  join([u8(1), u32(1)]),
  raw(''),
  raw(''),
  raw(''),
];
const ADDRESSES: readonly Uint8Array[] = [
  address4('10.0.0.9', 80),
  address4('10.0.0.7', 53),
  address4('0.0.0.0', 80),
  address4('0.0.0.0', 0),
  address6(OTHER_SIX, 80),
  address6(mapped('10.0.0.9'), 80),
  join([u8(1), text('/run/a')]),
  join([u8(16), u32(7)]),
  join([u8(2), u8(1)]),
  raw(''),
];

/** Name, and enter and exit parameters, of a call with a descriptor. `fd`: another one. */
export function socketCall(random: Random, num: number, fd: () => number): [string, Value[], Value[]] {
  const failed = random.int(6) === 0;
  const result = (value: number) => u64(failed ? random.pick([-11, -115, -111, -104]) : value);
  // Most sockets talk to one other, as long as they are there.
  const own = (Math.abs(num) % (TUPLES.length / 2)) * 2;
  const tuple = () => (random.int(3) > 0 ? TUPLES[own + random.int(2)]! : random.pick(TUPLES));
  const data = text('ab');
  /** Parameters that only newer captures have, or none of them. */
  const newer = (...values: Value[]) =>
    values.slice(0, random.pick([0, 0, values.length, random.int(values.length + 1)]));
  const kind = () => [
    u32(random.pick([1, 2, 2, 10, 10, 16, 17])),
    u32(random.pick([1, 1, 2, 2049, 3])),
    u32(random.pick([0, 0, 0, 6, 17, 1, 255])),
  ];
  switch (random.int(24)) {
    case 0:
    case 1: {
      const values = kind();
      return ['SOCKET_SOCKET', random.int(9) === 0 ? [] : values, [result(num), ...newer(...values, u32(0))]];
    }
    case 2:
      return ['SOCKET_BIND', [u64(num)], [result(0), random.pick(ADDRESSES), ...newer(u64(num))]];
    case 3:
    case 4: {
      const address = random.pick(ADDRESSES);
      const enter = [u64(num), address].slice(0, random.pick([1, 2, 2]));
      return ['SOCKET_CONNECT', enter, [result(0), tuple(), ...newer(u64(num), address)]];
    }
    case 5:
      return ['SOCKET_ACCEPT4_6', [u32(0)], [result(fd()), tuple(), u8(0), u32(0), u32(5), ...newer(u32(0))]];
    case 6:
      return random.int(2) === 0
        ? ['SOCKET_ACCEPT4_5', [u32(0)], [result(fd()), tuple(), u8(0), u32(0), u32(5)]]
        : ['SOCKET_ACCEPT_5', [], [result(fd()), tuple(), u8(0), u32(0), u32(5)]];
    case 7:
      return [
        'SOCKET_SOCKETPAIR',
        [u32(1), u32(1), u32(0)],
        [result(0), u64(fd()), u64(fd()), u64(77), u64(78)].slice(0, random.pick([5, 5, 4])),
      ];
    case 8:
    case 9:
    case 10:
      return ['SOCKET_RECVFROM', [u64(num), u32(10)], [result(3), data, tuple(), ...newer(u64(num), u32(10))]];
    case 11:
      return ['SOCKET_RECVMSG', [u64(num)], [result(3), u32(3), data, tuple(), ...newer(raw('ctl'), u64(num))]];
    case 12:
    case 13:
    case 14:
      return ['SOCKET_SENDTO', [u64(num), u32(10), tuple()], [result(3), data, ...newer(u64(num), u32(10), tuple())]];
    case 15:
      return ['SOCKET_SENDMSG', [u64(num), u32(10), tuple()], [result(3), data, ...newer(u64(num), u32(10), tuple())]];
    case 16:
      return random.int(2) === 0
        ? ['SOCKET_SEND', [u64(num), u32(10)], [result(3), data, ...newer(u64(num), u32(10), tuple())]]
        : ['SOCKET_RECV', [u64(num), u32(10)], [result(3), data, ...newer(u64(num), u32(10), tuple())]];
    case 17:
      return random.int(2) === 0
        ? ['SOCKET_SENDMMSG', [], [result(3), u64(num), u32(3), data, tuple()]]
        : ['SOCKET_RECVMMSG', [], [result(3), u64(num), u32(3), data, tuple(), raw('')]];
    case 18:
      return [random.pick(['SYSCALL_READV', 'SYSCALL_PREAD']), [u64(num)], [result(3), u32(3), data]];
    case 19:
      return ['SYSCALL_WRITEV', [u64(num), u32(3), data], [result(3), data]];
    case 20:
      return ['SYSCALL_SENDFILE', [u64(num), u64(fd()), u64(0), u64(9)], [result(9), u64(9)]];
    case 21:
      return ['SOCKET_SHUTDOWN', [u64(num), u8(2)], [result(0), ...newer(u64(num), u8(2))]];
    case 22:
      return random.int(2) === 0
        ? [
            'SOCKET_GETSOCKOPT',
            [],
            [result(0), u64(num), u8(1), u8(2), raw(''), u32(4)].slice(0, random.pick([6, 2, 1])),
          ]
        : ['SOCKET_SETSOCKOPT', [], [result(0), u64(num), u8(1), u8(2), raw(''), u32(4)]];
    default:
      return random.pick<[string, Value[], Value[]]>([
        ['SOCKET_LISTEN', [u64(num), u32(5)], [result(0)]],
        ['SOCKET_GETSOCKNAME', [], []],
        ['SYSCALL_CLOSE_RANGE', [], [result(0), u32(num), u32(num + 2), u32(random.pick([0, 4]))]],
        ['SYSCALL_DUP2', [u64(num)], [result(fd()), u64(num), u64(fd())]],
        ['SYSCALL_FCHDIR', [u64(num)], [result(0)]],
      ]);
  }
}
