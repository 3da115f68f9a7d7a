/**
 * Descriptors of a process by number. Used as a Map is; small numbers, which nearly all are, lie in an array, because
 * every event that names a descriptor looks here, and opening and closing makes a Map rebuild itself again and again.
 *
 * Walks go by rising number; numbers beyond the array come after them in the order in which they were added. Deleting
 * while walking is allowed.
 */
import type { FdInfo } from './fd-info.js';

/** Numbers below this are in the array. */
const SMALL = 1024;

export class FdTable {
  size = 0;
  /** Without holes, for the engine's sake: what is not there is null. */
  private readonly small: (FdInfo | null)[] = [];
  private large: Map<number, FdInfo> | null = null;

  get(num: number): FdInfo | undefined {
    const { small } = this;
    if (num >= 0 && num < small.length) return small[num] ?? undefined;
    return this.large === null ? undefined : this.large.get(num);
  }

  has(num: number): boolean {
    return this.get(num) !== undefined;
  }

  set(num: number, fd: FdInfo): this {
    const { small } = this;
    if (num >= 0 && num < SMALL) {
      while (small.length <= num) small.push(null);
      if (small[num] === null) this.size++;
      small[num] = fd;
      return this;
    }
    this.large ??= new Map();
    if (!this.large.has(num)) this.size++;
    this.large.set(num, fd);
    return this;
  }

  delete(num: number): boolean {
    const { small } = this;
    if (num >= 0 && num < small.length) {
      if (small[num] === null) return false;
      small[num] = null;
    } else if (this.large === null || !this.large.delete(num)) {
      return false;
    }
    this.size--;
    return true;
  }

  clear(): void {
    this.small.length = 0;
    this.large = null;
    this.size = 0;
  }

  *entries(): IterableIterator<[number, FdInfo]> {
    const { small } = this;
    for (let num = 0; num < small.length; num++) {
      const fd = small[num]!;
      if (fd !== null) yield [num, fd];
    }
    if (this.large !== null) yield* this.large;
  }

  [Symbol.iterator](): IterableIterator<[number, FdInfo]> {
    return this.entries();
  }

  *keys(): IterableIterator<number> {
    for (const [num] of this.entries()) yield num;
  }

  *values(): IterableIterator<FdInfo> {
    for (const [, fd] of this.entries()) yield fd;
  }

  /** Calls `visit` for all that are there, without making iterators. */
  forEach(visit: (fd: FdInfo, num: number) => void): void {
    const { small } = this;
    for (let num = 0; num < small.length; num++) {
      const fd = small[num]!;
      if (fd !== null) visit(fd, num);
    }
    this.large?.forEach(visit);
  }
}
