/**
 * Lua patterns over byte strings, as LuaJIT matches them.
 *
 * A pattern is compiled once into a chain of functions "match from here, return the end or -1", each of which knows
 * its successor. Patterns have no alternation, so how many captures are open at a point is known while compiling.
 * Errors in a pattern are raised only when matching reaches them, as in the original.
 *
 * Matching can take time exponential in the pattern, so every step that may repeat burns fuel, and an empty tank calls
 * {@link setCheckpoint}'s function, which may throw.
 */
import { KernelError } from './errors.js';

export type Capture = string | number;

const MAX_CAPTURES = 32;
/** Nested items (captures and repetitions) in one pattern. */
const MAX_DEPTH = 200;
const REFILL = 20000;

let fuel = REFILL;
let checkpoint: () => void = () => {};

/**
 * Sets the function that long matches call about every 20,000 steps, so that it can stop them by throwing; returns
 * the one set before.
 */
export function setCheckpoint(fn: () => void): () => void {
  const before = checkpoint;
  checkpoint = fn;
  return before;
}

function refuel(): void {
  fuel = REFILL;
  checkpoint();
}

// The subject and captures of the match that runs. One match never runs inside another: results are copied out
// before any callback is called.
let subject = '';
let subjectEnd = 0;
const captureStart = new Int32Array(MAX_CAPTURES);
/** Length, or POSITION. */
const captureLength = new Int32Array(MAX_CAPTURES);
const POSITION = -2;

type Step = (at: number) => number;

interface Compiled {
  /** `^` in front. */
  anchored: boolean;
  run: Step;
  /** Captures opened over the whole pattern. */
  captures: number;
  /** A byte string every match starts with; '' when unknown. */
  prefix: string;
  /** Bytes a match can start with; undefined when it can be empty or unknown. */
  first: Uint8Array | undefined;
}

const SPECIALS = /[\^$*+?.([%-]/;

/** True when the text is no plain text as a pattern. */
export function hasSpecials(pattern: string): boolean {
  return SPECIALS.test(pattern);
}

const cache = new Map<string, Compiled>();
const unanchoredCache = new Map<string, Compiled>();
const CACHE_LIMIT = 1000;

function compiled(pattern: string, anchors: boolean): Compiled {
  const known = (anchors ? cache : unanchoredCache).get(pattern);
  if (known) return known;
  const target = anchors ? cache : unanchoredCache;
  if (target.size >= CACHE_LIMIT) target.clear();
  const made = compile(pattern, anchors);
  target.set(pattern, made);
  return made;
}

/**
 * `string.find`. `init` counts from 1 and may be negative. Returns start and end (from 1, inclusive) and the captures,
 * or undefined.
 */
export function find(s: string, pattern: string, init = 1, plain = false): Capture[] | undefined {
  const from = startIndex(s, init);
  if (plain || !hasSpecials(pattern)) {
    const at = s.indexOf(pattern, from);
    return at < 0 ? undefined : [at + 1, at + pattern.length];
  }
  const p = compiled(pattern, true);
  const start = search(p, s, from);
  if (start < 0) return undefined;
  if (p.captures === 0) return [start + 1, matchEnd];
  return [start + 1, matchEnd, ...captures(p, start, matchEnd)];
}

/** `string.match`: the captures, or the whole match when the pattern has none; undefined without a match. */
export function match(s: string, pattern: string, init = 1): Capture[] | undefined {
  const p = compiled(pattern, true);
  const start = search(p, s, startIndex(s, init));
  return start < 0 ? undefined : captures(p, start, matchEnd);
}

/** `string.gmatch`: each call gives the next match's captures, then undefined. `^` is an ordinary character here. */
export function gmatch(s: string, pattern: string): () => Capture[] | undefined {
  const p = compiled(pattern, false);
  let from = 0;
  return () => {
    if (from > s.length) return undefined;
    const start = search(p, s, from);
    if (start < 0) {
      from = s.length + 1;
      return undefined;
    }
    from = matchEnd === start ? matchEnd + 1 : matchEnd;
    return captures(p, start, matchEnd);
  };
}

/**
 * What replaces a match: a text with `%0` to `%9`, or a function of the match's captures whose result is the text, or
 * undefined to keep the match.
 */
export type Replacement = string | ((captures: Capture[]) => string | undefined);

/** `string.gsub`: the new text and how many matches there were, at most `limit`. */
export function gsub(s: string, pattern: string, replacement: Replacement, limit = Infinity): [string, number] {
  const p = compiled(pattern, true);
  const replace = typeof replacement === 'string' ? template(replacement) : undefined;
  let out = '';
  let copied = 0;
  let at = 0;
  let count = 0;
  while (count < limit) {
    const start = search(p, s, at);
    if (start < 0) break;
    const end = matchEnd;
    count++;
    let text: string | undefined;
    if (typeof replace === 'string') {
      text = replace;
    } else if (replace) {
      text = replace(p, s, start, end);
    } else {
      text = (replacement as (captures: Capture[]) => string | undefined)(captures(p, start, end));
    }
    if (text !== undefined) {
      out += s.slice(copied, start) + text;
      copied = end;
    }
    if (end > start) at = end;
    else if (end < s.length) at = end + 1;
    else break;
    if (p.anchored) break;
  }
  return [copied === 0 && out === '' ? s : out + s.slice(copied), count];
}

type Template = string | ((p: Compiled, s: string, start: number, end: number) => string);

const templates = new Map<string, Template>();

/** The replacement text of gsub as a function of a match, or the text itself when it refers to nothing. */
function template(text: string): Template {
  if (!text.includes('%')) return text;
  const known = templates.get(text);
  if (known !== undefined) return known;
  const parts: (string | number)[] = [];
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char !== '%') {
      literal += char;
      continue;
    }
    const next = text[++i] ?? '\0';
    if (next >= '0' && next <= '9') {
      parts.push(literal, Number(next));
      literal = '';
    } else {
      literal += next;
    }
  }
  parts.push(literal);
  const made: Template =
    parts.length === 1
      ? literal
      : (p, s, start, end) => {
          let out = '';
          for (const part of parts) {
            if (typeof part === 'string') out += part;
            else if (part === 0) out += s.slice(start, end);
            else if (part === 1 && p.captures === 0) out += s.slice(start, end);
            else out += String(capture(p, part - 1));
          }
          return out;
        };
  if (templates.size >= CACHE_LIMIT) templates.clear();
  templates.set(text, made);
  return made;
}

