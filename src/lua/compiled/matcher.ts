/**
 * Lua patterns as JavaScript functions, for short subjects: a loop over bytes has matched them before a regular
 * expression has made its array of results. Only for patterns that also have a regular expression (`regexp.ts`), whose
 * worst case is bounded.
 *
 * The generated function is nested: each repetition that may have to give bytes back is a loop around what follows,
 * and a mismatch continues the nearest such loop. `at` is where the match is tried, `p1`, `p2`... where each item ended.
 */
import { Script } from 'node:vm';
import { disjoint, type Item } from '../kernel/pattern.js';
import type { LuaValue } from '../vm.js';
import type { Values } from './values.js';

/** How a pattern is searched for, whatever does it. */
export interface Finder {
  /** Where the last match found ends. */
  end: number;
  /** Where the first match at or after `from` starts, or -1. */
  find(s: string, from: number): number;
  /** The captures of the match found last, which starts at `at`; the whole of it when the pattern has none. */
  captured(s: string, at: number): LuaValue | Values;
  /** The captures alone. */
  captures(s: string): Values;
}

/** A function that makes the rest, for a finder `F` and the sets that are looked up in `T`. */
type Maker = (F: Finder, T: readonly Uint8Array[]) => Pick<Finder, 'find' | 'captured' | 'captures'>;

export function makeMatcher(items: readonly Item[], captures: number, anchored: boolean): Finder {
  const sets: Uint8Array[] = [];
  const numbers = Array.from({ length: captures }, (_, k) => k);
  const texts = numbers.map((k) => `s.slice(a${k},b${k})`);
  const fail = anchored ? 'return -1;' : 'continue S;';
  const body = steps(items, 0, 'at', fail, sets);
  const search = anchored ? `{const at=from;${body}}` : `S:for(let at=from;at<=n;at++){${body}}return -1;`;
  const code =
    `(function(F,T){'use strict';${numbers.map((k) => `let a${k}=0,b${k}=0;`).join('')}` +
    `${sets.map((_, k) => `const t${k}=T[${k}];`).join('')}` +
    `return{find(s,from){const n=s.length;let c=0;${search}},` +
    `captured(s,at){return ${captures === 0 ? 's.slice(at,F.end)' : captures === 1 ? texts[0] : `[${texts.join(',')}]`};},` +
    `captures(s){return[${texts.join(',')}];}};})`;
  const finder: Finder = { end: 0, find: () => -1, captured: () => undefined, captures: () => [] };
  const make = new Script(code, { filename: 'pattern' }).runInThisContext() as Maker;
  return Object.assign(finder, make(finder, sets));
}

/** Code that matches the items from `index` on, begun at `at`: it returns from the function, or runs `fail`. */
function steps(items: readonly Item[], index: number, at: string, fail: string, sets: Uint8Array[]): string {
  const item = items[index];
  if (item === undefined) return `F.end=${at};return at;`;
  const end = `p${index}`;
  const rest = (from: string, otherwise: string) => steps(items, index + 1, from, otherwise, sets);
  switch (item.kind) {
    case 'open':
      return `a${item.index}=${at};${rest(at, fail)}`;
    case 'close':
      return `b${item.index}=${at};${rest(at, fail)}`;
    case 'end':
      return `if(${at}!==n)${fail}${rest(at, fail)}`;
  }
  const test = (position: string) => `${position}<n&&${setTest(item, position, sets)}`;
  switch (item.quantifier) {
    case '*':
    case '+':
    case '?': {
      const least = item.quantifier === '+' ? '>' : '>=';
      const take = `let ${end}=${at};${item.quantifier === '?' ? 'if' : 'while'}(${test(end)})${end}++;`;
      if (takesAll(items, index)) {
        return `${take}${item.quantifier === '+' ? `if(${end}===${at})${fail}` : ''}${rest(end, fail)}`;
      }
      return `${take}L${index}:for(;${end}${least}${at};${end}--){${rest(end, `continue L${index};`)}}${fail}`;
    }
    case '-':
      return `for(let ${end}=${at};;${end}++){R${index}:{${rest(end, `break R${index};`)}}if(!(${test(end)}))${fail}}`;
    default:
      return `if(!(${test(at)}))${fail}const ${end}=${at}+1;${rest(end, fail)}`;
  }
}

/** True when giving back bytes of a repetition cannot help: nothing follows, or nothing that could match them. */
export function takesAll(items: readonly Item[], index: number): boolean {
  const next = items.slice(index + 1).find((item) => item.kind === 'set' || item.kind === 'end');
  if (next === undefined || next.kind === 'end') return true;
  return (next.quantifier === '' || next.quantifier === '+') && disjoint(items[index]!.set!, next.set!);
}

/** Whether the byte at a position is in a set: comparisons with its ranges, or a look into a table. */
function setTest(item: Item, position: string, sets: Uint8Array[]): string {
  const set = item.set!;
  const byte = `s.charCodeAt(${position})`;
  const inside = ranges(set, 1);
  if (inside.length === 0) return 'false';
  const outside = ranges(set, 0);
  if (outside.length === 0) return 'true';
  const [list, sign] = inside.length <= outside.length ? [inside, ''] : [outside, '!'];
  if (list.length > 2) {
    const known = sets.indexOf(set);
    return `t${known >= 0 ? known : sets.push(set) - 1}[${byte}]===1`;
  }
  const tests = list.map(([from, to], i) => {
    const value = i === 0 ? `(c=${byte})` : 'c';
    return from === to ? `${value}===${from}` : `${value}>=${from}&&c<=${to}`;
  });
  return `${sign}(${tests.join('||')})`;
}

function ranges(set: Uint8Array, wanted: number): [number, number][] {
  const list: [number, number][] = [];
  for (let from = 0; from < 256; from++) {
    if (set[from] !== wanted) continue;
    let to = from;
    while (to < 255 && set[to + 1] === wanted) to++;
    list.push([from, to]);
    from = to;
  }
  return list;
}
