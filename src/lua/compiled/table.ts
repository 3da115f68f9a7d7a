/**
 * Lua tables of the compiled tier: an array part for 1..n, a Map to entry objects for everything else.
 *
 * Invariants: `arr[0]` is unused; the last element of `arr` is never nil unless it is `arr[0]`; the hash part never
 * holds the key `arr.length`. So the border `#t` is `arr.length - 1`. Entries form a chain in order of insertion. An
 * entry whose value is nil is dead: it stays in the chain, where a traversal may stand on it, until enough of them
 * make sweeping worth while. An entry that was swept or replaced never comes back to life, which is what lets
 * compiled code remember entries.
 */
import { KernelError } from '../kernel/errors.js';
import type { LuaTable as LuaTableView, LuaValue } from '../vm.js';

/** One key of the hash part. Globals of compiled code are held as entries. */
export class Entry {
  next: Entry | undefined = undefined;
  constructor(
    readonly key: LuaValue,
    public v: LuaValue,
  ) {}
}

const NO_HASH: Map<LuaValue, Entry> = new Map();
/** Shared by tables without array part; never written. */
const NO_ARRAY: LuaValue[] = [undefined];

export class LuaTable implements LuaTableView {
  arr: LuaValue[] = NO_ARRAY;
  hash: Map<LuaValue, Entry> = NO_HASH;
  meta: LuaTable | undefined = undefined;
  head: Entry | undefined = undefined;
  private tail: Entry | undefined = undefined;
  private dead = 0;
  /** Entries are held by compiled code and must survive: the table of globals. */
  pinned = false;

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') {
      const i = key | 0;
      if (i === key && i > 0 && i < this.arr.length) return this.arr[i];
    }
    const e = this.hash.get(key);
    return e === undefined ? undefined : e.v;
  }

  /** `get` for a key known to be a string. */
  getStr(key: string): LuaValue {
    const e = this.hash.get(key);
    return e === undefined ? undefined : e.v;
  }

  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === 'number') {
      const i = key | 0;
      if (i === key && i > 0) {
        const arr = this.arr;
        const n = arr.length;
        if (i < n) {
          if (value === undefined && i === n - 1) this.shrink();
          else arr[i] = value;
          return;
        }
        if (i === n) {
          if (value !== undefined) this.append(value);
          return;
        }
      } else if (key !== key) {
        throw new KernelError('table index is NaN');
      }
    } else if (key === undefined) {
      throw new KernelError('table index is nil');
    }
    this.setHash(key, value);
  }

  /** `set` for a key known to be a string. */
  setStr(key: string, value: LuaValue): void {
    const e = this.hash.get(key);
    if (e !== undefined && e.v !== undefined && value !== undefined) e.v = value;
    else this.setHash(key, value);
  }

  private setHash(key: LuaValue, value: LuaValue): void {
    let e = this.hash.get(key);
    if (e !== undefined) {
      if (value === undefined) {
        if (e.v !== undefined) this.dead++;
        e.v = undefined;
        return;
      }
      if (e.v !== undefined || this.pinned) {
        e.v = value;
        return;
      }
    } else if (value === undefined) {
      return;
    }
    if (this.dead > 16 && this.dead > this.hash.size >> 1 && !this.pinned) this.sweep();
    e = new Entry(key, value);
    this.link(e);
  }

  private link(e: Entry): void {
    if (this.hash === NO_HASH) this.hash = new Map();
    this.hash.set(e.key, e);
    if (this.tail === undefined) this.head = e;
    else this.tail.next = e;
    this.tail = e;
  }

  /** Drops dead entries from the chain and the Map. A dropped entry keeps its `next`, for a traversal that holds it. */
  private sweep(): void {
    let last: Entry | undefined;
    this.head = firstLive(this.head, this.hash);
    for (let e = this.head; e !== undefined; e = e.next) {
      last = e;
      const following = e.next;
      if (following !== undefined && following.v === undefined) e.next = firstLive(following, this.hash);
    }
    this.tail = last;
    this.dead = 0;
  }

  /** The entry of a key, made (dead) when there is none; only for a pinned table. */
  cell(key: string): Entry {
    let e = this.hash.get(key);
    if (e === undefined) {
      e = new Entry(key, undefined);
      this.link(e);
    }
    return e;
  }

  /** `t[#t + 1] = value`; value is not nil. */
  append(value: LuaValue): void {
    if (this.arr === NO_ARRAY) this.arr = [undefined, value];
    else this.arr.push(value);
    if (this.hash.size > 0) this.migrate();
  }

  /** Moves keys that now follow the array part into it. */
  private migrate(): void {
    const { arr, hash } = this;
    for (;;) {
      const e = hash.get(arr.length);
      if (e === undefined || e.v === undefined) return;
      arr.push(e.v);
      e.v = undefined;
      this.dead++;
    }
  }

  /** `table.insert(t, at, value)` for 1 <= at <= #t and a value that is not nil. */
  insertAt(at: number, value: LuaValue): void {
    this.arr.splice(at, 0, value);
    if (this.hash.size > 0) this.migrate();
  }

  /** `table.remove(t, at)` for 1 <= at <= #t. */
  removeAt(at: number): LuaValue {
    const arr = this.arr;
    if (at === arr.length - 1) {
      const last = arr[at];
      this.shrink();
      return last;
    }
    const [removed] = arr.splice(at, 1);
    return removed;
  }

  /** `t[#t] = nil`. */
  private shrink(): void {
    const arr = this.arr;
    arr.pop();
    let n = arr.length;
    while (n > 1 && arr[n - 1] === undefined) n--;
    if (n !== arr.length) arr.length = n;
  }

  length(): number {
    return this.arr.length - 1;
  }

  /** The key and value after `key` in the order of `pairs`; undefined at the end. Throws for a key not in the table. */
  nextPair(key: LuaValue): [LuaValue, LuaValue] | undefined {
    const arr = this.arr;
    let e: Entry | undefined;
    let i = key === undefined ? 1 : typeof key === 'number' && (key | 0) === key && key > 0 ? key + 1 : 0;
    if (i > 0 && i <= arr.length) {
      for (; i < arr.length; i++) if (arr[i] !== undefined) return [i, arr[i]];
      e = this.head;
    } else {
      e = this.hash.get(key);
      if (e === undefined) {
        // A key that was in the array part until the traversal removed the end of it.
        if (i > 0) e = this.head;
        else throw new KernelError("invalid key to 'next'");
      } else {
        e = e.next;
      }
    }
    for (; e !== undefined; e = e.next) if (e.v !== undefined) return [e.key, e.v];
    return undefined;
  }

  *entries(): Iterable<[LuaValue, LuaValue]> {
    const steps = new PairsIterator(this);
    while (steps.step()) yield [steps.k, steps.v];
  }

  /** A table of a list; `list[0]` is not used, and the list belongs to the table from now on. */
  static fromList(list: LuaValue[]): LuaTable {
    const t = new LuaTable();
    let n = list.length;
    while (n > 1 && list[n - 1] === undefined) n--;
    if (n !== list.length) list.length = n;
    if (n > 1) t.arr = list;
    return t;
  }
}

