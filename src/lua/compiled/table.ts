/**
 * Lua tables of the compiled tier: an array part for 1..n, entry objects for everything else. Integers are found by an
 * index of their own; other keys one by one while they are few and by a Map when there are more.
 *
 * Invariants: `arr[0]` holds the key 0, which LuaJIT, too, walks before 1; the last element of `arr` is never nil
 * unless it is `arr[0]`; the hash part never holds the key `arr.length`. So the border `#t` is `arr.length - 1`.
 * Entries form a chain in order of insertion. An entry whose value is nil is dead: it stays in the chain, where a
 * traversal may stand on it, until its key is set again, which moves it to the end, or enough of them make sweeping
 * worth while. One that was swept never comes back to life, and none ever stands for another key or table: that is
 * what lets compiled code remember entries.
 */
import { KernelError } from '../kernel/errors.js';
import type { LuaTable as LuaTableView, LuaValue } from '../vm.js';
import { IntIndex } from './int-index.js';

/** One key of the hash part. Globals of compiled code are held as entries. */
export class Entry {
  next: Entry | undefined = undefined;
  prev: Entry | undefined = undefined;
  constructor(
    readonly key: LuaValue,
    public v: LuaValue,
    /** Index in its table's `slots`; beyond them when it is not there. */
    public at: number,
  ) {}
}

/** Tables with no more keys than this are searched one by one, and have no Map. */
const SEARCHED = 8;
/** So many entries are in `slots`: enough for modules. */
const MAX_SLOTS = 64;
/** Shared by tables without them; never written. */
const NO_SLOTS: Entry[] = [];
const NO_ARRAY: LuaValue[] = [undefined];

export class LuaTable implements LuaTableView {
  arr: LuaValue[] = NO_ARRAY;
  /**
   * The first few entries whose keys are no integers. Compiled code remembers at which index it last saw a field and
   * looks there first: `slots[i].key === "field"`.
   */
  slots: Entry[] = NO_SLOTS;
  /** All entries whose keys are no integers, when they are too many for a search. */
  private map: Map<LuaValue, Entry> | undefined = undefined;
  private ints: IntIndex | undefined = undefined;
  meta: LuaTable | undefined = undefined;
  head: Entry | undefined = undefined;
  private tail: Entry | undefined = undefined;
  /** Entries in the chain, and how many of them are dead. */
  private count = 0;
  private dead = 0;
  /** Entries are held by compiled code and must survive: the table of globals. */
  pinned = false;

  get(key: LuaValue): LuaValue {
    let e: Entry | undefined;
    if (typeof key === 'number') {
      const i = key | 0;
      if (i === key) {
        if (i >= 0 && i < this.arr.length) return this.arr[i];
        e = this.findInt(i);
      } else {
        e = this.find(key);
      }
    } else if (typeof key === 'string') {
      e = this.seek(key);
    } else {
      e = this.find(key);
    }
    return e === undefined ? undefined : e.v;
  }

  /** `get` for a key known to be a string. */
  getStr(key: string): LuaValue {
    const e = this.seek(key);
    return e === undefined ? undefined : e.v;
  }

  /** The entry of a string. */
  seek(key: string): Entry | undefined {
    const map = this.map;
    if (map !== undefined) return map.get(key);
    const slots = this.slots;
    for (let i = 0; i < slots.length; i++) if (slots[i]!.key === key) return slots[i];
    return undefined;
  }

  /** The entry of a key that is neither a string nor an integer. */
  private find(key: LuaValue): Entry | undefined {
    const map = this.map;
    if (map !== undefined) return map.get(key);
    const slots = this.slots;
    for (let i = 0; i < slots.length; i++) if (slots[i]!.key === key) return slots[i];
    return undefined;
  }

