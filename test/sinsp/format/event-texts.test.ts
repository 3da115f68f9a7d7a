/** Texts of parameters where sysdig 0.29.3 has ways of its own, each on an event built for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCaptureFile } from '../../../src/capture/file-source.js';
import { compileFilter } from '../../../src/sinsp/filter/index.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { FormatLine } from '../../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../../src/sinsp/format/format-parser.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { type CaptureBuilder, join, raw, u8, u16, u32, u64 } from '../../support/capture-builder.js';
import { address4, call, code, SETTINGS, scenario, tuple4 } from '../state/scenario.js';

/** A line of `format` for each event. */
function lines(builder: CaptureBuilder, format: string): string[] {
  const inspector = new Inspector();
  const writer = new ByteWriter();
  const line = new FormatLine(parseFormat(format), { inspector, settings: SETTINGS }, writer);
  const source = openCaptureFile(builder.write());
  inspector.walk(source, (event) => line.print(event) || true);
  source.close();
  return Buffer.from(writer.bytes.subarray(0, writer.length)).toString('latin1').split('\n').slice(0, -1);
}

test('lists of descriptors: numbers are unsigned, flags signed', () => {
  const list = join([u16(2), u64(-1), u16(1), u64(5), u16(0x8001)]);
  assert.deepEqual(lines(scenario().event(code('SYSCALL_POLL_E'), [list, u64(7)]), '%evt.arg.fds'), [
    '18446744073709551615:?1 5:dffff8001',
  ]);
});

test('openat2: the name of the enter event is relative to the working directory, whatever the descriptor', () => {
  const capture = scenario().event(code('SYSCALL_OPENAT2_E'), [u64(5), 'x', u32(1), u32(0), u32(0)]);
  assert.deepEqual(lines(capture, '%evt.arg.name'), ['/home/u/x']);
});

test('connect to an address that is no IP address overwrites the ends of an IP socket, and its protocol', () => {
  const capture = scenario();
  call(capture, 'SOCKET_SOCKET', [u32(2), u32(2), u32(17)], [u64(7)]);
  call(
    capture,
    'SOCKET_CONNECT',
    [u64(7), address4('10.0.0.9', 53)],
    [u64(0), tuple4('10.0.0.5', 4000, '10.0.0.9', 53)],
  );
  call(capture, 'SOCKET_CONNECT', [u64(7), u8(0)], [u64(0), tuple4('0.0.0.0', 0, '0.0.0.0', 0)]);
  assert.deepEqual(lines(capture.event(code('SYSCALL_READ_E'), [u64(7), u32(1)]), '%evt.num %evt.arg.fd').slice(1), [
    '3 <4>',
    '5 <4>family 0',
    '7 <4><unknown>',
  ]);
});

test('syslog: a priority is made of digits, the message ends at its NUL, a failed write has none', () => {
  const capture = scenario();
  call(capture, 'SOCKET_SOCKET', [u32(1), u32(2), u32(0)], [u64(7)]);
  call(
    capture,
    'SOCKET_CONNECT',
    [u64(7), raw('\x01/dev/log')],
    [u64(0), join([u8(1), u64(1), u64(2), raw('/dev/log\0')])],
  );
  for (const data of ['<13>a\0b', '<-1>n', '<4294967295>n', '<>n', '<8589934605>w', '<000000000000013+five']) {
    call(capture, 'SYSCALL_WRITE', [u64(7), u32(9)], [u64(data.length), raw(data)]);
  }
  call(capture, 'SYSCALL_WRITE', [u64(7), u32(9)], [u64(-11), raw('<13>x')]);
  const texts = lines(capture, '*%evt.dir %syslog.facility.str %syslog.severity.str %syslog.message').slice(4);
  assert.deepEqual(
    texts.filter((line) => line.startsWith('<')),
    [
      '< user notice a',
      '< <NA> <NA> <NA>',
      '< <NA> <NA> <NA>',
      '< <NA> <NA> <NA>',
      '< user notice w',
      '< user notice five',
      '< <NA> <NA> <NA>',
    ],
  );
});

test('raw arguments are read in the size of their first event, whatever the argument has', () => {
  const matches = (filter: string): number => {
    // ptrace has 16 bits of what ioctl has 64 of; the thread's id follows.
    const capture = scenario().event(code('SYSCALL_PTRACE_E'), [u16(3), u64(100)]);
    const inspector = new Inspector();
    inspector.setFilter(compileFilter(filter, { inspector, settings: SETTINGS }));
    let count = 0;
    const source = openCaptureFile(capture.write());
    inspector.walk(source, () => ++count > 0);
    source.close();
    return count;
  };
  assert.equal(matches('evt.rawarg.request > 3'), 1);
  assert.equal(matches(`evt.rawarg.request = ${3 + 100 * 65536}`), 1);
  assert.equal(matches('evt.rawarg.request = 3'), 0);
  assert.equal(matches('evt.rawarg.pid = 100'), 1);
});

test('evt.abspath makes the directory the descriptor of the event, for the fields behind it', () => {
  const capture = scenario();
  call(
    capture,
    'SYSCALL_OPENAT_2',
    [u64(5), 'x', u32(1), u32(0)],
    [u64(9), u64(5), 'x', u32(1), u32(0), u32(0), u64(0)],
  );
  assert.deepEqual(lines(capture, '%fd.name %evt.abspath %fd.name'), ['/etc/x /etc/x /etc']);
  assert.deepEqual(lines(capture, '%fd.name %evt.arg.name'), ['/etc/x /etc/x']);
});

test('numbers of 32 bits and ids are signed in decimal, whatever their type says', () => {
  const capture = scenario();
  capture.event(code('SYSCALL_READ_E'), [u64(7), u32(-1)]);
  call(capture, 'SYSCALL_SETUID', [u32(-2)], [u64(0)]);
  // Flags are not.
  capture.event(code('SYSCALL_OPENAT2_E'), [u64(5), '/x', u32(0x8000_0000), u32(0), u32(0)]);
  assert.deepEqual(lines(capture, '%evt.arg.size'), ['-1']);
  assert.deepEqual(lines(capture, '%evt.arg.uid %evt.args'), ['<NA> uid=-2(<NA>) ']);
  assert.deepEqual(lines(capture, '%evt.args').at(-1), 'dirfd=5(<d>/etc) name=/x flags=2147483648 mode=0 resolve=0 ');
});

test('a path in the arguments has the working directory before it, however long that makes it', () => {
  const name = 'x'.repeat(1020);
  const capture = scenario().event(code('SYSCALL_OPENAT_2_E'), [u64(-100), name, u32(1), u32(0)]);
  assert.deepEqual(lines(capture, '%evt.arg.name'), [`/home/u/${name}`]);
});

test('durations are unsigned where time runs backwards', () => {
  const capture = scenario();
  capture.event(code('SYSCALL_READ_E'), [u64(7), u32(1)], { ts: 3_000_000_000n });
  capture.event(code('SYSCALL_READ_X'), [u64(1), 'x'], { ts: 2_000_000_000n });
  const fields = '%evt.dir %evt.reltime %evt.reltime.s %evt.reltime.ns %evt.latency %evt.latency.human';
  assert.deepEqual(lines(capture, fields), [
    '> 000000000 0 000000000 0 0ns',
    '< 18446744072709551616 18446744072 709551616 18446744072709551616 2562047:47:16',
  ]);
});