function startIndex(s: string, init: number): number {
  const from = init < 0 ? init + s.length : init - 1;
  return from < 0 ? 0 : Math.min(from, s.length);
}

let matchEnd = 0;

/** Where the first match at or after `from` starts, or -1; its end is left in `matchEnd`. */
function search(p: Compiled, s: string, from: number): number {
  try {
    return searchFrom(p, s, from);
  } catch (error) {
    if (error instanceof RangeError) throw new KernelError('pattern too complex');
    throw error;
  }
}

function searchFrom(p: Compiled, s: string, from: number): number {
  subject = s;
  subjectEnd = s.length;
  const { run, prefix, first } = p;
  if (p.anchored) {
    matchEnd = run(from);
    return matchEnd < 0 ? -1 : from;
  }
  if (prefix !== '') {
    for (let at = s.indexOf(prefix, from); at >= 0; at = s.indexOf(prefix, at + 1)) {
      if (--fuel < 0) refuel();
      matchEnd = run(at);
      if (matchEnd >= 0) return at;
    }
    return -1;
  }
  for (let at = from; at <= subjectEnd; at++) {
    if (first !== undefined) {
      while (at < subjectEnd && first[s.charCodeAt(at)] === 0) at++;
      if (at >= subjectEnd) return -1;
    }
    if (--fuel < 0) refuel();
    matchEnd = run(at);
    if (matchEnd >= 0) return at;
  }
  return -1;
}

function captures(p: Compiled, start: number, end: number): Capture[] {
  if (p.captures === 0) return [subject.slice(start, end)];
  const list: Capture[] = [];
  for (let i = 0; i < p.captures; i++) list.push(capture(p, i));
  return list;
}

function capture(p: Compiled, index: number): Capture {
  if (index >= p.captures) throw new KernelError('invalid capture index');
  const length = captureLength[index]!;
  const start = captureStart[index]!;
  if (length === POSITION) return start + 1;
  if (length < 0) throw new KernelError('unfinished capture');
  return subject.slice(start, start + length);
}

// ---- compiling

type Quantifier = '' | '*' | '+' | '-' | '?';

