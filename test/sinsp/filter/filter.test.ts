/** What filters mean: precedence, quoting, quirks that scripts rely on, and messages for what makes no sense. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventCursor } from '../../../src/sinsp/event.js';
import {
  type AddressTest,
  addressEquals,
  addressInNetwork,
  isAddress,
} from '../../../src/sinsp/fields/address-values.js';
import type { FieldContext } from '../../../src/sinsp/fields/field.js';
import { compileFilter, type Filter, FilterError, parseFilter, print } from '../../../src/sinsp/filter/index.js';
import { parseNumber } from '../../../src/sinsp/filter/numbers.js';
import { globMatcher, pathPrefixMatcher } from '../../../src/sinsp/filter/text-matching.js';
import { getopt } from '../../../src/sinsp/filter/transformers.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { PPME, PT } from '../../../src/sinsp/schema/index.js';
import { ThreadInfo } from '../../../src/sinsp/state/thread-info.js';

const inspector = new Inspector();
const context: FieldContext = {
  inspector,
  settings: { bufferFormat: 'dots', cutBuffers: true, resolvePorts: false, timeFormat: 'h', json: false },
};

/** The tree in short: `and(a,b)`, `not(x)`, leaves as they are written. */
function shape(filter: Filter): string {
  if (filter.kind === 'check') return print(filter).replaceAll('"', '');
  if (filter.kind === 'not') return `not(${shape(filter.term)})`;
  return `${filter.kind}(${filter.terms.map(shape).join(',')})`;
}

const shapeOf = (text: string): string => shape(parseFilter(text));
const valueIn = (text: string): string => {
  const filter = parseFilter(text);
  assert.equal(filter.kind, 'check');
  const right = filter.kind === 'check' ? filter.right : undefined;
  return right?.kind === 'value' ? right.text : '';
};

function errorOf(text: string): FilterError {
  try {
    compileFilter(text, context);
  } catch (error) {
    assert.ok(error instanceof FilterError, String(error));
    return error;
  }
  return assert.fail(`no error: ${text}`);
}

test('and binds tighter than or', () => {
  assert.equal(shapeOf('evt.cpu=1 and evt.num=2 or evt.num=3'), 'or(and(evt.cpu = 1,evt.num = 2),evt.num = 3)');
  assert.equal(shapeOf('evt.cpu=1 or evt.num=2 and evt.num=3'), 'or(evt.cpu = 1,and(evt.num = 2,evt.num = 3))');
  assert.equal(shapeOf('(evt.cpu=1 or evt.num=2) and evt.num=3'), 'and(or(evt.cpu = 1,evt.num = 2),evt.num = 3)');
});

test('not belongs to the next check or parenthesis; several in a row count once', () => {
  assert.equal(shapeOf('not evt.cpu=1 and evt.num=2'), 'and(not(evt.cpu = 1),evt.num = 2)');
  assert.equal(shapeOf('not(evt.cpu=1 and evt.num=2)'), 'not(and(evt.cpu = 1,evt.num = 2))');
  assert.equal(shapeOf('not not evt.cpu=1'), 'not(evt.cpu = 1)');
  assert.equal(shapeOf('not (not evt.cpu=1)'), 'not(not(evt.cpu = 1))');
});

test('blanks are free around operators, lists and between letters of keywords', () => {
  assert.equal(shapeOf('(evt.cpu=1)and(evt.num=2)'), 'and(evt.cpu = 1,evt.num = 2)');
  assert.equal(shapeOf('evt.cpu = 1 a n d evt.num = 2'), 'and(evt.cpu = 1,evt.num = 2)');
  assert.equal(shapeOf('evt.type in( open , close )'), 'evt.type in (open, close)');
  assert.equal(shapeOf('fd.name contains/etc'), 'fd.name contains /etc');
  assert.equal(shapeOf('evt.num\n>=\t5'), 'evt.num >= 5');
});

