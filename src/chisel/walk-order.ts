/**
 * In which order sysdig's tables of threads and descriptors come out of `pairs`. Chisels print them in that order, and
 * it is not random: threads and descriptors lie in C++ hash maps whose order follows from the history of insertions,
 * and LuaJIT, which receives them in that order, walks number keys by their place in its own hash. Both are
 * computed here from the keys alone, so that a table made in this order is walked as there.
 */

/** Bucket counts that a growing `std::unordered_map` of GNU's library goes through. */
const BUCKETS = [
  1, 13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753, 42043, 85229, 172933, 351061, 712697, 1447153, 2938679,
];

/** The bucket of a key. Integers are their own hash, unsigned and of 64 bits. */
function bucketOf(key: number | string, buckets: number): number {
  if (typeof key === 'string') return Number(textHash(key) % BigInt(buckets));
  return key >= 0 ? key % buckets : Number(BigInt.asUintN(64, BigInt(key)) % BigInt(buckets));
}

const WORD = (1n << 64n) - 1n;
const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SEED = 0xc70f6907n;

/** `std::hash` of a byte string: Murmur2 for 64 bits. */
function textHash(text: string): bigint {
  const mix = (word: bigint): bigint => word ^ (word >> 47n);
  const times = (word: bigint): bigint => (word * MULTIPLIER) & WORD;
  const word = (from: number, to: number): bigint => {
    let value = 0n;
    for (let i = to - 1; i >= from; i--) value = (value << 8n) | BigInt(text.charCodeAt(i) & 255);
    return value;
  };
  const whole = text.length & ~7;
  let hash = SEED ^ times(BigInt(text.length));
  for (let i = 0; i < whole; i += 8) hash = times(hash ^ times(mix(times(word(i, i + 8)))));
  if (whole < text.length) hash = times(hash ^ word(whole, text.length));
  return mix(times(mix(hash)));
}

/**
 * The order in which a `std::unordered_map` walks keys, integers or byte strings, that were inserted one by one: a new
 * bucket comes first of all, a new key first in its bucket, and growing inserts everything anew.
 */
export function unorderedMapOrder<Key extends number | string>(keys: readonly Key[]): Key[] {
  // Both outer and inner lists are kept backwards: what comes first is at the end.
  let groups: Key[][] = [];
  let byBucket = new Map<number, Key[]>();
  let size = 0;
  let buckets = BUCKETS[0]!;
  const put = (key: Key): void => {
    const bucket = bucketOf(key, buckets);
    const group = byBucket.get(bucket);
    if (group !== undefined) {
      group.push(key);
      return;
    }
    const fresh = [key];
    byBucket.set(bucket, fresh);
    groups.push(fresh);
  };
  const walk = (): Key[] => {
    const order: Key[] = [];
    for (let i = groups.length - 1; i >= 0; i--) {
      const group = groups[i]!;
      for (let j = group.length - 1; j >= 0; j--) order.push(group[j]!);
    }
    return order;
  };
  for (const key of keys) {
    if (size === 0 || size + 1 > buckets) {
      const before = walk();
      buckets = BUCKETS.find((count) => count > buckets) ?? buckets * 2 + 1;
      groups = [];
      byBucket = new Map();
      for (const old of before) put(old);
    }
    put(key);
    size++;
  }
  return walk();
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);

/** LuaJIT's hash of a number. */
function hashOf(key: number): number {
  DOUBLE[0] = key;
  let low = WORDS[0]!;
  let high = WORDS[1]! << 1;
  low ^= high;
  high = rotate(high, 14);
  low = (low - high) | 0;
  high = rotate(high, 5);
  high ^= low;
  return (high - rotate(low, 13)) >>> 0;
}

/** Position of the highest bit that is set. */
const highestBit = (word: number): number => 31 - Math.clz32(word);

const MAX_ARRAY = (1 << 27) + 1;
const isIndex = (key: number): boolean => key >= 0 && key < MAX_ARRAY && Number.isInteger(key);

/** Sizes of the two parts of a table. */
interface Parts {
  array: number;
  nodes: number;
}

/** How LuaJIT divides keys between array and hash when a full table gets one more. */
function partsFor(keys: readonly number[]): Parts {
  const bins: number[] = new Array(29).fill(0);
  let indexes = 0;
  for (const key of keys) {
    if (!isIndex(key)) continue;
    indexes++;
    bins[key > 2 ? highestBit(key - 1) : 0]!++;
  }
  let array = 0;
  let inArray = 0;
  for (let b = 0, sum = 0; 2 * indexes > 2 ** b && sum !== indexes; b++) {
    if (bins[b]! > 0) {
      sum += bins[b]!;
      if (2 * sum > 2 ** b) {
        array = 2 ** (b + 1) + 1;
        inArray = sum;
      }
    }
  }
  const rest = keys.length - inArray;
  const bits = rest === 0 ? 0 : rest === 1 ? 1 : 1 + highestBit(rest - 1);
  return { array, nodes: bits === 0 ? 0 : 1 << bits };
}

/** The hash part: chained scatter table; who is not in its own place makes way for who is. */
class Nodes {
  private readonly keys: (number | undefined)[];
  private readonly next: number[];
  private free: number;

  constructor(private readonly size: number) {
    this.keys = new Array(size).fill(undefined);
    this.next = new Array(size).fill(-1);
    this.free = size;
  }

  /** False: there is no room left. */
  add(key: number): boolean {
    if (this.size === 0) return false;
    const { keys, next } = this;
    let place = hashOf(key) & (this.size - 1);
    const other = keys[place];
    if (other !== undefined) {
      let free = this.free;
      do {
        if (free === 0) return false;
        free--;
      } while (keys[free] !== undefined);
      this.free = free;
      let before = hashOf(other) & (this.size - 1);
      if (before !== place) {
        while (next[before] !== place) before = next[before]!;
        next[before] = free;
        keys[free] = other;
        next[free] = next[place]!;
        next[place] = -1;
      } else {
        next[free] = next[place]!;
        next[place] = free;
        place = free;
      }
    }
    keys[place] = key;
    return true;
  }

  walk(): number[] {
    return this.keys.filter((key): key is number => key !== undefined);
  }
}

/** The order in which LuaJIT's `pairs` walks a new table into which these different number keys were set one by one. */
export function luajitOrder(keys: readonly number[]): number[] {
  let array = new Set<number>();
  let limit = 0;
  let nodes = new Nodes(0);
  const put = (key: number): boolean => {
    if (!(isIndex(key) && key < limit)) return nodes.add(key);
    array.add(key);
    return true;
  };
  for (const key of keys) {
    if (put(key)) continue;
    const inArray = [...array];
    const before = nodes.walk();
    const parts = partsFor([...inArray, ...before, key]);
    limit = parts.array;
    array = new Set();
    nodes = new Nodes(parts.nodes);
    for (const old of [...inArray.sort((a, b) => a - b), ...before]) put(old);
    put(key);
  }
  return [...[...array].sort((a, b) => a - b), ...nodes.walk()];
}
