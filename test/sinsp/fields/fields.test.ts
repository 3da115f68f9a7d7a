/** The table of fields: complete, consistent, found by the longest name. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressEquals, addressInNetwork, parseAddress } from '../../../src/sinsp/fields/address-values.js';
import { type FieldContext, FieldError } from '../../../src/sinsp/fields/field.js';
import { humanDuration } from '../../../src/sinsp/fields/human-duration.js';
import {
  FIELD_CLASSES,
  FIELDS,
  nearest,
  parseField,
  parseFieldPrefix,
  parseFieldUse,
} from '../../../src/sinsp/fields/index.js';
import { decodeSyslog } from '../../../src/sinsp/fields/syslog-message.js';
import { ipv6Text } from '../../../src/sinsp/format/addresses.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { EVENT_COUNT, PT } from '../../../src/sinsp/schema/index.js';

const inspector = new Inspector();
const context: FieldContext = {
  inspector,
  settings: { bufferFormat: 'dots', cutBuffers: true, resolvePorts: false, timeFormat: 'h', json: false },
};
const argumentFor: Record<string, string> = {
  'evt.arg': 'fd',
  'evt.rawarg': 'res',
  'evt.type.is': 'open',
  'evt.around': '5',
  'evt.abspath': 'src',
};

test('every field has a name of its own, a class that is listed, and a description', () => {
  assert.equal(new Set(FIELDS.map((field) => field.name)).size, FIELDS.length);
  assert.equal(FIELDS.length, 343);
  assert.equal(
    FIELD_CLASSES.reduce((sum, one) => sum + one.fields.length, 0),
    FIELDS.length,
  );
  for (const { name, description } of FIELDS) assert.ok(description.length > 3, name);
});

test('every field can be made, and answers with the type it claims for an event without anything', () => {
  const numeric = new Set<number>([
    PT.INT16,
    PT.INT32,
    PT.INT64,
    PT.UINT32,
    PT.UINT64,
    PT.RELTIME,
    PT.ABSTIME,
    PT.DOUBLE,
    PT.PORT,
  ]);
  for (const field of FIELDS) {
    const argument = field.argument ? (argumentFor[field.name] ?? '0') : undefined;
    for (const purpose of ['print', 'compare'] as const) {
      const extractor = field.make(context, argument, purpose);
      const isNumber = extractor.kind === 'number' || extractor.kind === 'bigint';
      assert.equal(isNumber || field.type === PT.DYN, numeric.has(field.type) || field.type === PT.DYN, field.name);
      assert.equal(extractor.kind === 'list', field.isList ?? false, field.name);
      extractor.get(inspector.event);
    }
    const types = field.eventTypes?.(argument);
    if (types !== undefined) assert.equal(types.length, EVENT_COUNT, field.name);
  }
});

test('the longest name wins, arguments follow it', () => {
  const parse = (text: string) => {
    const found = parseFieldUse(text);
    return 'use' in found ? [found.use.field.name, found.use.argument, found.end] : found.error;
  };
  assert.deepEqual(parse('evt.numX'), ['evt.num', undefined, 7]);
  assert.deepEqual(parse('evt.time.s rest'), ['evt.time.s', undefined, 10]);
  assert.deepEqual(parse('evt.args'), ['evt.args', undefined, 8]);
  assert.deepEqual(parse('evt.arg.flagsX'), ['evt.arg', 'flags', 13]);
  assert.deepEqual(parse('evt.arg[0]|'), ['evt.arg', '0', 10]);
  assert.deepEqual(parse('proc.aname[2])'), ['proc.aname', '2', 13]);
  assert.deepEqual(parse('proc.aname|'), ['proc.aname', undefined, 0], 'printed with its name after it');
  assert.deepEqual(parse('thread.cgroup.cpuset '), ['thread.cgroup', 'cpuset', 20]);
  assert.deepEqual(parse('thread.cgroups'), ['thread.cgroups', undefined, 14]);
  assert.deepEqual(parse('evt.type.is.open'), ['evt.type.is', 'open', 16]);
  assert.deepEqual(parse('evt.type.is.7'), ['evt.type.is', '7', 13]);
  assert.deepEqual(parse('evt.type.'), ['evt.type', undefined, 8]);
  assert.deepEqual(parse('container.mount.source[/a b/*]'), ['container.mount.source', '/a b/*', 30]);
  assert.deepEqual(parse('container.mounts'), ['container.mounts', undefined, 16]);
  assert.deepEqual(parse('evt.abspath.dst'), ['evt.abspath', 'dst', 15]);
  assert.deepEqual(parse('evt.abspath'), ['evt.abspath', undefined, 11]);
  assert.deepEqual(parse('k8s.pod.label.app.kubernetes.io/name)'), ['k8s.pod.label', 'app.kubernetes.io/name', 36]);
  assert.deepEqual(parse('proc.env[PATH]'), ['proc.env', 'PATH', 14]);
  assert.match(String(parse('evt.arg.zzz')), /unknown event argument zzz/);
  assert.match(String(parse('evt.arg[fd]')), /evt\.arg\.fd/);
  assert.match(String(parse('evt.nosuch=1')), /unknown field evt\.nosuch/);
  assert.match(String(parse('thread.cgroup')), /needs an argument/);
});

test('prefixes: undefined for no field, an error for a bad argument', () => {
  assert.equal(parseFieldPrefix('nothing'), undefined);
  assert.equal(parseFieldPrefix('evt.num and more')?.length, 7);
  assert.throws(() => parseFieldPrefix('evt.arg.zzz'), FieldError);
  assert.equal(parseField('evt.num '), undefined);
});

test('raw arguments have the type of the first event that has them', () => {
  assert.equal(parseField('evt.rawarg.res')?.field.type, PT.ERRNO);
  assert.equal(parseField('evt.rawarg.fd')?.field.type, PT.FD);
  assert.throws(() => parseField('evt.rawarg.res')!.field.make(context, 'zzz'), FieldError);
});

test('suggestions are close, and know the right word in the wrong class', () => {
  const names = FIELDS.map((field) => field.name);
  assert.ok(nearest('evt.typ', names).includes('evt.type'));
  assert.ok(nearest('proc.nmae', names).includes('proc.name'));
  assert.ok(nearest('fd.cmdline', names).includes('proc.cmdline'));
  assert.deepEqual(nearest('zzzzzzzzzzzz', names), []);
});

test('durations for people', () => {
  const cases: [number, string][] = [
    [0, '0ns'],
    [999, '999ns'],
    [1239, '1.23us'],
    [9_999, '9.99us'],
    [12_900, '12us'],
    [1_000_000, '1.00ms'],
    [999_999_999, '999ms'],
    [2_500_002_234, '2.50s'],
    [12_349_999_999, '12.34s'],
    [61e9, '1:1'],
    [3_599_999_999_999, '59:59'],
    [3661e9, '01:01:01'],
    [90_000e9, '25:00:00'],
  ];
  for (const [nanos, text] of cases) assert.equal(humanDuration(nanos), text);
});

test('addresses and networks', () => {
  assert.equal(parseAddress('10.0.0.1'), 0x0100_000a);
  assert.equal(ipv6Text(parseAddress('2001:db8::1') as Uint8Array), '2001:db8::1');
  assert.equal(ipv6Text(parseAddress('::ffff:1.2.3.4') as Uint8Array), '::ffff:1.2.3.4');
  const v6 = parseAddress('fe80::1:2') as Uint8Array;
  const v4 = parseAddress('10.1.2.3') as number;
  assert.ok(addressEquals('10.1.2.3')(v4, null) && !addressEquals('10.1.2.3')(v4, v6));
  assert.ok(addressInNetwork('10.0.0.0/8')(v4, null) && !addressInNetwork('10.2.0.0/16')(v4, null));
  assert.ok(addressInNetwork('10.1.2.2/31')(v4, null) && addressInNetwork('0.0.0.0/0')(v4, null));
  assert.ok(addressInNetwork('fe80::/10')(0, v6) && !addressInNetwork('fe00::/10')(0, v6));
  assert.ok(addressInNetwork('fe80::')(0, v6), 'a plain address stands for 64 bits');
  for (const wrong of ['1.2.3', '1.2.3.256', 'x', '1:2', ''])
    assert.throws(() => parseAddress(wrong), FieldError, wrong);
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', 'fe80::/129', '10.0.0.0/8/1', '10.0.0.0/x']) {
    assert.throws(() => addressInNetwork(wrong), FieldError, wrong);
  }
});

test('events that write nothing to syslog have no message', () => {
  assert.equal(decodeSyslog(inspector.state, inspector.event), null);
});
