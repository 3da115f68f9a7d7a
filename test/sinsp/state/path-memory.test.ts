/** Remembered joins are those that joining makes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Names } from '../../../src/sinsp/names.js';
import { PathMemory } from '../../../src/sinsp/state/path-memory.js';
import { PathBuffer } from '../../../src/sinsp/state/paths.js';

const part = fc.constantFrom('', '/', 'a', 'bc', '.', '..', '/tmp', 'x\u0001', '//', 'etc/');
const path = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));

test('agrees with joining, also when the table of names is emptied again and again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(path, fc.boolean(), path, fc.constantFrom(1, 1, 1, 0, 2000)), { maxLength: 40 }),
      (calls) => {
        const names = new Names(12);
        const memory = new PathMemory(names, new PathBuffer());
        const plain = new PathBuffer();
        for (const [baseText, slash, pathText, more] of calls) {
          const base = names.internText(baseText);
          const given = names.internText(pathText);
          // The parameter has its NUL; none at all has size 0.
          const size = more === 0 ? 0 : given.length + more;
          const bytes = Buffer.from(`${more === 0 ? '' : pathText}\0`, 'latin1');
          plain.join(base, slash, bytes, 0, bytes.length - 1, size);
          const wanted = Buffer.from(plain.bytes.subarray(0, plain.length)).toString('latin1');
          if (more === 0) continue;
          for (let i = 0; i < 2; i++) assert.equal(memory.join(base, slash, given, size).text, wanted);
        }
      },
    ),
  );
});

test('the same join is the same name', () => {
  const names = new Names();
  const memory = new PathMemory(names, new PathBuffer());
  const base = names.internText('/var/');
  const first = memory.join(base, false, names.internText('log'), 4);
  assert.equal(first.text, '/var/log');
  assert.equal(memory.join(base, false, names.internText('log'), 4), first);
  assert.equal(memory.join(names.internText('/opt/'), false, names.internText('log'), 4).text, '/opt/log');
});
