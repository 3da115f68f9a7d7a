/** The Lua kernel by itself: numbers, formats, patterns, dates and streams on bytes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotateLeft, toBit, toHex } from '../../../../src/lua/kernel/bit.js';
import { type ArgumentError, argumentMessage, shortSource } from '../../../../src/lua/kernel/errors.js';
import { LuaFile, openFile, openPipe } from '../../../../src/lua/kernel/files.js';
import { applyFormat, type FormatHost, readFormat } from '../../../../src/lua/kernel/format.js';
import { numberToString, stringToNumber, stringToNumberBase } from '../../../../src/lua/kernel/numbers.js';
import { formatDate } from '../../../../src/lua/kernel/os.js';
import { find, gmatch, gsub, match, setCheckpoint } from '../../../../src/lua/kernel/pattern.js';
import { sort } from '../../../../src/lua/kernel/sort.js';

const host: FormatHost = {
  tostring: (value) => String(value),
  typeName: (value) => (value === undefined ? 'nil' : typeof value),
  pointer: () => '0x0',
};

test('numbers as %.14g', () => {
  for (const [n, text] of [
    [3, '3'],
    [-0, '-0'],
    [1 / 3, '0.33333333333333'],
    [1e14, '1e+14'],
    [123456789012345, '1.2345678901235e+14'],
    [2 ** 53, '9.007199254741e+15'],
    [1e-5, '1e-05'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ] as const) {
    assert.equal(numberToString(n), text);
  }
});

test('text as numbers', () => {
  assert.equal(stringToNumber(' 0x1p4 '), 16);
  assert.equal(stringToNumber('0x.8'), 0.5);
  assert.equal(stringToNumber('1e'), undefined);
  assert.equal(stringToNumber('\u00a01'), undefined);
  assert.equal(stringToNumberBase('-ff', 16), -255);
  assert.equal(stringToNumberBase('8', 8), undefined);
});

test('format works on bytes and names the bad argument', () => {
  const format = (fmt: string, values: unknown[], host: FormatHost) =>
    applyFormat(readFormat(fmt), [fmt, ...values], host);
  assert.equal(format('%-6.4s|', ['\xff\0abc'], host), '\xff\0ab  |');
  assert.equal(format('%d %u %x', [3.7, -1, -1], host), '3 18446744073709551615 ffffffffffffffff');
  assert.equal(format('%.2f', [1.125], host), '1.13');
  assert.throws(
    () => format('%d %d', [1], host),
    (error: ArgumentError) => argumentMessage(error, 'format') === "bad argument #3 to 'format' (value expected)",
  );
});

test('patterns: captures, frontier, balance, bytes', () => {
  assert.deepEqual(find('hello world', 'o (w)'), [5, 7, 'w']);
  assert.deepEqual(match('f(a(b)c)d', '%b()'), ['(a(b)c)']);
  assert.deepEqual(gsub('THE (quick) fox', '%f[%a]%a+', 'x'), ['x (x) x', 3]);
  assert.deepEqual(find('a\0\xff', '[\x80-\xff]'), [3, 3]);
  const next = gmatch('k=1,v=2', '(%w)=(%w)');
  assert.deepEqual([next(), next(), next()], [['k', '1'], ['v', '2'], undefined]);
});

test('a long match can be stopped', () => {
  const before = setCheckpoint(() => {
    throw new Error('enough');
  });
  try {
    assert.throws(() => find('a'.repeat(300), 'a-a-a-a-a-b'), /enough/);
  } finally {
    setCheckpoint(before);
  }
});

test('an order function that contradicts itself is found', () => {
  const values = [undefined, 5, 3, 1, 4, 2, undefined];
  sort(values, 5, (a, b) => a! < b!);
  assert.deepEqual(values.slice(1, 6), [1, 2, 3, 4, 5]);
  assert.throws(() => sort([0, 1, 2, 3, 4, 5, 6, 7], 6, () => true), /invalid order function for sorting/);
});

test('bits', () => {
  assert.equal(toBit(2 ** 40 + 5), 5);
  assert.equal(toHex(-1, -4), 'FFFF');
  assert.equal(rotateLeft(0x12345678, 8), 0x34567812);
});

test('names of chunks', () => {
  assert.equal(shortSource('@x.lua'), 'x.lua');
  assert.equal(shortSource('=name'), 'name');
  assert.equal(shortSource('a = 1\nb = 2'), '[string "a = 1..."]');
  assert.equal(shortSource(`@${'d/'.repeat(60)}x.lua`).length, 59);
});

test('dates as strftime', () => {
  assert.equal(formatDate('!%Y-%m-%d %H:%M:%S %j %a %G-W%V', 1e9), '2001-09-09 01:46:40 252 Sun 2001-W36');
});

test('streams keep their place when reading and writing mix', () => {
  const folder = mkdtempSync(join(tmpdir(), 'burin-test-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, 'one\ntwo\n0x10 rest');
    const file = openFile(path, 'r+');
    assert.ok(file instanceof LuaFile);
    assert.deepEqual(file.read(['l']), ['one']);
    assert.equal(file.write('TWO'), true);
    assert.deepEqual(file.read(['l', 'n', 2, 'a']), ['', 16, ' r', 'est']);
    assert.equal(file.seek('set', 0), 0);
    assert.deepEqual(file.read(['a']), ['one\nTWO\n0x10 rest']);
    assert.equal(file.close(), true);
    assert.deepEqual(openFile(join(folder, 'no'), 'r'), [undefined, `${folder}/no: No such file or directory`, 2]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('commands are read while they run', () => {
  const started = Date.now();
  const pipe = openPipe('echo first; exec sleep 3', 'r');
  assert.ok(pipe instanceof LuaFile);
  assert.deepEqual(pipe.read(['l']), ['first']);
  assert.ok(Date.now() - started < 2500);
});
