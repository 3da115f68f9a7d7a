/**
 * Descriptors of a process by number. Used as a Map is; small numbers, which nearly all are, lie in an array, because
 * every event that names a descriptor looks here, and opening and closing makes a Map rebuild itself again and again.
 *
 * Walks go by rising number; numbers beyond the array come after them in the order in which they were added. Deleting
 * while walking is allowed.
 */
import type { FdInfo } from './fd-info.js';
import {
  MARK_ABSENT,
  MARK_CLOSING,
  MARK_PLAIN,
  MARK_UNKNOWN,
  MARKS,
  NO_TABLE,
  PENDING,
  SLOT_INTEGERS,
  type ThreadSlots,
} from './thread-slots.js';

/** Numbers below this are in the array. */
const SMALL = 1024;

export class FdTable {
  /** What is there, not counting what the marks say. */
  private count = 0;
  /** Without holes, for the engine's sake: what is not there is null. */
  private readonly small: (FdInfo | null)[] = [];
  private large: Map<number, FdInfo> | null = null;
  private slots: ThreadSlots = NO_TABLE;
  /** Of its marks; 0: it has none. */
  slot = 0;

  /** The marks of its descriptors are those of this slot; what the marks before said is done. */
  bind(slots: ThreadSlots, slot: number): void {
    this.settle();
    this.slots = slots;
    this.slot = slot;
  }

  get size(): number {
    this.settle();
    return this.count;
  }

  get(num: number): FdInfo | undefined {
    const { small } = this;
    if (num >= 0 && num < small.length) {
      if (num < MARKS && this.slots.marks[this.slot * MARKS + num]! >= MARK_CLOSING) this.settleOne(num);
      return small[num] ?? undefined;
    }
    return this.large === null ? undefined : this.large.get(num);
  }

  has(num: number): boolean {
    return this.get(num) !== undefined;
  }

  set(num: number, fd: FdInfo): this {
    const { small } = this;
    if (num >= 0 && num < SMALL) {
      this.forget(num);
      while (small.length <= num) small.push(null);
      if (small[num] === null) this.count++;
      small[num] = fd;
      this.mark(num, fd);
      return this;
    }
    this.large ??= new Map();
    if (!this.large.has(num)) this.count++;
    this.large.set(num, fd);
    return this;
  }

  delete(num: number): boolean {
    const { small } = this;
    if (num >= 0 && num < small.length) {
      this.forget(num);
      if (small[num] === null) return false;
      small[num] = null;
    } else if (this.large === null || !this.large.delete(num)) {
      return false;
    }
    this.count--;
    return true;
  }

  clear(): void {
    this.settle();
    for (let num = 0; num < MARKS; num++) this.forget(num);
    this.small.length = 0;
    this.large = null;
    this.count = 0;
  }

  /** The record is, or may be, another one than the mark says: see thread-slots.ts. */
  forget(num: number): void {
    if (!(num < MARKS) || this.slot === 0) return;
    const { marks } = this.slots;
    const at = this.slot * MARKS + num;
    if (marks[at]! >= MARK_CLOSING) this.settleOne(num);
    marks[at] = MARK_UNKNOWN;
  }

  /** Marks a descriptor as what it was found to be. */
  mark(num: number, fd: FdInfo | null): void {
    if (!(num >= 0 && num < MARKS) || this.slot === 0) return;
    const { marks, texts } = this.slots;
    const at = this.slot * MARKS + num;
    if (marks[at] !== MARK_UNKNOWN) return;
    if (fd === null) {
      marks[at] = MARK_ABSENT;
    } else if (fd.isPlain) {
      marks[at] = MARK_PLAIN;
      if (texts.length > 0) texts[at] = 0;
    }
  }

  /** Does to the records what the stepper has told by marks alone. */
  private settle(): void {
    if (this.slot === 0 || this.slots.integers[this.slot * SLOT_INTEGERS + PENDING] === 0) return;
    const { marks } = this.slots;
    for (let num = 0; num < MARKS; num++) if (marks[this.slot * MARKS + num]! >= MARK_CLOSING) this.settleOne(num);
  }

  private settleOne(num: number): void {
    const { marks, integers } = this.slots;
    const at = this.slot * MARKS + num;
    const fd = this.small[num] ?? null;
    if (marks[at] === MARK_CLOSING) {
      if (fd !== null) fd.closeInProgress = true;
    } else if (fd !== null) {
      this.small[num] = null;
      this.count--;
    }
    marks[at] = MARK_UNKNOWN;
    integers[this.slot * SLOT_INTEGERS + PENDING]!--;
  }

  *entries(): IterableIterator<[number, FdInfo]> {
    this.settle();
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
    this.settle();
    const { small } = this;
    for (let num = 0; num < small.length; num++) {
      const fd = small[num]!;
      if (fd !== null) visit(fd, num);
    }
    this.large?.forEach(visit);
  }
}
