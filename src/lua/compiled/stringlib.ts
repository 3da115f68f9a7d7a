// biome-ignore-all lint/complexity/noArguments: how many arguments there were tells nil from none, and rest arrays cost
/** The `string` library. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import { numberToString } from '../kernel/numbers.js';
import { find, gmatch, gsub, hasSpecials, match, setCheckpoint } from '../kernel/pattern.js';
import type { LuaValue } from '../vm.js';
import { type Formatter, formatterFor } from './formatter.js';
import { addDirect, intArg, stringArg, wrong } from './library.js';
import type { Finder } from './matcher.js';
import { finderFor } from './regexp.js';
import { isTrue, NONE, type Runtime, viaFirst } from './runtime.js';
import { LuaTable } from './table.js';
import { formatHost } from './text.js';
import { asFunction, asValue, isFunction, typeName, type Values } from './values.js';

const { isArray } = Array;
const MAX_BYTES = 199_000;

/** The characters of bytes, so that none is made anew. */
const CHARS: readonly string[] = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

function startIndex(s: string, init: number): number {
  const from = init < 0 ? init + s.length : init - 1;
  return from < 0 ? 0 : Math.min(from, s.length);
}

/** Short texts that changed case lately, and what they became: V8's conversion is a call into C++. */
const CASES = 256;
/** V8 cuts shorter texts out of others as copies; a longer one would keep the whole it is a part of. */
const MAX_CASE = 12;
const changedUpper = { from: new Array<string>(CASES).fill(''), to: new Array<string>(CASES).fill('') };
const changedLower = { from: new Array<string>(CASES).fill(''), to: new Array<string>(CASES).fill('') };

/** Only ASCII letters change case. */
function changeCase(s: string, upper: boolean): string {
  const first = upper ? 97 : 65;
  let hash = 0;
  let changes = false;
  let ascii = true;
  for (let i = 0; i < s.length; i++) {
    const code = s.charCodeAt(i);
    if (code >= first && code < first + 26) changes = true;
    else if (code > 127) ascii = false;
    hash = (Math.imul(hash, 31) + code) | 0;
  }
  if (!changes) return s;
  if (!ascii)
    return upper ? s.replace(/[a-z]+/g, (x) => x.toUpperCase()) : s.replace(/[A-Z]+/g, (x) => x.toLowerCase());
  if (s.length > MAX_CASE) return upper ? s.toUpperCase() : s.toLowerCase();
  const { from, to } = upper ? changedUpper : changedLower;
  const at = hash & (CASES - 1);
  if (from[at] === s) return to[at]!;
  from[at] = s;
  to[at] = upper ? s.toUpperCase() : s.toLowerCase();
  return to[at]!;
}

