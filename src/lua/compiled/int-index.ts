/**
 * Where a table finds the entries of its integer keys outside the array part: thread and process numbers, ports,
 * addresses. Open addressing on the number itself is several times faster than a Map, which asks for a hash first.
 *
 * Entries are only added; a table that has many dead ones makes a new index.
 */
import type { Entry } from './table.js';

/** Spreads keys over the cells: numbers that count up, and multiples of powers of two. */
const GOLDEN = 0x9e3779b1;

export class IntIndex {
  private cells: (Entry | undefined)[] = new Array<Entry | undefined>(8).fill(undefined);
  /** 32 less the bits of an index of `cells`. */
  private shift = 29;
  private used = 0;

  get(key: number): Entry | undefined {
    const { cells } = this;
    const mask = cells.length - 1;
    let at = Math.imul(key, GOLDEN) >>> this.shift;
    for (;;) {
      const e = cells[at];
      if (e === undefined || e.key === key) return e;
      at = (at + 1) & mask;
    }
  }

  /** Adds an entry whose key is not here yet. */
  add(e: Entry): void {
    if (++this.used * 2 > this.cells.length) this.grow();
    this.put(e);
  }

  private put(e: Entry): void {
    const { cells } = this;
    const mask = cells.length - 1;
    let at = Math.imul(e.key as number, GOLDEN) >>> this.shift;
    while (cells[at] !== undefined) at = (at + 1) & mask;
    cells[at] = e;
  }

  private grow(): void {
    const old = this.cells;
    this.cells = new Array<Entry | undefined>(old.length * 2).fill(undefined);
    this.shift--;
    for (const e of old) if (e !== undefined) this.put(e);
  }
}