  private findInt(i: number): Entry | undefined {
    return this.ints === undefined ? undefined : this.ints.get(i);
  }

  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === 'number') {
      const i = key | 0;
      if (i === key) this.setInt(i, value);
      else if (Number.isNaN(key)) throw new KernelError('table index is NaN');
      else this.setEntry(this.find(key), key, value);
    } else if (typeof key === 'string') {
      this.setStr(key, value);
    } else if (key === undefined) {
      throw new KernelError('table index is nil');
    } else {
      this.setEntry(this.find(key), key, value);
    }
  }

  /** `set` for an integer of 32 bits. */
  private setInt(i: number, value: LuaValue): void {
    const arr = this.arr;
    const n = arr.length;
    if (i > 0 && i < n) {
      if (value === undefined && i === n - 1) this.shrink();
      else arr[i] = value;
    } else if (i === n) {
      if (value !== undefined) this.append(value);
    } else if (i === 0) {
      if (arr !== NO_ARRAY) arr[0] = value;
      else if (value !== undefined) this.arr = [value];
    } else {
      this.setEntry(this.findInt(i), i, value);
    }
  }

  /** `set` for a key known to be a string. Returns the index in `slots` at which to look for it. */
  setStr(key: string, value: LuaValue): number {
    const e = this.seek(key);
    if (e !== undefined && e.v !== undefined && value !== undefined) {
      e.v = value;
      return e.at;
    }
    return this.setEntry(e, key, value);
  }

  private setEntry(e: Entry | undefined, key: LuaValue, value: LuaValue): number {
    if (e === undefined) return value === undefined ? 0 : this.insert(key, value);
    if (e.v === undefined) {
      if (value !== undefined && !this.pinned) this.revive(e);
    } else if (value === undefined) {
      this.dead++;
    }
    e.v = value;
    return e.at;
  }

  private insert(key: LuaValue, value: LuaValue): number {
    if (this.dead > 8 && this.dead > this.count >> 1 && !this.pinned) this.sweep();
    const e = new Entry(key, value, MAX_SLOTS);
    this.index(e);
    this.chain(e);
    this.count++;
    return e.at;
  }

  /** Makes a new entry findable. */
  private index(e: Entry): void {
    const { key } = e;
    const { slots } = this;
    if (typeof key === 'number' && (key | 0) === key) {
      this.ints ??= new IntIndex();
      this.ints.add(e);
    } else {
      if (this.map !== undefined) {
        this.map.set(key, e);
      } else if (slots.length === SEARCHED) {
        this.map = new Map();
        for (const slot of slots) this.map.set(slot.key, slot);
        this.map.set(key, e);
      }
      if (slots.length === MAX_SLOTS) return;
      e.at = slots.length;
      if (slots === NO_SLOTS) this.slots = [e];
      else slots.push(e);
    }
  }

  private chain(e: Entry): void {
    const { tail } = this;
    if (tail === undefined) this.head = e;
    else tail.next = e;
    e.prev = tail;
    e.next = undefined;
    this.tail = e;
  }

  /** A dead entry moves to the end of the chain: its key comes last in the order, as after a fresh insertion. */
  private revive(e: Entry): void {
    this.dead--;
    const { prev, next } = e;
    if (next === undefined) return;
    next.prev = prev;
    if (prev === undefined) this.head = next;
    else prev.next = next;
    this.chain(e);
  }

  /** Drops dead entries everywhere. A dropped entry keeps its `next`, for a traversal that holds it. */
  private sweep(): void {
    let e = this.head;
    this.head = undefined;
    this.tail = undefined;
    this.slots = NO_SLOTS;
    this.map = undefined;
    this.ints = undefined;
    while (e !== undefined) {
      const { next } = e;
      if (e.v !== undefined) {
        e.at = MAX_SLOTS;
        this.index(e);
        this.chain(e);
      }
      e = next;
    }
    this.count -= this.dead;
    this.dead = 0;
  }

  /** The entry of a key, made (dead) when there is none; only for a pinned table. */
  cell(key: string): Entry {
    const known = this.seek(key);
    if (known !== undefined) return known;
    const e = new Entry(key, undefined, MAX_SLOTS);
    this.index(e);
    this.chain(e);
    this.count++;
    return e;
  }

  /** `t[#t + 1] = value`; value is not nil. */
  append(value: LuaValue): void {
    if (this.arr === NO_ARRAY) this.arr = [undefined, value];
    else this.arr.push(value);
    if (this.ints !== undefined) this.migrate(this.ints);
  }

  /** Moves keys that now follow the array part into it. */
  private migrate(ints: IntIndex): void {
    const { arr } = this;
    for (;;) {
      const e = ints.get(arr.length);
      if (e === undefined || e.v === undefined) return;
      arr.push(e.v);
      e.v = undefined;
      this.dead++;
    }
  }

  /** `table.insert(t, at, value)` for 1 <= at <= #t and a value that is not nil. */
  insertAt(at: number, value: LuaValue): void {
    this.arr.splice(at, 0, value);
    if (this.ints !== undefined) this.migrate(this.ints);
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
    let i = key === undefined ? 0 : typeof key === 'number' && (key | 0) === key && key >= 0 ? key + 1 : -1;
    if (i >= 0 && i <= arr.length) {
      for (; i < arr.length; i++) if (arr[i] !== undefined) return [i, arr[i]];
      e = this.head;
    } else {
      e = typeof key === 'number' && (key | 0) === key ? this.findInt(key) : this.find(key);
      if (e === undefined) {
        // A key that was in the array part until the traversal removed the end of it.
        if (i >= 0) e = this.head;
        else throw new KernelError("invalid key to 'next'");
      } else {
        e = e.next;
      }
    }
    for (; e !== undefined; e = e.next) if (e.v !== undefined) return [e.key, e.v];
    return undefined;
  }

  /** What `pairs` walks. */
  iterate(): PairsIterator {
    return new PairsIterator(this);
  }

  *entries(): Iterable<[LuaValue, LuaValue]> {
    const steps = this.iterate();
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

/** `pairs` as compiled loops run it. Entries may be changed and removed meanwhile. */
export class PairsIterator {
  k: LuaValue = undefined;
  v: LuaValue = undefined;
  private i = -1;
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