test('quotes and escapes of both generations', () => {
  assert.equal(valueIn('proc.name="a b"'), 'a b');
  assert.equal(valueIn('proc.name=\'a (b) "c"\''), 'a (b) "c"');
  assert.equal(valueIn('fd.name=\'/etc/hosts"'), '/etc/hosts', 'closed by the other quote');
  assert.equal(valueIn('proc.name="it\'s"'), "it's");
  assert.equal(valueIn('proc.name="a\\"b\\\\c"'), 'a"b\\c');
  assert.equal(valueIn('proc.name=cu\\x72l'), 'curl', 'in bare values too');
  assert.equal(valueIn('proc.name="cu\\rl"'), 'cu\\rl', 'unknown escapes stay');
  assert.equal(valueIn('fd.name=""'), '');
});

test('newer syntax: modifiers, transformers, val', () => {
  assert.equal(shapeOf('fd.name contains oneof (etc, ld)'), 'fd.name contains oneof (etc, ld)');
  assert.equal(shapeOf('fd.name contains oneof'), 'fd.name contains oneof', 'a value when no list follows');
  assert.equal(shapeOf('tolower(proc.name)=curl'), 'tolower(proc.name) = curl');
  assert.equal(shapeOf('proc.name=val(proc.pname)'), 'proc.name = val(proc.pname)');
  assert.equal(shapeOf("join('-', (proc.name, 'x')) = a-x"), 'join(-, (proc.name, x)) = a-x');
  assert.equal(shapeOf("proc.env['A B'] = 1"), "proc.env['A B'] = 1");
});

test('errors show the filter, a caret and what was expected', () => {
  const error = errorOf('evt.typ=open');
  assert.equal(error.position, 0);
  assert.match(error.message.split('\n')[0]!, /unknown field evt\.typ.*did you mean evt\.type/);
  assert.deepEqual(error.message.split('\n').slice(1), ['  evt.typ=open', '  ^']);

  const cases: [filter: string, position: number, reason: RegExp][] = [
    ['', 0, /ends too early/],
    ['evt.type', 8, /ends after a field/],
    ['evt.type=', 9, /ends after '='/],
    ['evt.type=open and', 17, /ends too early/],
    ['evt.type=open evt.dir=>', 14, /unexpected "evt\.dir=>"/],
    ['(evt.type=open', 0, /not closed/],
    ['evt.type=open)', 13, /closes nothing/],
    ['evt.type in open', 12, /takes a list/],
    ['evt.type in (open close)', 18, /unexpected "close"/],
    ['fd.name="unterminated', 8, /quote is not closed/],
    ['fd.num=abc', 7, /"abc" is not a valid number/],
    ['fd.num=1.5', 7, /not a valid number/],
    ['evt.failed=yes', 11, /not a boolean/],
    ['fd.sip=1.2.3', 7, /not an IPv4 address/],
    ['fd.net=10.0.0.0', 7, /not a network/],
    ['fd.net=10.0.0.0/33', 7, /invalid length/],
    ['fd.port=nosuchservice', 8, /neither a port/],
    ['fd.port=+80', 8, /neither a port/],
    ['fd.port=2147483648', 8, /neither a port/],
    ['evt.type=opn', 9, /unknown event type opn/],
    ['evt.type in (open, opn)', 13, /unknown event type opn/],
    ['evt.arg.nosuch=3', 0, /unknown event argument nosuch/],
    ['evtin.span.arg.nosuch=3', 0, /unknown event argument nosuch; give a position, as in evtin.span.arg\[0\]/],
    ['fd.num contains 3', 7, /'contains' does not work on a number/],
    ['evt.buffer icontains get', 11, /does not work on a buffer/],
    ['fd.ip>1.2.3.4', 6, /does not work on addresses/],
    ['evt.around[5]>3', 14, /only be compared with '='/],
    ['proc.name regex "(a"', 16, /not a regular expression/],
    ['evt.outputtime=3', 0, /only be printed/],
    ['lower(proc.name)=a', 0, /unknown here/],
    ['proc.name=val(evt.num)', 10, /cannot compare text with a number/],
    ['evt.rawarg[0]=1', 0, /name of an argument/],
  ];
  for (const [filter, position, reason] of cases) {
    const found = errorOf(filter);
    assert.match(found.reason, reason, filter);
    assert.equal(found.position, position, `${filter}: ${found.message}`);
  }
});

