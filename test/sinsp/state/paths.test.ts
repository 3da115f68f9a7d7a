/** Joining of paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PathBuffer } from '../../../src/sinsp/state/paths.js';

const text = (value: string) => {
  const bytes = Buffer.from(value, 'latin1');
  return { bytes, offset: 0, length: bytes.length };
};

function join(base: string, path: string, slash = false): string {
  const buffer = new PathBuffer();
  const bytes = Buffer.from(path, 'latin1');
  buffer.join(text(base), slash, bytes, 0, bytes.length);
  return Buffer.from(buffer.bytes.subarray(0, buffer.length)).toString('latin1');
}

const CASES: readonly (readonly [base: string, path: string, joined: string])[] = [
  ['/a/', 'b', '/a/b'],
  ['/a/', '/b', '/b'],
  ['/a/', '', '/a'],
  ['/', '', '/'],
  ['', '', ''],
  ['/a/', '.', '/a'],
  ['/a/', './b', '/a/b'],
  ['/a/', '..', '/'],
  ['/a/', '../b', '/b'],
  ['/a/b/', '../../../../c', '/c'],
  ['/a/', 'b/../c', '/a/c'],
  ['/a/', 'b//c///d/', '/a/b/c/d'],
  ['/a/', '..b', '/a/..b'],
  ['/a/', '.b', '/a/.b'],
  ['/a/', 'b.', '/a/b'],
  ['/a/', 'b..', '/a'],
  ['/a/', '...', '/a/..'],
  ['/a/', 'x\x01y\xffz', '/a/x.y.z'],
  ['<UNKNOWN>', 'x', '<UNKNOWN>x'],
  ['', '/..', '/'],
  ['', 'a/..', ''],
];

for (const [base, path, joined] of CASES) {
  test(`${JSON.stringify(base)} and ${JSON.stringify(path)}`, () => assert.equal(join(base, path), joined));
}

test('the base gets a slash where it has none, even a second one', () => {
  assert.equal(join('/a', 'b', true), '/a/b');
  assert.equal(join('/', 'b', true), '//b');
});

test('too long', () => {
  assert.equal(join('/a/', 'x'.repeat(1019)).length, 1022);
  assert.equal(join('/a/', 'x'.repeat(1020)), '/PATH_TOO_LONG');
  assert.equal(join('x'.repeat(1030), '/y'), '/PATH_TOO_LONG');
});

test('never longer than its parts, never a NUL or a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '.', 'a', '\x01', '\xff'), maxLength: 60 }), (path) => {
      const joined = join('/base/', path);
      assert.ok(joined.length <= 6 + path.length);
      assert.match(joined, /^[ -~]*$/);
      assert.ok(!/\/\//.test(joined));
    }),
  );
});