export function openString(rt: Runtime): LuaTable {
  const host = formatHost(rt);
  /** The kernel's matcher asks whoever set this last: a match sets it for its own state. */
  const checkpoint = () => void rt.viaRefuel();
  let lastFormat = '';
  let lastFormatter: Formatter = formatterFor('');

  const library = addDirect(new LuaTable(), {
    byte: function byte(s, i, j) {
      const text = typeof s === 'string' ? s : stringArg(s, 1, arguments.length);
      const n = text.length;
      let from = i === undefined ? 1 : intArg(i, 2, arguments.length);
      let to = j === undefined ? from : intArg(j, 3, arguments.length);
      if (from < 0) from = Math.max(from + n + 1, 1);
      else if (from === 0) from = 1;
      if (to < 0) to += n + 1;
      else if (to > n) to = n;
      if (from > to) return NONE;
      if (from === to) return text.charCodeAt(from - 1);
      if (to - from > MAX_BYTES) throw new KernelError('string slice too long');
      const codes: number[] = [];
      for (let at = from; at <= to; at++) codes.push(text.charCodeAt(at - 1));
      return codes;
    },
    char: (...codes) => {
      let text = '';
      for (let i = 0; i < codes.length; i++) {
        const code = intArg(codes[i], i + 1, codes.length);
        if (code < 0 || code > 255) throw new ArgumentError(i + 1, 'invalid value');
        text += CHARS[code];
      }
      return text;
    },
    dump: function dump(fn) {
      if (!isFunction(fn)) throw wrong(1, 'function', fn, arguments.length);
      throw new KernelError('unable to dump given function');
    },
    find: function findFunction(s, pattern, init, plain) {
      const text = typeof s === 'string' ? s : stringArg(s, 1, arguments.length);
      const p = typeof pattern === 'string' ? pattern : stringArg(pattern, 2, arguments.length);
      const first = init === undefined ? 1 : intArg(init, 3, arguments.length);
      const from = startIndex(text, first);
      if (isTrue(plain) || !hasSpecials(p)) {
        const at = text.indexOf(p, from);
        return at < 0 ? undefined : [at + 1, at + p.length];
      }
      const finder = finderFor(p, text.length);
      if (finder === null) {
        setCheckpoint(checkpoint);
        return find(text, p, first) ?? undefined;
      }
      const at = finder.find(text, from);
      return at < 0 ? undefined : [at + 1, finder.end, ...finder.captures(text)];
    },
    format: (...args) => {
      const fmt = stringArg(args[0], 1, args.length);
      if (fmt !== lastFormat) {
        lastFormatter = formatterFor(fmt);
        lastFormat = fmt;
      }
      return lastFormatter(args, host);
    },
    gmatch: function gmatchFunction(s, pattern) {
      const text = stringArg(s, 1, arguments.length);
      const p = stringArg(pattern, 2, arguments.length);
      const finder = finderFor(p, text.length, false);
      if (finder === null) {
        const step = gmatch(text, p);
        return asValue(() => {
          setCheckpoint(checkpoint);
          return step() ?? undefined;
        });
      }
      let from = 0;
      // Made for each loop, so kept cheap: no name, and not marked as a function of the library.
      return asValue(() => {
        if (from > text.length) return undefined;
        const at = finder.find(text, from);
        if (at < 0) {
          from = text.length + 1;
          return undefined;
        }
        from = finder.end === at ? at + 1 : finder.end;
        return finder.captured(text, at);
      });
    },
    gsub: function gsubFunction(s, pattern, by, max) {
      const text = stringArg(s, 1, arguments.length);
      const p = stringArg(pattern, 2, arguments.length);
      const limit = max === undefined ? Number.POSITIVE_INFINITY : intArg(max, 4, arguments.length);
      const finder = finderFor(p, text.length);
      setCheckpoint(checkpoint);
      if (typeof by === 'string' || typeof by === 'number') {
        const replacement = typeof by === 'string' ? by : numberToString(by);
        if (finder !== null && !replacement.includes('%')) {
          return replaceFast(rt, text, p, finder, () => replacement, limit);
        }
        return gsub(text, p, replacement, limit);
      }
      let ask: (captures: LuaValue[]) => LuaValue;
      if (by instanceof LuaTable) {
        const plain = by.meta === undefined;
        ask = (captures) => (plain ? by.get(captures[0]) : rt.viaIndex(by, captures[0]));
      } else if (isFunction(by)) {
        const fn = asFunction(by);
        ask = (captures) => viaFirst(captures.length === 1 ? fn(captures[0]) : fn(...captures));
      } else {
        throw new ArgumentError(3, 'string/function/table expected');
      }
      const replace = (captures: LuaValue[]): string | undefined => {
        const value = ask(captures);
        if (typeof value === 'string') return value;
        if (value === undefined || value === false) return undefined;
        if (typeof value === 'number') return numberToString(value);
        throw new KernelError(`invalid replacement value (a ${typeName(value)})`);
      };
      if (finder === null) return gsub(text, p, replace, limit);
      const replaceMatch = (at: number): string | undefined => {
        const values = finder.captured(text, at);
        return replace(isArray(values) ? values : [values]);
      };
      return replaceFast(rt, text, p, finder, replaceMatch, limit);
    },
    len: function len(s) {
      return stringArg(s, 1, arguments.length).length;
    },
    lower: function lower(s) {
      return changeCase(stringArg(s, 1, arguments.length), false);
    },
    match: function matchFunction(s, pattern, init) {
      const text = typeof s === 'string' ? s : stringArg(s, 1, arguments.length);
      const p = typeof pattern === 'string' ? pattern : stringArg(pattern, 2, arguments.length);
      const first = init === undefined ? 1 : intArg(init, 3, arguments.length);
      const finder = finderFor(p, text.length);
      if (finder === null) {
        setCheckpoint(checkpoint);
        return match(text, p, first) ?? undefined;
      }
      const at = finder.find(text, startIndex(text, first));
      return at < 0 ? undefined : finder.captured(text, at);
    },
    rep: function rep(s, n, separator) {
      const text = stringArg(s, 1, arguments.length);
      const count = intArg(n, 2, arguments.length);
      if (count <= 0) return '';
      const sep = separator === undefined ? '' : stringArg(separator, 3, arguments.length);
      rt.checkLength((text.length + sep.length) * count);
      return sep === '' ? text.repeat(count) : (text + sep).repeat(count - 1) + text;
    },
    reverse: function reverse(s) {
      const text = stringArg(s, 1, arguments.length);
      return text.split('').reverse().join('');
    },
    sub: function sub(s, i, j) {
      const text = typeof s === 'string' ? s : stringArg(s, 1, arguments.length);
      const n = text.length;
      let from = intArg(i, 2, arguments.length);
      let to = j === undefined ? n : intArg(j, 3, arguments.length);
      if (from < 0) from = Math.max(from + n + 1, 1);
      else if (from === 0) from = 1;
      if (to < 0) to += n + 1;
      return from > to ? '' : text.slice(from - 1, to);
    },
    upper: function upper(s) {
      return changeCase(stringArg(s, 1, arguments.length), true);
    },
  });
  const meta = new LuaTable();
  meta.set('__index', library);
  rt.setTypeMetatable('string', meta);
  // The name in 5.0, which old scripts still use.
  library.set('gfind', library.get('gmatch'));
  return library;
}

/** `gsub` by a finder. `replace` gets the start of each match, and gives undefined to keep it. */
function replaceFast(
  rt: Runtime,
  s: string,
  pattern: string,
  finder: Finder,
  replace: (at: number) => string | undefined,
  limit: number,
): Values {
  let out = '';
  let copied = 0;
  let from = 0;
  let count = 0;
  while (count < limit) {
    const at = finder.find(s, from);
    if (at < 0) break;
    // Kept, because a replacement function may search with the same finder.
    const { end } = finder;
    count++;
    if ((count & 0xfff) === 0) rt.checkLength(out.length);
    const text = replace(at);
    if (text !== undefined) {
      out += s.slice(copied, at) + text;
      copied = end;
    }
    if (end > at) from = end;
    else if (end < s.length) from = end + 1;
    else break;
    if (pattern.charCodeAt(0) === 94) break;
  }
  return [copied === 0 && out === '' ? s : out + s.slice(copied), count];
}