function firstLive(from: Entry | undefined, hash: Map<LuaValue, Entry>): Entry | undefined {
  let e = from;
  while (e !== undefined && e.v === undefined) {
    if (hash.get(e.key) === e) hash.delete(e.key);
    e = e.next;
  }
  return e;
}

/** `pairs` as compiled loops run it. Entries may be changed and removed meanwhile. */
export class PairsIterator {
  k: LuaValue = undefined;
  v: LuaValue = undefined;
  private i = 0;
  private e: Entry | undefined = undefined;
  private inHash = false;
  constructor(private readonly t: LuaTable) {}

  step(): boolean {
    if (!this.inHash) {
      const arr = this.t.arr;
      let i = this.i + 1;
      while (i < arr.length && arr[i] === undefined) i++;
      this.i = i;
      if (i < arr.length) {
        this.k = i;
        this.v = arr[i];
        return true;
      }
      this.inHash = true;
      this.e = this.t.head;
    } else {
      this.e = this.e!.next;
    }
    let e = this.e;
    while (e !== undefined && e.v === undefined) e = e.next;
    if (e === undefined) return false;
    this.e = e;
    this.k = e.key;
    this.v = e.v;
    return true;
  }
}

/** `ipairs` as compiled loops run it. */
export class IpairsIterator {
  k = 0;
  v: LuaValue = undefined;
  constructor(private readonly t: LuaTable) {}

  step(): boolean {
    const i = ++this.k;
    const arr = this.t.arr;
    const v = i < arr.length ? arr[i] : this.t.get(i);
    this.v = v;
    return v !== undefined;
  }
}
