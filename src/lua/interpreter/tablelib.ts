/** The `table` library. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { numberToString } from '../kernel/numbers.js';
import { sort } from '../kernel/sort.js';
import type { LuaValue } from '../vm.js';
import { lessThan } from './execute.js';
import type { LuaThread } from './fengari.js';
import {
  callOne,
  callValue,
  checkFunction,
  checkInt,
  checkTable,
  functionTable,
  optInt,
  optString,
  truthy,
} from './library.js';
import { charge, checkStringSize } from './meter.js';
import type { Table } from './tables.js';
import { fromSlot, toSlot, typeName } from './values.js';

export function openTable(L: LuaThread): Table {
  return functionTable(L, {
    concat: (_L, args) => {
      const t = checkTable(args, 0);
      const separator = optString(args, 1) ?? '';
      const from = optInt(args, 2, 1);
      const to = args[3] === undefined ? t.length() : checkInt(args, 3);
      const parts: string[] = [];
      let size = 0;
      for (let i = from; i <= to; i++) {
        const value = t.get(i);
        const text = typeof value === 'string' ? value : typeof value === 'number' ? numberToString(value) : undefined;
        if (text === undefined) {
          throw new KernelError(`invalid value (${typeName(value)}) at index ${i} in table for 'concat'`);
        }
        size += text.length + separator.length;
        if (size > 1e6) checkStringSize(size);
        parts.push(text);
      }
      charge(size);
      return parts.join(separator);
    },
    foreach: (thread, args) => {
      const t = checkTable(args, 0);
      const fn = checkFunction(args, 1);
      let key: LuaValue;
      for (;;) {
        const entry = t.next(key);
        if (entry === undefined) return [];
        const [k, v] = [fromSlot(entry.key), fromSlot(entry.value)];
        const result = callValue(thread, fn, k, v)[0];
        if (result !== undefined) return result;
        key = k;
      }
    },
    foreachi: (thread, args) => {
      const t = checkTable(args, 0);
      const fn = checkFunction(args, 1);
      const length = t.length();
      for (let i = 1; i <= length; i++) {
        const result = callValue(thread, fn, i, t.get(i))[0];
        if (result !== undefined) return result;
      }
      return [];
    },
    getn: (_L, args) => checkTable(args, 0).length(),
    insert: (_L, args) => {
      const t = checkTable(args, 0);
      const end = t.length() + 1;
      if (args.length === 2) {
        t.set(end, args[1]);
        return [];
      }
      if (args.length !== 3) throw new KernelError("wrong number of arguments to 'insert'");
      const at = checkInt(args, 1);
      for (let i = Math.max(end, at); i > at; i--) t.set(i, t.get(i - 1));
      t.set(at, args[2]);
      return [];
    },
    maxn: (_L, args) => {
      let max = 0;
      for (const [key] of checkTable(args, 0).entries()) if (typeof key === 'number' && key > max) max = key;
      return max;
    },
    move: (_L, args) => {
      const from = checkTable(args, 0);
      const first = checkInt(args, 1);
      const last = checkInt(args, 2);
      const target = checkInt(args, 3);
      const to = args[4] === undefined ? from : checkTable(args, 4);
      if (last >= first) {
        if (target > last || target <= first || from !== to) {
          for (let i = 0; i <= last - first; i++) to.set(target + i, from.get(first + i));
        } else {
          for (let i = last - first; i >= 0; i--) to.set(target + i, from.get(first + i));
        }
      }
      return to;
    },
    remove: (_L, args) => {
      const t = checkTable(args.length === 0 ? [undefined] : args, 0);
      const end = t.length();
      if (args.length < 2 || args[1] === undefined) {
        if (end === 0) return [];
        const last = t.get(end);
        t.set(end, undefined);
        return last;
      }
      const at = checkInt(args, 1);
      if (!(at >= 1 && at <= end)) return [];
      const removed = t.get(at);
      for (let i = at; i < end; i++) t.set(i, t.get(i + 1));
      t.set(end, undefined);
      return removed;
    },
    sort: (thread, args) => {
      const t = checkTable(args, 0);
      const order = args[1] === undefined ? undefined : checkFunction(args, 1);
      const count = t.length();
      if (count > 1e8) throw new ArgumentError(1, 'array too big');
      // Elements 0 and count + 1 are what an order function that contradicts itself gets to see.
      const values: LuaValue[] = [];
      for (let i = 0; i <= count + 1; i++) values.push(t.get(i));
      const less = order
        ? (a: LuaValue, b: LuaValue) => truthy(callOne(thread, order, a, b))
        : (a: LuaValue, b: LuaValue) =>
            (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')
              ? a < b
              : lessThan(thread, toSlot(a), toSlot(b));
      try {
        sort(values, count, less);
      } finally {
        for (let i = 1; i <= count; i++) t.set(i, values[i]);
      }
      return [];
    },
  });
}
