/**
 * A table whose `pairs` follows an order that the host gave, whatever part of the table a key lies in. A class of its
 * own, so that ordinary tables, which are many and hot, know nothing of it.
 */
import type { LuaValue } from '../vm.js';
import { LuaTable, PairsIterator } from './table.js';

export class OrderedTable extends LuaTable {
  /** The keys that came with the table, in their order: key to the one after it, `undefined` to the first. */
  private readonly following = new Map<LuaValue, LuaValue>();

  constructor(pairs: Iterable<readonly [LuaValue, LuaValue]>) {
    super();
    let last: LuaValue;
    for (const [key, value] of pairs) {
      this.set(key, value);
      this.following.set(last, key);
      last = key;
    }
    this.following.set(last, undefined);
  }

  override iterate(): PairsIterator {
    return new Steps(this);
  }

  override nextPair(key: LuaValue): [LuaValue, LuaValue] | undefined {
    let at = key;
    if (this.following.has(key)) {
      for (;;) {
        at = this.following.get(at);
        if (at === undefined) break;
        const value = this.get(at);
        if (value !== undefined) return [at, value];
      }
    }
    // Keys that Lua added.
    for (;;) {
      const pair = super.nextPair(at);
      if (pair === undefined || !this.following.has(pair[0])) return pair;
      at = pair[0];
    }
  }
}

class Steps extends PairsIterator {
  constructor(private readonly table: OrderedTable) {
    super(table);
  }

  override step(): boolean {
    const pair = this.table.nextPair(this.k);
    if (pair === undefined) return false;
    [this.k, this.v] = pair;
    return true;
  }
}