/** Sets of bytes, by the letter of their class. */
const classes = new Map<string, Uint8Array>();

function byteSet(test: (code: number) => boolean): Uint8Array {
  const set = new Uint8Array(256);
  for (let code = 0; code < 256; code++) if (test(code)) set[code] = 1;
  return set;
}

function defineClass(letter: string, test: (code: number) => boolean): void {
  classes.set(letter, byteSet(test));
  classes.set(
    letter.toUpperCase(),
    byteSet((code) => !test(code)),
  );
}

const between = (from: string, to: string) => (code: number) => code >= from.charCodeAt(0) && code <= to.charCodeAt(0);
const isLower = between('a', 'z');
const isUpper = between('A', 'Z');
const isDecimal = between('0', '9');
const isAlpha = (code: number) => isLower(code) || isUpper(code);
const isAlnum = (code: number) => isAlpha(code) || isDecimal(code);
defineClass('a', isAlpha);
defineClass('c', (code) => code < 32 || code === 127);
defineClass('d', isDecimal);
defineClass('g', between('!', '~'));
defineClass('l', isLower);
defineClass('p', (code) => code > 32 && code < 127 && !isAlnum(code));
defineClass('s', (code) => code === 32 || (code >= 9 && code <= 13));
defineClass('u', isUpper);
defineClass('w', isAlnum);
defineClass('x', (code) => isDecimal(code) || between('a', 'f')(code) || between('A', 'F')(code));
defineClass('z', (code) => code === 0);

const ANY = byteSet(() => true);

function singleByte(char: string): Uint8Array {
  const set = new Uint8Array(256);
  set[char.charCodeAt(0)] = 1;
  return set;
}

export interface Item {
  kind: 'set' | 'open' | 'position' | 'close' | 'balance' | 'frontier' | 'back' | 'end' | 'fail';
  set?: Uint8Array;
  /** The byte, for a set of exactly one. */
  char?: string;
  quantifier?: Quantifier;
  /** Capture number, from 0. */
  index?: number;
  /** `%b`'s two bytes. */
  pair?: string;
  message?: string;
  /** How many unfinished matches the original would have on its stack here. */
  depth: number;
}

/** True when no byte is in both sets. */
export function disjoint(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 256; i++) if (a[i] === 1 && b[i] === 1) return false;
  return true;
}

/** Everything up to the first error; a NUL ends a pattern, as it ends a C string. */
export function parse(pattern: string, start: number): { items: Item[]; captures: number } {
  const nul = pattern.indexOf('\0', start);
  const text = nul < 0 ? pattern : pattern.slice(0, nul);
  const items: Item[] = [];
  const open: number[] = [];
  const isOpen: boolean[] = [];
  let depth = 1;
  let at = start;
  const fail = (message: string) => items.push({ kind: 'fail', message, depth });
  while (at < text.length) {
    if (depth > MAX_DEPTH) {
      fail('pattern too complex');
      break;
    }
    const char = text[at]!;
    if (char === '(') {
      if (isOpen.length >= MAX_CAPTURES) {
        fail('too many captures');
        break;
      }
      if (text[at + 1] === ')') {
        items.push({ kind: 'position', index: isOpen.length, depth });
        isOpen.push(false);
        at += 2;
      } else {
        items.push({ kind: 'open', index: isOpen.length, depth });
        open.push(isOpen.length);
        isOpen.push(true);
        at++;
      }
      depth++;
      continue;
    }
    if (char === ')') {
      const index = open.pop();
      if (index === undefined) {
        fail('invalid pattern capture');
        break;
      }
      isOpen[index] = false;
      items.push({ kind: 'close', index, depth });
      depth++;
      at++;
      continue;
    }
    if (char === '$' && at + 1 === text.length) {
      items.push({ kind: 'end', depth });
      break;
    }
    if (char === '%') {
      const next = text[at + 1];
      if (next === 'b') {
        if (at + 3 >= text.length) {
          fail('unbalanced pattern');
          break;
        }
        items.push({ kind: 'balance', pair: text.slice(at + 2, at + 4), depth });
        at += 4;
        continue;
      }
      if (next === 'f') {
        if (text[at + 2] !== '[') {
          fail("missing '[' after '%f' in pattern");
          break;
        }
        const end = bracketEnd(text, at + 2);
        if (end < 0) {
          fail("malformed pattern (missing ']')");
          break;
        }
        items.push({ kind: 'frontier', set: bracketSet(text, at + 2, end), depth });
        at = end;
        continue;
      }
      if (next !== undefined && next >= '0' && next <= '9') {
        const index = Number(next) - 1;
        if (index < 0 || index >= isOpen.length || isOpen[index]) {
          fail('invalid capture index');
          break;
        }
        items.push({ kind: 'back', index, depth });
        at += 2;
        continue;
      }
      if (next === undefined) {
        fail("malformed pattern (ends with '%')");
        break;
      }
    }
    let set: Uint8Array;
    let single: string | undefined;
    if (char === '.') {
      set = ANY;
      at++;
    } else if (char === '%') {
      const next = text[at + 1]!;
      const known = classes.get(next);
      if (!known) single = next;
      set = known ?? singleByte(next);
      at += 2;
    } else if (char === '[') {
      const end = bracketEnd(text, at);
      if (end < 0) {
        fail("malformed pattern (missing ']')");
        break;
      }
      set = bracketSet(text, at, end);
      at = end;
    } else {
      single = char;
      set = singleByte(char);
      at++;
    }
    const mark = text[at];
    const item: Item = { kind: 'set', set, quantifier: '', depth };
    if (single !== undefined) item.char = single;
    if (mark === '*' || mark === '+' || mark === '-' || mark === '?') {
      item.quantifier = mark;
      at++;
      if (mark !== '?') depth++;
    }
    items.push(item);
  }
  return { items, captures: isOpen.length };
}

