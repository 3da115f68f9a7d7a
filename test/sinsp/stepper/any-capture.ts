/**
 * Captures of events of every code with random parameters of their types: numbers at their edges, descriptors that are
 * there and not, flags, texts with and without a NUL, data of all bytes; some shorter than their type, some events with
 * fewer parameters.
 */
import { EVENTS, PT, PT_SIZE } from '../../../src/sinsp/schema/index.js';
import { type CaptureBuilder, join, raw, text, u8, u16, u32, u64, type Value } from '../../support/capture-builder.js';
import type { Random } from '../../support/random.js';
import { address4, call, code, scenario, tuple4 } from '../state/scenario.js';

const NUMBERS = [
  0,
  1,
  2,
  9,
  10,
  99,
  100,
  999,
  1000,
  65_535,
  65_536,
  999_999,
  1_000_000,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  // As durations they have few digits, or one too many; and sums of digits that are written in groups.
  99_999,
  100_000,
  250_000_000,
  1_500_000_000,
  99_999_999,
  100_000_000,
  12_345_600_000,
  12_345_678_000,
  999_999_000_000_000,
  1_000_000_000_000_000,
];
const TEXTS = [
  '',
  'a',
  'name',
  '/etc/hosts',
  'x/y',
  '/a b/"q"\\',
  '/tmp/\x01\xc3\xa4',
  '<NA>',
  '(NULL)',
  '/'.padEnd(90, 'long'),
];
const KNOWN_TIDS = [1, 100, 101];
/** Kinds whose effect on the table of threads would end the capture's programs early. */
const RARE = /^(SYSCALL_(CLONE|FORK|VFORK|EXECVE)|PROCEXIT)/;

function bytes(random: Random): Uint8Array {
  const length = random.pick([0, 1, 7, 8, 9, 79, 80, 81, 200]);
  const wild = random.int(2) === 0;
  return Uint8Array.from({ length }, () => (wild ? random.int(256) : 32 + random.int(95)));
}

function number(random: Random, size: number): Uint8Array {
  const value =
    random.int(8) === 0 ? -1 - random.int(300) : random.int(3) === 0 ? random.int(1 << 16) : random.pick(NUMBERS);
  const all = u64(value);
  if (size === 8 && random.int(6) === 0) return join([u32(random.int(2 ** 31)), u32(random.int(2 ** 31))]);
  return all.subarray(0, size);
}

