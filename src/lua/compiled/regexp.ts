/**
 * Lua patterns as JavaScript regular expressions, where that is safe: same matches, several times faster.
 *
 * Not translated are `%b`, `%f`, position captures, back references and patterns in error. A pattern's worst case is
 * polynomial in the subject's length: each repetition that can give bytes back to what follows adds a degree, an
 * unanchored search another. A regular expression cannot be interrupted, so a subject too long for the degree is
 * left to the kernel's matcher, which burns fuel.
 */
import { type Item, parse } from '../kernel/pattern.js';

export interface FastPattern {
  /** Sticky when the pattern starts with `^`, else global: `lastIndex` says where to begin. */
  re: RegExp;
  anchored: boolean;
  captures: number;
  /** Longest subject it may be used on. */
  maxLength: number;
}

/** Steps a match may take at worst. */
const MAX_STEPS = 2e7;
const CACHE_LIMIT = 1000;

const cache = new Map<string, FastPattern | null>();
const unanchored = new Map<string, FastPattern | null>();

/** The expression for a pattern, or null. `anchors`: a leading `^` has its meaning (not so in gmatch). */
export function fastPattern(pattern: string, anchors = true): FastPattern | null {
  const known = (anchors ? cache : unanchored).get(pattern);
  if (known !== undefined) return known;
  const target = anchors ? cache : unanchored;
  if (target.size >= CACHE_LIMIT) target.clear();
  const made = translate(pattern, anchors);
  target.set(pattern, made);
  return made;
}

function translate(pattern: string, anchors: boolean): FastPattern | null {
  const anchored = anchors && pattern.startsWith('^');
  const { items, captures } = parse(pattern, anchored ? 1 : 0);
  let source = '';
  let open = 0;
  for (const item of items) {
    switch (item.kind) {
      case 'set':
        source += setSource(item);
        source += item.quantifier === '-' ? '*?' : (item.quantifier ?? '');
        break;
      case 'open':
        source += '(';
        open++;
        break;
      case 'close':
        source += ')';
        open--;
        break;
      case 'end':
        source += '$';
        break;
      default:
        return null;
    }
  }
  if (open !== 0) return null;
  const maxLength = MAX_STEPS ** (1 / degree(items, anchored));
  return { re: new RegExp(source, anchored ? 'y' : 'g'), anchored, captures, maxLength };
}

function setSource(item: Item): string {
  const set = item.set!;
  if (item.char !== undefined) return escapeByte(item.char.charCodeAt(0), false);
  const size = set.reduce((n, bit) => n + bit, 0);
  if (size === 256) return '[^]';
  if (size === 0) return '[]';
  const negated = size > 128;
  const wanted = negated ? 0 : 1;
  let body = '';
  for (let from = 0; from < 256; from++) {
    if (set[from] !== wanted) continue;
    let to = from;
    while (to < 255 && set[to + 1] === wanted) to++;
    body += escapeByte(from, true);
    if (to > from) body += `${to > from + 1 ? '-' : ''}${escapeByte(to, true)}`;
    from = to;
  }
  return `[${negated ? '^' : ''}${body}]`;
}

function escapeByte(code: number, inSet: boolean): string {
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(char) || (!inSet && char === ' ')) return char;
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

/** Exponent of the worst case. */
function degree(items: readonly Item[], anchored: boolean): number {
  const consuming = items.filter((item) => item.kind === 'set' || item.kind === 'end');
  let ambiguous = 0;
  let repeats = false;
  consuming.forEach((item, i) => {
    if (item.kind !== 'set' || item.quantifier === '' || item.quantifier === '?') {
      if (item.quantifier === '?') ambiguous += 0.25;
      return;
    }
    repeats = true;
    const next = consuming[i + 1];
    if (next === undefined) return;
    const certain =
      next.kind === 'set' && (next.quantifier === '' || next.quantifier === '+') && disjoint(item.set!, next.set!);
    if (!certain) ambiguous++;
  });
  return (anchored ? 0 : 1) + (repeats ? 1 + ambiguous : 0) || 1;
}

function disjoint(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 256; i++) if (a[i] === 1 && b[i] === 1) return false;
  return true;
}
