// biome-ignore-all lint/complexity/noArguments: how many arguments there were tells nil from none, and rest arrays cost
/** The `table` library. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { numberToString } from '../kernel/numbers.js';
import { sort } from '../kernel/sort.js';
import type { LuaValue } from '../vm.js';
import { addDirect, addVariadic, checkFunction, checkInt, checkTable, intArg, stringArg, tableArg } from './library.js';
import { isTrue, NONE, type Runtime, viaFirst } from './runtime.js';
import { LuaTable } from './table.js';
import { typeName } from './values.js';

const MAX_SORT = 1e8;
/** Elements between looks at the clock in loops that run no Lua. */
const CLOCK_STEP = 0xfffff;

export function openTable(rt: Runtime): LuaTable {
  const library = new LuaTable();
  addDirect(library, {
    concat: function concat(t, separator, from, to) {
      const table = tableArg(t, 1, arguments.length);
      const sep = separator === undefined ? '' : stringArg(separator, 2, arguments.length);
      const first = from === undefined ? 1 : intArg(from, 3, arguments.length);
      const last = to === undefined ? table.length() : intArg(to, 4, arguments.length);
      let text = '';
      for (let i = first; i <= last; i++) {
        const value = table.get(i);
        if (typeof value === 'string') text += value;
        else if (typeof value === 'number') text += numberToString(value);
        else throw new KernelError(`invalid value (${typeName(value)}) at index ${i} in table for 'concat'`);
        if (i < last) text += sep;
        if ((i & CLOCK_STEP) === 0) rt.viaRefuel();
      }
      return text;
    },
    insert: function insert(t, position, value) {
      const table = tableArg(t, 1, arguments.length);
      if (arguments.length === 2) {
        if (position === undefined) return NONE;
        table.append(position);
        return NONE;
      }
      if (arguments.length !== 3) throw new KernelError("wrong number of arguments to 'insert'");
      const at = intArg(position, 2, arguments.length);
      const end = table.length() + 1;
      if (at >= 1 && at < end && value !== undefined) {
        table.insertAt(at, value);
        return NONE;
      }
      for (let i = Math.max(end, at); i > at; i--) table.set(i, table.get(i - 1));
      table.set(at, value);
      return NONE;
    },
    remove: function remove(t, position) {
      const table = tableArg(t, 1, 1);
      const end = table.length();
      if (position === undefined) {
        if (end === 0) return NONE;
        return table.removeAt(end);
      }
      const at = intArg(position, 2, arguments.length);
      if (!(at >= 1 && at <= end)) return NONE;
      return table.removeAt(at);
    },
  });
  return addVariadic(library, {
    foreach: (args) => {
      const t = checkTable(args, 0);
      const fn = checkFunction(args, 1);
      for (const [k, v] of t.entries()) {
        const result = viaFirst(rt.viaCall(fn, k, v));
        if (result !== undefined) return result;
      }
      return NONE;
    },
    foreachi: (args) => {
      const t = checkTable(args, 0);
      const fn = checkFunction(args, 1);
      const n = t.length();
      for (let i = 1; i <= n; i++) {
        const result = viaFirst(rt.viaCall(fn, i, t.get(i)));
        if (result !== undefined) return result;
      }
      return NONE;
    },
    getn: (args) => checkTable(args, 0).length(),
    maxn: (args) => {
      let max = 0;
      for (const [key] of checkTable(args, 0).entries()) if (typeof key === 'number' && key > max) max = key;
      return max;
    },
    move: (args) => {
      const from = checkTable(args, 0);
      const first = checkInt(args, 1);
      const last = checkInt(args, 2);
      const target = checkInt(args, 3);
      const to = args[4] === undefined ? from : checkTable(args, 4);
      const n = last - first;
      if (target > last || target <= first || from !== to) {
        for (let i = 0; i <= n; i++) to.set(target + i, from.get(first + i));
      } else {
        for (let i = n; i >= 0; i--) to.set(target + i, from.get(first + i));
      }
      return to;
    },
    setn: () => {
      throw new KernelError("'setn' is obsolete");
    },
    sort: (args) => {
      const t = checkTable(args, 0);
      const order = args[1] === undefined ? undefined : rt.viaCallable(checkFunction(args, 1));
      const count = t.length();
      if (count > MAX_SORT) throw new ArgumentError(1, 'array too big');
      const values: LuaValue[] = t.arr.slice();
      values[0] = t.get(0);
      values.push(t.get(count + 1));
      let steps = 0;
      const less = order
        ? (a: LuaValue, b: LuaValue) => isTrue(viaFirst(order(a, b)))
        : (a: LuaValue, b: LuaValue) => {
            if ((++steps & 0xffff) === 0) rt.viaRefuel();
            return (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')
              ? a < b
              : rt.viaLess(a, b);
          };
      try {
        sort(values, count, less);
      } finally {
        for (let i = 1; i <= count; i++) t.set(i, values[i]);
      }
      return NONE;
    },
  });
}