/** Where `[...]` at `start` ends (after the `]`), or -1. A `]` in first place is an ordinary character. */
function bracketEnd(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === '^') at++;
  do {
    if (at >= text.length) return -1;
    if (text[at++] === '%' && at < text.length) at++;
  } while (text[at] !== ']');
  return at + 1;
}

function bracketSet(text: string, start: number, end: number): Uint8Array {
  const last = end - 1;
  let at = start + 1;
  const negated = text[at] === '^';
  if (negated) at++;
  const set = new Uint8Array(256);
  while (at < last) {
    const char = text[at]!;
    if (char === '%') {
      const next = text[at + 1]!;
      const known = classes.get(next);
      if (known) for (let code = 0; code < 256; code++) set[code]! |= known[code]!;
      else set[next.charCodeAt(0)] = 1;
      at += 2;
    } else if (text[at + 1] === '-' && at + 2 < last) {
      for (let code = char.charCodeAt(0); code <= text.charCodeAt(at + 2); code++) set[code] = 1;
      at += 3;
    } else {
      set[char.charCodeAt(0)] = 1;
      at++;
    }
  }
  if (negated) for (let code = 0; code < 256; code++) set[code]! ^= 1;
  return set;
}

const ACCEPT: Step = (at) => at;

function compile(pattern: string, anchors: boolean): Compiled {
  const anchored = anchors && pattern.startsWith('^');
  const { items, captures: count } = parse(pattern, anchored ? 1 : 0);
  let next: Step = ACCEPT;
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    if (item.quantifier !== '') {
      next = stepFor(item, next);
      continue;
    }
    // A run of single bytes is one step: faster, and a long pattern does not nest as many calls.
    const run = [item];
    while (i > 0 && items[i - 1]!.quantifier === '') run.unshift(items[--i]!);
    next = runStep(run, next);
  }
  const head = items[0];
  let prefix = '';
  for (const item of items) {
    if (item.char === undefined || item.quantifier !== '') break;
    prefix += item.char;
  }
  const first =
    head?.kind === 'set' && (head.quantifier === '' || head.quantifier === '+')
      ? head.set
      : head?.kind === 'open' && items[1]?.kind === 'set' && (items[1].quantifier === '' || items[1].quantifier === '+')
        ? items[1].set
        : undefined;
  return { anchored, run: next, captures: count, prefix, first };
}

function runStep(run: Item[], next: Step): Step {
  if (run.every((item) => item.char !== undefined)) {
    const text = run.map((item) => item.char).join('');
    return text.length === 1 ? oneByte(text, next) : literal(text, next);
  }
  if (run.length === 1) return setStep(run[0]!.set!, '', next);
  const sets = run.map((item) => item.set!);
  return (start) => {
    if (subjectEnd - start < sets.length) return -1;
    for (let i = 0; i < sets.length; i++) {
      if (sets[i]![subject.charCodeAt(start + i)] === 0) return -1;
    }
    return next(start + sets.length);
  };
}