test('deep nesting is refused, not a crash', () => {
  const deep = `${'('.repeat(5000)}evt.num=1${')'.repeat(5000)}`;
  assert.match(errorOf(deep).reason, /nested/);
  assert.match(errorOf(`${'tolower('.repeat(5000)}proc.name`).reason, /nested/);
});

test('tables by event type rule out what cannot match', () => {
  const types = (text: string): Uint8Array => compileFilter(text, context).eventTypes!;
  const open = types('evt.type=open and evt.dir=<');
  assert.equal(open[PPME.SYSCALL_OPEN_X], 1);
  assert.equal(open[PPME.SYSCALL_OPEN_E], 0);
  assert.equal(open[PPME.SYSCALL_READ_X], 0);
  const others = types('not (evt.type=open or evt.is_io=true)');
  assert.equal(others[PPME.SYSCALL_OPEN_X], 0);
  assert.equal(others[PPME.SYSCALL_WRITE_E], 0);
  assert.equal(others[PPME.SYSCALL_CLOSE_X], 1);
  const generic = types('evt.type=mprotect');
  assert.equal(generic[PPME.GENERIC_E], 1, 'the call may be a generic event');
  assert.equal(types('not evt.type=mprotect')[PPME.GENERIC_E], 1);
  assert.equal(types('fd.name exists')[PPME.SCHEDSWITCH_6_E], 0);
  assert.equal(types('not fd.name exists')[PPME.SCHEDSWITCH_6_E], 1);
  assert.equal(types('evt.arg.flags contains X')[PPME.SYSCALL_READ_X], 0);
  assert.equal(compileFilter('evt.deltatime>5 and evt.type=open', context).eventTypes, undefined, 'counts its events');
});

test('a missing value fails every comparison, and not turns that round', () => {
  const { event } = inspector;
  event.type = PPME.SYSCALL_CLOSE_E;
  event.thread = null;
  const test = (text: string): boolean => compileFilter(text, context).test(event as EventCursor);
  for (const text of [
    'fd.num=3',
    'fd.num!=3',
    'fd.num<3',
    'fd.num in (1,2)',
    'fd.name!=a',
    'fd.port!=80',
    'fd.ip!=1.2.3.4',
  ]) {
    assert.equal(test(text), false, text);
    assert.equal(test(`not ${text}`), true, text);
  }
  assert.equal(test('proc.name exists'), false);
});

test('numbers are cut to the width of their field', () => {
  const { event } = inspector;
  event.type = PPME.SYSCALL_CLOSE_E;
  event.cpu = 0;
  const thread = new ThreadInfo(7, inspector.state.names.internText('sh'), inspector.state.names.empty);
  thread.uid = 0xffff_ffff;
  event.thread = thread;
  const test = (text: string): boolean => compileFilter(text, context).test(event);
  assert.ok(test('evt.cpu=65536'));
  assert.ok(test('user.uid=-1'));
  assert.ok(test("evt.cpu=' 0'"), 'leading blanks');
  assert.ok(test('evt.cpu=0x0'), 'newer form');
  assert.ok(test('proc.name=sh and tolower(proc.name) in (sh) and len(proc.name)=2'));
  assert.ok(test('concat(proc.name, "-x")=sh-x'));
  assert.ok(test('proc.name=val(proc.exe)'));
  event.thread = null;
});

