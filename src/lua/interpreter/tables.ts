/**
 * Tables, in place of Fengari's: keys exact for every byte string, `pairs` walks 0, 1, 2, ... and then the rest in order of
 * insertion (as the compiled tier's tables do), `#` as LuaJIT gives it for constructors with holes, removal while
 * traversing safe, and less memory an entry.
 */

import { KernelError } from '../kernel/errors.js';
import type { LuaTable, LuaValue } from '../vm.js';
import {
  bytes,
  type GlobalState,
  type LuaThread,
  lobject,
  ltable,
  ltm,
  NIL,
  NUMBER,
  Slot,
  type TString,
  type TValue,
  textOf,
} from './fengari.js';
import { charge } from './meter.js';
import { fromSlot, toSlot } from './values.js';

export interface Entry {
  key: TValue;
  /** nil when removed: the entry stays, so that a traversal standing on it can go on. */
  value: TValue;
  /** Place in {@link Table.list}. */
  index: number;
}

type Key = string | number | boolean | object;

const ENTRY_BYTES = 120;
const TABLE_BYTES = 200;

export class Table implements LuaTable {
  readonly id: number;
  metatable: Table | null = null;
  /** Fengari's cache of absent metamethods: never used here. */
  flags = 0;
  /** By the string's text, the number, or the object itself. Fengari's scanner reads this field. */
  readonly strong = new Map<Key, Entry>();
  list: Entry[] = [];
  /** Entries in `list` whose value is nil. */
  dead = 0;
  /** The keys 1..run are walked as a sequence: what the compiled tier keeps in its array part. */
  private run = 0;
  /** Slots that a constructor filled one after another: where `#` looks first. */
  arraySize = 0;

  constructor(g: GlobalState) {
    this.id = g.id_counter++;
    charge(TABLE_BYTES);
  }

  get(key: LuaValue): LuaValue {
    const entry = this.strong.get(typeof key === 'string' ? key : (key as Key));
    return entry === undefined ? undefined : fromSlot(entry.value);
  }

  set(key: LuaValue, value: LuaValue): void {
    if (key === undefined) throw new KernelError('table index is nil');
    if (typeof key === 'number' && Number.isNaN(key)) throw new KernelError('table index is NaN');
    const entry = this.strong.get(key as Key);
    if (entry !== undefined) {
      const slot = toSlot(value);
      if (slot.type === NIL) this.bury(entry);
      else if (entry.value.type === NIL) this.revive(entry, slot);
      else entry.value.setfrom(slot);
      return;
    }
    if (value === undefined) return;
    this.add(key as Key, toSlot(key), toSlot(value));
  }

  /** For a key that the table does not hold; takes over both slots. */
  add(key: Key, keySlot: TValue, value: TValue): void {
    if (this.dead > 16 && this.dead > this.list.length >> 1) this.compact();
    const entry = { key: keySlot, value, index: this.list.length };
    this.list.push(entry);
    this.strong.set(key, entry);
    if (key === this.run + 1) this.extendRun();
    charge(ENTRY_BYTES);
  }

  private isAlive(key: number): boolean {
    const entry = this.strong.get(key);
    return entry !== undefined && entry.value.type !== NIL;
  }

  private extendRun(): void {
    do this.run++;
    while (this.isAlive(this.run + 1));
  }

  /** Removes an entry that is in the table. */
  bury(entry: Entry): void {
    if (entry.value.type === NIL) return;
    entry.value.setnilvalue();
    this.dead++;
    if (entry.key.value === this.run) while (this.run > 0 && !this.isAlive(this.run)) this.run--;
  }

  private revive(entry: Entry, value: TValue): void {
    this.dead--;
    entry.value.setfrom(value);
    if (entry.key.value === this.run + 1) this.extendRun();
  }

  /** Writes a key known to be neither nil nor NaN. */
  put(key: Key, keySlot: TValue, value: TValue): void {
    const entry = this.strong.get(key);
    if (entry !== undefined) {
      if (value.type === NIL) this.bury(entry);
      else if (entry.value.type === NIL) this.revive(entry, value);
      else entry.value.setfrom(value);
    } else if (value.type !== NIL) {
      this.add(key, new Slot(keySlot.type, key === 0 ? 0 : keySlot.value), new Slot(value.type, value.value));
    }
  }

  /**
   * What a constructor lists: `count` slots from `at` for the keys after `first`. They come first in `pairs`, in front of
   * the constructor's named fields.
   */
  fill(first: number, slots: TValue[], at: number, count: number): void {
    const named = this.list.splice(this.arraySize);
    for (let n = 1; n <= count; n++) this.put(first + n, new Slot(NUMBER, first + n), slots[at + n - 1]!);
    for (const entry of named) {
      entry.index = this.list.length;
      this.list.push(entry);
    }
    this.arraySize = first + count;
  }