function oneByte(char: string, next: Step): Step {
  const code = char.charCodeAt(0);
  return (at) => (at < subjectEnd && subject.charCodeAt(at) === code ? next(at + 1) : -1);
}

function literal(text: string, next: Step): Step {
  const { length } = text;
  return (at) => (subject.startsWith(text, at) ? next(at + length) : -1);
}

function stepFor(item: Item, next: Step): Step {
  switch (item.kind) {
    case 'set':
      return setStep(item.set!, item.quantifier!, next);
    case 'open':
    case 'position':
      return openStep(item.index!, item.kind === 'open' ? -1 : POSITION, next);
    case 'close':
      return closeStep(item.index!, next);
    case 'balance':
      return balanceStep(item.pair!, next);
    case 'frontier':
      return frontierStep(item.set!, next);
    case 'back':
      return backStep(item.index!, next);
    case 'end':
      return (at) => (at === subjectEnd ? at : -1);
    case 'fail': {
      const message = item.message!;
      return () => {
        throw new KernelError(message);
      };
    }
  }
}

function setStep(set: Uint8Array, quantifier: Quantifier, next: Step): Step {
  switch (quantifier) {
    case '':
      return (at) => (at < subjectEnd && set[subject.charCodeAt(at)] === 1 ? next(at + 1) : -1);
    case '?':
      return (at) => {
        if (at < subjectEnd && set[subject.charCodeAt(at)] === 1) {
          if (--fuel < 0) refuel();
          const end = next(at + 1);
          if (end >= 0) return end;
        }
        return next(at);
      };
    case '-':
      return (start) => {
        for (let at = start; ; at++) {
          if (--fuel < 0) refuel();
          const end = next(at);
          if (end >= 0) return end;
          if (at >= subjectEnd || set[subject.charCodeAt(at)] === 0) return -1;
        }
      };
    default: {
      const least = quantifier === '+' ? 1 : 0;
      return (start) => {
        let at = start;
        if (set === ANY) at = subjectEnd;
        else while (at < subjectEnd && set[subject.charCodeAt(at)] === 1) at++;
        fuel -= at - start;
        if (next === ACCEPT) return at - start >= least ? at : -1;
        for (const stop = start + least; at >= stop; at--) {
          if (--fuel < 0) refuel();
          const end = next(at);
          if (end >= 0) return end;
        }
        return -1;
      };
    }
  }
}

function openStep(index: number, length: number, next: Step): Step {
  return (at) => {
    captureStart[index] = at;
    captureLength[index] = length;
    return next(at);
  };
}

function closeStep(index: number, next: Step): Step {
  return (at) => {
    // Backtracking may have moved past this point before: the start is always that of the attempt that runs.
    captureLength[index] = at - captureStart[index]!;
    return next(at);
  };
}

function balanceStep(pair: string, next: Step): Step {
  const open = pair.charCodeAt(0);
  const close = pair.charCodeAt(1);
  return (start) => {
    if (start >= subjectEnd || subject.charCodeAt(start) !== open) return -1;
    let nested = 1;
    for (let at = start + 1; at < subjectEnd; at++) {
      if (--fuel < 0) refuel();
      const code = subject.charCodeAt(at);
      if (code === close) {
        if (--nested === 0) return next(at + 1);
      } else if (code === open) {
        nested++;
      }
    }
    return -1;
  };
}

function frontierStep(set: Uint8Array, next: Step): Step {
  return (at) => {
    const before = at === 0 ? 0 : subject.charCodeAt(at - 1);
    const here = at >= subjectEnd ? 0 : subject.charCodeAt(at);
    return set[before] === 0 && set[here] === 1 ? next(at) : -1;
  };
}

function backStep(index: number, next: Step): Step {
  return (at) => {
    const length = captureLength[index]!;
    // A position capture has no text to compare with; the original reads its length as a huge one.
    if (length < 0) return -1;
    const start = captureStart[index]!;
    if (length > subjectEnd - at) return -1;
    fuel -= length;
    if (!subject.startsWith(subject.slice(start, start + length), at)) return -1;
    return next(at + length);
  };
}
