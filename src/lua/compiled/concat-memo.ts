/**
 * Remembers results of one concatenation that makes table keys, or what is written.
 *
 * JavaScript joins strings lazily; as a key the result must be copied together, hashed and compared byte by byte, each
 * time anew. Programs that group events make the same few keys from the same few parts again and again, and those that draw
 * the same few sequences, so the parts are looked up instead, and the result is a string that equals its stored key by
 * address. Where that does not pay (most results are new) the memo switches itself off.
 */
import type { LuaValue } from '../vm.js';

const MAX_ENTRIES = 20000;
/** Misses between looks at whether it pays. */
const REVIEW = 1024;

/** 0 and -0 are one key of a Map but two texts. */
const isMinusZero = (part: LuaValue): boolean => Object.is(part, -0);

export class ConcatMemo {
  on = true;
  private readonly results = new Map<LuaValue, Map<LuaValue, string>>();
  /** The first part that was asked for last, and its results: it is often the same, time after time. */
  private lastPart: LuaValue;
  private lastRow: Map<LuaValue, string> | undefined;
  private entries = 0;
  private hits = 0;
  private misses = 0;

  /** The remembered result for two parts; undefined when there is none. */
  get(a: LuaValue, b: LuaValue): string | undefined {
    if ((a === 0 || b === 0) && (isMinusZero(a) || isMinusZero(b))) return undefined;
    if (a !== this.lastPart || this.lastRow === undefined) {
      this.lastRow = this.results.get(a);
      this.lastPart = a;
    }
    const text = this.lastRow?.get(b);
    if (text !== undefined) this.hits++;
    return text;
  }

  /** Remembers a result and returns it. */
  put(a: LuaValue, b: LuaValue, text: string): string {
    if (!this.on || isMinusZero(a) || isMinusZero(b)) return text;
    if (++this.misses % REVIEW === 0 && this.hits < this.misses * 3) {
      this.on = false;
      this.clear();
      return text;
    }
    if (++this.entries > MAX_ENTRIES) {
      this.clear();
      this.entries = 1;
    }
    // As a property name the string becomes the one V8 keeps of its content.
    const kept = Object.keys({ [text]: true })[0]!;
    let row = this.results.get(a);
    if (row === undefined) {
      row = new Map();
      this.results.set(a, row);
    }
    row.set(b, kept);
    return kept;
  }

  private clear(): void {
    this.results.clear();
    this.lastRow = undefined;
  }
}