/** Addresses of IPv6: all zero, mapped and compatible IPv4, and any with zeros in them. */
function address6(random: Random): Uint8Array {
  const zeros = random.pick([0, 2, 3, 5, 8]);
  const address = Uint8Array.from({ length: 16 }, () => (random.int(10) < zeros ? 0 : random.int(256)));
  const kind = random.int(4);
  if (kind < 3) address.fill(0, 0, 12);
  if (kind === 0) address.fill(0);
  if (kind === 1) address.fill(0xff, 10, 12);
  return address;
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const FAMILIES = [AF_UNIX, AF_INET, AF_INET6, 16, 255];

/** Some are cut, or too long. */
function mangled(random: Random, address: Uint8Array): Uint8Array {
  if (random.int(10) > 0) return address;
  return random.int(2) === 0
    ? address.subarray(0, random.int(address.length + 1))
    : join([address, u8(random.int(256))]);
}

const port = (random: Random) => u16(random.pick([0, 22, 80, 443, 65_535]));
const address = (random: Random) => u32(random.pick([0, 0x0100007f, 0xffff_ffff, 0x0900_000a, random.int(2 ** 31)]));

function socketAddress(random: Random): Uint8Array {
  const family = random.pick(FAMILIES);
  const rest =
    family === AF_INET
      ? [address(random), port(random)]
      : family === AF_INET6
        ? [address6(random), port(random)]
        : [text(random.pick(TEXTS))];
  return mangled(random, join([u8(family), ...rest]));
}

function tuple(random: Random): Uint8Array {
  const family = random.pick(FAMILIES);
  const rest =
    family === AF_INET
      ? [address(random), port(random), address(random), port(random)]
      : family === AF_INET6
        ? [address6(random), port(random), address6(random), port(random)]
        : [number(random, 8), number(random, 8), text(random.pick(TEXTS))];
  return mangled(random, join([u8(family), ...rest]));
}

function descriptorList(random: Random): Uint8Array {
  const entries = Array.from({ length: random.pick([0, 1, 2, 5]) }, () =>
    join([u64(random.int(12) === 0 ? random.pick([-1, 63, 64, 2 ** 40]) : random.int(9)), u16(random.int(1 << 16))]),
  );
  const count = random.int(10) === 0 ? random.int(1 << 16) : entries.length;
  return mangled(random, join([u16(count), ...entries]));
}

function value(random: Random, type: number): Value {
  switch (type) {
    case PT.FD:
      return u64(random.int(12) === 0 ? random.pick([-1, -2, -100, 63, 64, 2 ** 40]) : random.int(9));
    case PT.PID:
      return u64(random.int(4) === 0 ? random.pick([0, -1, 7, 2 ** 40]) : random.pick(KNOWN_TIDS));
    case PT.ERRNO:
      return u64(random.int(3) === 0 ? -random.int(140) : random.pick(NUMBERS));
    case PT.CHARBUF:
    case PT.FSPATH:
    case PT.FSRELPATH: {
      const name = random.pick(TEXTS);
      return random.int(20) === 0 ? raw(name) : text(name);
    }
    case PT.BYTEBUF:
      return bytes(random);
    case PT.SOCKADDR:
      return random.int(3) === 0 ? address4('10.0.0.9', 80) : socketAddress(random);
    case PT.SOCKTUPLE:
      return random.int(3) === 0 ? tuple4('10.0.0.5', 4000, '10.0.0.9', 80) : tuple(random);
    case PT.FDLIST:
      return descriptorList(random);
    case PT.DYN:
      // The first byte tells how the others are to be read.
      return join([u8(random.int(8)), random.int(2) === 0 ? number(random, 8) : bytes(random)]);
    case PT.SIGTYPE:
      return u8(random.int(70));
    case PT.SYSCALLID:
      return u16(random.int(500));
    case PT.UID:
    case PT.GID:
      return u32(random.pick([0, 1000, 0xffff_ffff]));
    default: {
      const size = PT_SIZE[type] ?? 0;
      return size > 0 ? number(random, size) : bytes(random);
    }
  }
}

export function anyCapture(random: Random, count: number): CaptureBuilder {
  const builder = scenario();
  call(builder, 'SYSCALL_OPEN', ['/dev/log', u32(1), u32(0)], [u64(6), text('/dev/log'), u32(1), u32(0)], { tid: 100 });
  for (let i = 0; i < count; i++) {
    let event = random.pick(EVENTS);
    if (RARE.test(event.enumName) && random.int(8) > 0) event = EVENTS[code('SYSCALL_WRITE_X')]!;
    const missing = random.int(15) === 0 ? random.int(event.params.length + 1) : 0;
    const values = event.params.slice(0, event.params.length - missing).map(({ type }) => {
      const made = value(random, type);
      return made instanceof Uint8Array && made.length > 0 && random.int(60) === 0 ? made.subarray(1) : made;
    });
    const options = {
      tid: random.int(20) === 0 ? random.pick([0, 555, -1]) : random.pick(KNOWN_TIDS),
      cpu: random.int(3),
      large: random.int(30) === 0,
    };
    // Pairs are what most calls are.
    const enter = event.isExit && random.int(3) > 0 ? EVENTS[event.code - 1] : undefined;
    if (enter !== undefined) {
      builder.event(
        enter.code,
        enter.params.map(({ type }) => value(random, type)),
        options,
      );
    }
    builder.event(event.code, values, options);
  }
  return builder;
}