test('shell patterns', () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ['/etc/*.conf', '/etc/a/b.conf', true],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[[:digit:]]*', '7x', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[ab', '[ab', true],
    ['*a*b*c*d', 'aaaabbbbccccd', true],
  ];
  for (const [pattern, text, matches] of cases) assert.equal(globMatcher(pattern, false)(text), matches, pattern);
  assert.ok(globMatcher('/ETC/*.Conf', true)('/etc/x.CONF'));
  const started = performance.now();
  globMatcher(`${'a*'.repeat(30)}b`, false)('a'.repeat(5000));
  assert.ok(performance.now() - started < 5000, 'no explosion');
});

test('path prefixes end at components', () => {
  const matches = pathPrefixMatcher(['/etc', '/usr/lib/']);
  assert.ok(matches('/etc') && matches('/etc/x') && matches('/usr//lib/y'));
  assert.ok(!matches('/etcetera') && !matches('/usr') && !matches(''));
  assert.ok(pathPrefixMatcher(['/'])('anything'));
});

test('options by the rules of getopt', () => {
  assert.deepEqual(getopt(['-ab', 'value', '-c', '--', '-d'], 'ab:cd'), [
    ['a', ''],
    ['b', 'value'],
    ['c', ''],
  ]);
  assert.deepEqual(getopt(['-bvalue', 'x'], 'b:'), [['b', 'value']]);
});

test('numbers are cut to the type as C does it', () => {
  const cases: [string, number, bigint | number][] = [
    ['18446744073709551615', PT.INT64, 2n ** 63n - 1n],
    ['-9223372036854775809', PT.PID, -(2n ** 63n)],
    ['18446744073709551616', PT.UINT64, 2n ** 64n - 1n],
    ['-18446744073709551616', PT.UINT64, 2n ** 64n - 1n],
    ['-1', PT.UINT64, 2n ** 64n - 1n],
    ['4294967297', PT.UINT32, 1n],
    ['99999999999999999999', PT.INT32, -1n],
    ['-1', PT.UINT8, 255n],
    ['', PT.PORT, 0],
    ['65537', PT.PORT, 1],
  ];
  for (const [text, type, value] of cases) assert.equal(parseNumber(text, type), value, text);
});

test('addresses of the other kind are compared with the bytes that the value begins with', () => {
  const v6 = (...bytes: number[]): Uint8Array => Uint8Array.from([...bytes, ...new Array(16 - bytes.length).fill(0)]);
  const loopback = v6();
  loopback[15] = 1;
  const cases: [test: AddressTest, v4: number, v6: Uint8Array | null, expected: boolean][] = [
    [addressEquals('127.0.0.1'), 0x0100_007f, null, true],
    [addressEquals('127.0.0.1'), 0, loopback, false],
    [addressEquals('0.0.0.0'), 0, v6(), true],
    [addressEquals('::1'), 0, null, true],
    [addressEquals('::1'), 1, null, false],
    [addressEquals('::1'), 0, loopback, true],
    [addressInNetwork('::1'), 0x0100_007f, null, true],
    [addressInNetwork('fe80::'), 0x0100_007f, null, true],
    [addressInNetwork('fe80:0:1::'), 0x0100_01fe, null, false],
    [addressInNetwork('0.0.0.0/0'), 0, loopback, true],
    [addressInNetwork('0.0.0.0/0'), 0, v6(0xfe, 0x80), false],
    [addressInNetwork('127.0.0.0/8'), 0, loopback, false],
    [addressInNetwork('127.0.0.0/8'), 0x0100_007f, null, true],
    [addressInNetwork('::1/128'), 0, null, false],
    [isAddress('::1'), 0, null, false],
    [isAddress('127.0.0.1'), 0x0100_007f, null, true],
  ];
  for (const [i, [test, v4, six, expected]] of cases.entries()) assert.equal(test(v4, six), expected, `case ${i}`);
});
