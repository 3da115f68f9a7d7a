/** The table of descriptors does what a Map does, and its records copy all they know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FD_TYPE } from '../../../src/sinsp/schema/index.js';
import { FdInfo, ROLE_CLIENT } from '../../../src/sinsp/state/fd-info.js';
import { FdTable } from '../../../src/sinsp/state/fd-table.js';
import { NO_TABLE, ThreadSlots } from '../../../src/sinsp/state/thread-slots.js';

const numbers = fc.oneof(fc.nat(8), fc.nat(1100), fc.constantFrom(1023, 1024, Number.MAX_SAFE_INTEGER, -1, -100));
const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'get', 'clear'), numbers), { maxLength: 60 });

const byNumber = (a: [number, FdInfo], b: [number, FdInfo]): number => a[0] - b[0];

test('agrees with a Map in every step', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const table = new FdTable();
      const map = new Map<number, FdInfo>();
      for (const [what, num] of list) {
        if (what === 'set') {
          const fd = new FdInfo();
          table.set(num, fd);
          map.set(num, fd);
        } else if (what === 'delete') {
          assert.equal(table.delete(num), map.delete(num));
        } else if (what === 'clear' && num === 0) {
          table.clear();
          map.clear();
        }
        assert.equal(table.get(num), map.get(num));
        assert.equal(table.has(num), map.has(num));
        assert.equal(table.size, map.size);
      }
      assert.deepEqual([...table].sort(byNumber), [...map].sort(byNumber));
      assert.deepEqual(
        [...table.keys()],
        [...table].map(([num]) => num),
      );
      assert.deepEqual(
        [...table.values()],
        [...table].map(([, fd]) => fd),
      );
      const visited: [number, FdInfo][] = [];
      table.forEach((fd, num) => {
        visited.push([num, fd]);
      });
      assert.deepEqual(visited, [...table]);
    }),
  );
});

test('small numbers are walked in order, and may be deleted on the way', () => {
  const table = new FdTable();
  for (const num of [9, 2, 5, 0]) table.set(num, new FdInfo());
  const seen: number[] = [];
  for (const [num] of table) {
    seen.push(num);
    table.delete(num);
    table.delete(5);
  }
  assert.deepEqual(seen, [0, 2, 9]);
  assert.equal(table.size, 0);
});

test('a copy of a socket is independent of it', () => {
  const fd = new FdInfo();
  assert.equal(fd.copy().role, 0);
  fd.sip = 0xfffe_0001;
  fd.dport = 443;
  fd.role = ROLE_CLIENT;
  fd.unixDestHigh = 0xffff_8801;
  fd.sip6 = new Uint8Array(16).fill(7);
  const copy = fd.copy();
  assert.deepEqual(copy, fd);
  copy.dport = 80;
  copy.connected = true;
  assert.equal(fd.dport, 443);
  assert.equal(fd.connected, false);
});

test('marks for large numbers are lent to some tables, and given back', () => {
  const slots = new ThreadSlots(4096);
  slots.moveTo(new ArrayBuffer(1 << 20), 0, 128);
  const fd = new FdInfo();
  fd.type = FD_TYPE.FILE_V2;
  const bound = () => {
    const table = new FdTable();
    table.bind(slots, slots.take(1, 1));
    return table.set(5, fd).set(500, fd);
  };
  const tables = Array.from({ length: 40 }, bound);
  assert.ok(tables.every((table) => table.isKnown(5)));
  assert.equal(tables.filter((table) => table.isKnown(500)).length, 32);
  const marks = new Set(tables.flatMap((table) => [table.markOf(5), table.markOf(500)].filter((at) => at >= 0)));
  assert.equal(marks.size, 72, 'each has its own');
  assert.equal(tables[39]!.markOf(500), -1);
  tables[0]!.bind(NO_TABLE, 0);
  assert.ok(bound().isKnown(500), 'the page of a table that is gone');
  assert.ok(!bound().isKnown(500));
  const closer = new FdTable();
  closer.bind(slots, slots.take(1, 1));
  closer.mark(900, null);
  assert.equal(closer.markOf(900), -1, 'what is not there needs none');
});
