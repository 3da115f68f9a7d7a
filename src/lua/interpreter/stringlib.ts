/** The `string` library. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { applyFormat, type FormatHost, readFormat } from '../kernel/format.js';
import { numberToString } from '../kernel/numbers.js';
import { find, gmatch, gsub, match } from '../kernel/pattern.js';
import type { LuaValue } from '../vm.js';
import { index } from './execute.js';
import { LUA_CLOSURE, type LuaThread, lapi, latin1, lobject, Slot } from './fengari.js';
import {
  address,
  callOne,
  callValue,
  checkInt,
  checkString,
  closure,
  functionTable,
  optInt,
  optString,
  tostring,
  truthy,
} from './library.js';
import { charge, checkStringSize } from './meter.js';
import { Table } from './tables.js';
import { fromSlot, toSlot, typeName } from './values.js';

/** Counts a string that was made, and gives it back. */
function made(text: string): string {
  charge(text.length);
  return text;
}

/** `string.sub`'s bounds: from 1, negative from the end. */
function range(length: number, from: number, to: number): [number, number] {
  const start = Math.max(from < 0 ? from + length + 1 : from, 1);
  const end = Math.min(to < 0 ? to + length + 1 : to, length);
  return [start, end];
}

/** One table and key as a table and key lookup with metamethods. */
export function indexValue(L: LuaThread, object: LuaValue, key: LuaValue): LuaValue {
  const at = L.top;
  L.stack[at] = new Slot(0, null);
  L.top++;
  index(L, toSlot(object), toSlot(key), at);
  L.top = at;
  return fromSlot(L.stack[at]!);
}

export function formatHost(L: LuaThread): FormatHost {
  return {
    tostring: (value) => {
      const text = tostring(L, value as LuaValue);
      if (typeof text === 'string') return text;
      if (typeof text === 'number') return numberToString(text);
      // A __tostring that returns no string: shown as what it returned, without asking that again.
      return text === undefined || typeof text === 'boolean'
        ? String(text ?? 'nil')
        : `${typeName(text)}: ${address(text)}`;
    },
    typeName: (value) => typeName(value as LuaValue),
    pointer: (value) => address(value as LuaValue),
  };
}

export function openString(L: LuaThread): Table {
  const gmatchFunction = (thread: LuaThread, args: LuaValue[]) => {
    const next = gmatch(checkString(args, 0), checkString(args, 1));
    return closure(thread, () => next() ?? []);
  };
  const library = functionTable(L, {
    byte: (_L, args) => {
      const s = checkString(args, 0);
      const from = optInt(args, 1, 1);
      const [start, end] = range(s.length, from, optInt(args, 2, from));
      if (end - start > 199_000) throw new KernelError('string slice too long');
      const codes: number[] = [];
      for (let i = start; i <= end; i++) codes.push(s.charCodeAt(i - 1));
      return codes;
    },
    char: (_L, args) => {
      let text = '';
      for (let i = 0; i < args.length; i++) {
        const code = checkInt(args, i);
        if (code < 0 || code > 255) throw new ArgumentError(i + 1, 'invalid value');
        text += String.fromCharCode(code);
      }
      return text;
    },
    dump: (thread, args) => {
      const fn = args[0];
      if (!(fn instanceof lobject.LClosure)) {
        if (typeName(fn) !== 'function')
          throw new ArgumentError(1, `function expected, got ${args.length ? typeName(fn) : 'no value'}`);
        throw new KernelError('unable to dump given function');
      }
      const parts: string[] = [];
      const at = thread.top;
      thread.stack[at] = new Slot(LUA_CLOSURE, fn);
      thread.top++;
      lapi.lua_dump(thread, (_L, content, size) => {
        parts.push(latin1(content.subarray(0, size)));
        return 0;
      });
      thread.top = at;
      return made(parts.join(''));
    },
    find: (_L, args) =>
      find(checkString(args, 0), checkString(args, 1), optInt(args, 2, 1), truthy(args[3])) ?? undefined,
    format: (thread, args) => made(applyFormat(readFormat(checkString(args, 0)), args, formatHost(thread))),
    gmatch: gmatchFunction,
    gsub: (thread, args) => {
      const s = checkString(args, 0);
      const pattern = checkString(args, 1);
      const by = args[2];
      const limit = args[3] === undefined ? Number.POSITIVE_INFINITY : checkInt(args, 3);
      let size = 0;
      const count = (text: string) => {
        size += text.length;
        checkStringSize(size);
        return text;
      };
      let result: [string, number];
      if (typeof by === 'string' || typeof by === 'number') {
        result = gsub(s, pattern, typeof by === 'string' ? by : numberToString(by), limit);
      } else if (by instanceof Table || typeName(by) === 'function') {
        const ask = (captures: LuaValue[]) =>
          by instanceof Table
            ? indexValue(thread, by, captures[0])
            : captures.length === 1
              ? callOne(thread, by, captures[0])
              : callValue(thread, by, ...captures)[0];
        result = gsub(
          s,
          pattern,
          (captures) => {
            const value = ask(captures);
            if (!truthy(value)) return undefined;
            if (typeof value === 'string') return count(value);
            if (typeof value === 'number') return count(numberToString(value));
            throw new KernelError(`invalid replacement value (a ${typeName(value)})`);
          },
          limit,
        );
      } else {
        throw new ArgumentError(3, 'string/function/table expected');
      }
      made(result[0]);
      return result;
    },
    len: (_L, args) => checkString(args, 0).length,
    lower: (_L, args) => made(checkString(args, 0).replace(/[A-Z]+/g, (s) => s.toLowerCase())),
    match: (_L, args) => match(checkString(args, 0), checkString(args, 1), optInt(args, 2, 1)) ?? undefined,
    rep: (_L, args) => {
      const s = checkString(args, 0);
      const n = checkInt(args, 1);
      const separator = optString(args, 2) ?? '';
      if (n <= 0) return '';
      const size = n * s.length + (n - 1) * separator.length;
      checkStringSize(size);
      if (size > 0x1fffffe8) throw new KernelError('not enough memory');
      charge(size);
      return separator === '' ? s.repeat(n) : (s + separator).repeat(n - 1) + s;
    },
    reverse: (_L, args) => {
      const s = checkString(args, 0);
      return made(Buffer.from(s, 'latin1').reverse().toString('latin1'));
    },
    sub: (_L, args) => {
      const s = checkString(args, 0);
      const [start, end] = range(s.length, checkInt(args, 1), optInt(args, 2, -1));
      return end < start ? '' : s.slice(start - 1, end);
    },
    upper: (_L, args) => made(checkString(args, 0).replace(/[a-z]+/g, (s) => s.toUpperCase())),
  });
  library.set('gfind', library.get('gmatch'));
  const metatable = new Table(L.l_G);
  metatable.set('__index', library);
  L.l_G.mt[4] = metatable;
  return library;
}