  private compact(): void {
    const kept: Entry[] = [];
    for (const entry of this.list) {
      if (entry.value.type === NIL) {
        this.strong.delete(keyOf(entry.key));
      } else {
        entry.index = kept.length;
        kept.push(entry);
      }
    }
    this.list = kept;
    this.dead = 0;
  }

  /** `#t`: with holes, the border that LuaJIT finds for a table that a constructor filled. */
  length(): number {
    const { strong } = this;
    const present = (i: number) => {
      const entry = strong.get(i);
      return entry !== undefined && entry.value.type !== NIL;
    };
    let low = this.arraySize;
    let high = low;
    if (low === 0 || present(low)) {
      // Most tables are sequences without holes: then the number of entries is the answer.
      const guess = strong.size - this.dead;
      if (guess > low && present(guess)) low = guess;
      high = low + 1;
      while (present(high)) {
        low = high;
        high *= 2;
      }
    } else {
      low = 0;
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (present(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  *entries(): Iterable<[LuaValue, LuaValue]> {
    for (let entry = this.next(undefined); entry !== undefined; ) {
      const key = fromSlot(entry.key);
      yield [key, fromSlot(entry.value)];
      entry = this.next(key);
    }
  }

  /** The first living entry after `key`, or the first of all for nil; undefined at the end. */
  next(key: LuaValue): Entry | undefined {
    let at = 0;
    let number = key === undefined ? 0 : typeof key === 'number' && Number.isInteger(key) && key >= 0 ? key + 1 : -1;
    if (number >= 0 && number <= this.run + 1) {
      for (; number <= this.run; number++) if (this.isAlive(number)) return this.strong.get(number);
    } else {
      const entry = this.strong.get(key as Key);
      if (entry !== undefined) at = entry.index + 1;
      // A key of the sequence whose end was removed meanwhile.
      else if (number < 0) throw new KernelError("invalid key to 'next'");
    }
    const { list } = this;
    while (at < list.length) {
      const entry = list[at++]!;
      if (entry.value.type !== NIL && !this.inRun(entry.key)) return entry;
    }
    return undefined;
  }

  private inRun(key: TValue): boolean {
    const { value } = key;
    return (
      key.type === NUMBER && typeof value === 'number' && value >= 0 && value <= this.run && Number.isInteger(value)
    );
  }

  /** A metamethod, or any string key, without metamethods. */
  field(name: string): TValue | undefined {
    const entry = this.strong.get(name);
    return entry === undefined || entry.value.type === NIL ? undefined : entry.value;
  }
}

/** How a key is looked up. NaN and nil are never stored, so they may come out as anything. */
export function keyOf(slot: TValue): Key {
  return (slot.type & 15) === 4 ? textOf(slot.value as TString) : ((slot.value ?? Table) as Key);
}

const { luaO_nilobject: nothing } = lobject;

function get(t: Table, key: Key): TValue {
  const entry = t.strong.get(key);
  return entry === undefined ? nothing : entry.value;
}

Object.assign(ltable, {
  Table,
  invalidateTMcache: () => {},
  luaH_new: (L: LuaThread) => new Table(L.l_G),
  luaH_get: (_L: LuaThread, t: Table, key: TValue) => (key.type === NIL ? nothing : get(t, keyOf(key))),
  luaH_getint: (t: Table, key: number) => get(t, key),
  luaH_getstr: (t: Table, key: TString) => get(t, textOf(key)),
  luaH_getn: (t: Table) => t.length(),
  luaH_setint: (t: Table, key: number, value: TValue) => t.put(key, new Slot(NUMBER, key), value),
  luaH_setfrom: (_L: LuaThread, t: Table, key: TValue, value: TValue) => {
    if (key.type === NIL) throw new KernelError('table index is nil');
    if (key.type === NUMBER && Number.isNaN(key.value)) throw new KernelError('table index is NaN');
    t.put(keyOf(key), key, value);
  },
  luaH_next: () => {
    throw new Error('unused');
  },
});

// The original remembers which metamethods are absent and forgets it on every write to any table.
ltm.fasttm = (L, metatable, event) =>
  metatable === null ? null : ((metatable as Table).field(textOf(L.l_G.tmname[event]!)) ?? null);

/** Type names never come from a metatable's `__name`. */
const TYPE_NAMES = ['nil', 'boolean', 'userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread'];

export function typeNameOf(slot: TValue): string {
  return TYPE_NAMES[slot.type & 15]!;
}

ltm.luaT_objtypename = (_L, slot) => bytes(typeNameOf(slot));

/** The metatable of any value, or undefined. */
export function metatableOf(L: LuaThread, slot: TValue): Table | undefined {
  const type = slot.type & 15;
  if (type === 5 || type === 7) return ((slot.value as { metatable: Table | null }).metatable ?? undefined) as Table;
  return (L.l_G.mt[type] ?? undefined) as Table | undefined;
}

/** A metamethod of a value, or undefined. */
export function metamethod(L: LuaThread, slot: TValue, name: string): TValue | undefined {
  return metatableOf(L, slot)?.field(name);
}
