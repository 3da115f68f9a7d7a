/**
 * Lua patterns as JavaScript regular expressions, where that is safe: same matches, several times faster.
 *
 * Not translated are `%b`, `%f`, position captures, back references and patterns in error. A pattern's worst case is
 * polynomial in the subject's length: each repetition that can give bytes back to what follows adds a degree, an
 * unanchored search another. A regular expression cannot be interrupted, so a subject too long for the degree is
 * left to the kernel's matcher, which burns fuel.
 */
import { disjoint, type Item, parse } from '../kernel/pattern.js';
import { type Finder, makeMatcher } from './matcher.js';

interface FastPattern {
  items: readonly Item[];
  captures: number;
  anchored: boolean;
  regexp: Finder;
  /** Made when the pattern has been used a few times. */
  matcher: Finder | undefined;
  uses: number;
  /** Longest subject it may be used on. */
  maxLength: number;
}

/** Steps a match may take at worst. */
const MAX_STEPS = 2e7;
const CACHE_LIMIT = 1000;
/** Subjects up to this length are matched by a function of their own, once it pays to compile one. */
const SHORT = 256;
const USES = 40;
/** The function nests as deep as the pattern is long. */
const MAX_ITEMS = 40;

const cache = new Map<string, FastPattern | null>();
const unanchored = new Map<string, FastPattern | null>();

/**
 * What searches for a pattern in a subject of a length; null when only the kernel's matcher may. `anchors`: a leading
 * `^` has its meaning (not so in gmatch).
 */
export function finderFor(pattern: string, length: number, anchors = true): Finder | null {
  const target = anchors ? cache : unanchored;
  let fast = target.get(pattern);
  if (fast === undefined) {
    if (target.size >= CACHE_LIMIT) target.clear();
    fast = translate(pattern, anchors);
    target.set(pattern, fast);
  }
  if (fast === null || length > fast.maxLength) return null;
  if (length > SHORT || fast.items.length > MAX_ITEMS) return fast.regexp;
  if (fast.matcher !== undefined) return fast.matcher;
  if (++fast.uses < USES) return fast.regexp;
  fast.matcher = makeMatcher(fast.items, fast.captures, fast.anchored);
  return fast.matcher;
}

function byRegExp(re: RegExp, captures: number): Finder {
  let found: RegExpExecArray | null = null;
  const finder: Finder = {
    end: 0,
    find: (s, from) => {
      re.lastIndex = from;
      found = re.exec(s);
      if (found === null) return -1;
      finder.end = found.index + found[0].length;
      return found.index;
    },
    captured: () => (captures === 0 ? found![0] : captures === 1 ? found![1] : found!.slice(1)),
    captures: () => found!.slice(1),
  };
  return finder;
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
  // Sticky or global: `lastIndex` says where to begin.
  const regexp = byRegExp(new RegExp(source, anchored ? 'y' : 'g'), captures);
  return { items, captures, anchored, regexp, matcher: undefined, uses: 0, maxLength };
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
