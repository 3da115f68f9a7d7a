/** Root runs only Lua files that root or the caller owns and others cannot write. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { refusal } from '../../src/chisel/trust.js';

const root = process.geteuid?.() === 0;
const options = { skip: root ? false : 'needs root to make files of other owners' };
const base = mkdtempSync(join(tmpdir(), 'burin-trust-'));
after(() => rmSync(base, { recursive: true, force: true }));

function file(folder: string, mode = 0o644): string {
  const path = join(base, folder);
  mkdirSync(path, { recursive: true });
  const name = join(path, 'c.lua');
  writeFileSync(name, '');
  chmodSync(name, mode);
  return name;
}

test('without privileges everything may be loaded', () => {
  assert.equal(refusal(file('a', 0o666), {}, 1000), undefined);
});
test('a file of root is fine', options, () => assert.equal(refusal(file('b'), {}, 0), undefined));
test('a file that others can write is refused', options, () => {
  assert.match(refusal(file('c', 0o666), {}, 0)!, /others than its owner can write it.*--allow-untrusted/);
});
test('a file of another user is refused, unless that user called sudo', options, () => {
  const name = file('d');
  chownSync(name, 4711, 4711);
  assert.match(refusal(name, {}, 0)!, /owned by user 4711/);
  assert.equal(refusal(name, { SUDO_UID: '4711' }, 0), undefined);
});
test('a folder that others can write is refused, a sticky one is not', options, () => {
  const name = file('e');
  chmodSync(join(base, 'e'), 0o777);
  assert.match(refusal(name, {}, 0)!, /others can write its folder/);
  chmodSync(join(base, 'e'), 0o1777);
  assert.equal(refusal(name, {}, 0), undefined);
});
