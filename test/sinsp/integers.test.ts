/** 64-bit integers as numbers, compared with BigInt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { int64, uint64 } from '../../src/sinsp/integers.js';

const EDGES = [
  0n,
  1n,
  -1n,
  0x7fff_ffffn,
  0x8000_0000n,
  -0x8000_0000n,
  -0x8000_0001n,
  0xffff_ffffn,
  1n << 32n,
  -(1n << 63n),
];

test('agree with BigInt', () => {
  const view = new DataView(new ArrayBuffer(8));
  const check = (value: bigint): void => {
    view.setBigInt64(0, BigInt.asIntN(64, value), true);
    assert.equal(int64(view, 0), Number(view.getBigInt64(0, true)));
    assert.equal(uint64(view, 0), Number(view.getBigUint64(0, true)));
  };
  for (const value of EDGES) check(value);
  fc.assert(fc.property(fc.bigInt({ min: -(1n << 53n), max: 1n << 53n }), check));
});
