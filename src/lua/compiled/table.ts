/**
 * Lua tables of the compiled tier: an array part for 1..n, entry objects for everything else, found one by one
 * while they are few and by a Map when there are more.
 *
 * Invariants: `arr[0]` holds the key 0, which LuaJIT, too, walks before 1; the last element of `arr` is never nil
 * unless it is `arr[0]`; the hash part never
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
    /** Index in its table's `slots`. */
    public at: number,
  ) {}
}

/** Tables with no more entries than this are searched one by one, and have no Map. */
const MAX_SLOTS = 8;
/** Shared by tables without them; never written. */
const NO_SLOTS: Entry[] = [];
const NO_ARRAY: LuaValue[] = [undefined];

export class LuaTable implements LuaTableView {
  arr: LuaValue[] = NO_ARRAY;
  /**
   * The first few entries. Compiled code remembers at which index it last saw a field and looks there first:
   * `slots[i].key === "field"`. May hold dead entries; all others are current.
   */
  slots: Entry[] = NO_SLOTS;
  map: Map<LuaValue, Entry> | undefined = undefined;
  meta: LuaTable | undefined = undefined;
  head: Entry | undefined = undefined;
  private tail: Entry | undefined = undefined;
  /** Entries in the chain, and how many of them are dead. */
  private count = 0;
  private dead = 0;
  /** Entries are held by compiled code and must survive: the table of globals. */
  pinned = false;

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') {
      const i = key | 0;
      if (i === key && i >= 0 && i < this.arr.length) return this.arr[i];
    } else if (typeof key === 'string') {
      const e = this.seek(key);
      return e === undefined ? undefined : e.v;
    }
    const e = this.find(key);
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

  /** The entry of a key that is no string. */
  private find(key: LuaValue): Entry | undefined {
    const map = this.map;
    if (map !== undefined) return map.get(key);
    const slots = this.slots;
    for (let i = 0; i < slots.length; i++) if (slots[i]!.key === key) return slots[i];
    return undefined;
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
      } else if (i === key && i === 0) {
        if (this.arr !== NO_ARRAY) this.arr[0] = value;
        else if (value !== undefined) this.arr = [value];
        return;
      } else if (Number.isNaN(key)) {
        throw new KernelError('table index is NaN');
      }
    } else if (typeof key === 'string') {
      this.setStr(key, value);
      return;
    } else if (key === undefined) {
      throw new KernelError('table index is nil');
    }
    this.setEntry(this.find(key), key, value);
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

  private setEntry(known: Entry | undefined, key: LuaValue, value: LuaValue): number {
    if (known !== undefined) {
      if (value === undefined) {
        if (known.v !== undefined) this.dead++;
        known.v = undefined;
        return 0;
      }
      if (known.v !== undefined || this.pinned) {
        known.v = value;
        return known.at;
      }
    } else if (value === undefined) {
      return 0;
    }
    // A dead entry is not revived but replaced, so that the key comes last in the order, as in a fresh insertion.
    let replaced = known;
    if (this.dead > 8 && this.dead > this.count >> 1 && !this.pinned) {
      this.sweep();
      replaced = undefined;
    }
    const e = new Entry(key, value, replaced !== undefined ? replaced.at : this.count);
    this.link(e, replaced);
    return e.at;
  }

  private link(e: Entry, replaced: Entry | undefined): void {
    this.count++;
    if (this.map !== undefined) this.map.set(e.key, e);
    if (replaced !== undefined) {
      if (e.at < this.slots.length) this.slots[e.at] = e;
    } else if (e.at < MAX_SLOTS && e.at === this.slots.length) {
      if (this.slots === NO_SLOTS) this.slots = [e];
      else this.slots.push(e);
    } else if (this.map === undefined) {
      this.map = new Map();
      for (const slot of this.slots) this.map.set(slot.key, slot);
      this.map.set(e.key, e);
    }
    if (this.tail === undefined) this.head = e;
    else this.tail.next = e;
    this.tail = e;
  }

  /** Drops dead entries everywhere. A dropped entry keeps its `next`, for a traversal that holds it. */
  private sweep(): void {
    const alive: Entry[] = [];
    for (let e = this.head; e !== undefined; e = e.next) if (e.v !== undefined) alive.push(e);
    this.head = alive[0];
    this.tail = alive.at(-1);
    this.slots = alive.length === 0 ? NO_SLOTS : alive.slice(0, MAX_SLOTS);
    const small = alive.length <= MAX_SLOTS;
    const map = small ? undefined : new Map<LuaValue, Entry>();
    alive.forEach((e, i) => {
      e.at = i;
      e.next = alive[i + 1];
      map?.set(e.key, e);
    });
    this.map = map;
    this.count = alive.length;
    this.dead = 0;
  }

  /** The entry of a key, made (dead) when there is none; only for a pinned table. */
  cell(key: string): Entry {
    let e = this.seek(key);
    if (e === undefined) {
      e = new Entry(key, undefined, this.count);
      this.link(e, undefined);
    }
    return e;
  }

  /** `t[#t + 1] = value`; value is not nil. */
  append(value: LuaValue): void {
    if (this.arr === NO_ARRAY) this.arr = [undefined, value];
    else this.arr.push(value);
    if (this.count > 0) this.migrate();
  }

  /** Moves keys that now follow the array part into it. */
  private migrate(): void {
    const { arr } = this;
    for (;;) {
      const e = this.find(arr.length);
      if (e === undefined || e.v === undefined) return;
      arr.push(e.v);
      e.v = undefined;
      this.dead++;
    }
  }

  /** `table.insert(t, at, value)` for 1 <= at <= #t and a value that is not nil. */
  insertAt(at: number, value: LuaValue): void {
    this.arr.splice(at, 0, value);
    if (this.count > 0) this.migrate();
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
      e = this.find(key);
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
