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
  MARK_DEAF,
  MARK_GONE,
  MARK_OPENED,
  MARK_PENDING,
  MARK_PLAIN,
  MARK_UNKNOWN,
  MARKS,
  NO_TABLE,
  PAGES_MARKS,
  PENDING,
  SLOT_INTEGERS,
  type ThreadSlots,
  WIDE_MARKS,
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
  /** Descriptors below this have a mark; those from MARKS on in a page (see ThreadSlots.takePage). */
  private marked = 0;
  private wide = 0;

  /** The marks of its descriptors are those of this slot; what the marks before said is done. */
  bind(slots: ThreadSlots, slot: number): void {
    this.settle();
    if (this.wide !== 0) this.slots.releasePage(this.slot, this.wide);
    this.slots = slots;
    this.slot = slot;
    this.marked = slot === 0 ? 0 : MARKS;
    this.wide = 0;
  }

  /** Index of a descriptor's mark, if it is below `marked`. */
  private markAt(num: number): number {
    return num < MARKS ? PAGES_MARKS + this.slot * MARKS + num : this.wide + num;
  }

  /** The same; -1 when it has no mark. */
  markOf(num: number): number {
    return num >= 0 && num < this.marked ? this.markAt(num) : -1;
  }

  /** Gets marks for more descriptors, if there are any left. */
  private widen(): boolean {
    if (this.slot === 0 || this.wide !== 0) return false;
    this.wide = this.slots.takePage(this.slot);
    if (this.wide === 0) return false;
    this.marked = WIDE_MARKS;
    this.slots.noteRoom(this.slot, this.count, this.marked);
    return true;
  }

  get size(): number {
    this.settle();
    return this.count;
  }

  get(num: number): FdInfo | undefined {
    const { small } = this;
    if (num >= 0 && num < this.marked && this.slots.marks[this.markAt(num)]! >= MARK_PENDING) this.settleOne(num);
    if (num >= 0 && num < small.length) return small[num] ?? undefined;
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
      if (small[num] === null) this.grow();
      small[num] = fd;
      this.mark(num, fd);
      return this;
    }
    this.large ??= new Map();
    if (!this.large.has(num)) this.grow();
    this.large.set(num, fd);
    return this;
  }

  private grow(): void {
    this.count++;
    if (this.slot !== 0) this.slots.noteRoom(this.slot, this.count, this.marked);
  }

  /** It has `max` descriptors, or more. */
  isFull(max: number): boolean {
    // What was opened or closed lately need not be looked at where that makes no difference.
    return this.count + this.marked >= max && this.size >= max;
  }

  delete(num: number): boolean {
    const { small } = this;
    if (num >= 0 && num < SMALL) this.forget(num);
    if (num >= 0 && num < small.length) {
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
    for (let num = 0; num < this.marked; num++) this.forget(num);
    this.small.length = 0;
    this.large = null;
    this.count = 0;
  }

  /** The record is, or may be, another one than the mark says: see thread-slots.ts. */
  forget(num: number): void {
    const at = this.markOf(num);
    if (at < 0) return;
    const { marks } = this.slots;
    if (marks[at]! >= MARK_PENDING) this.settleOne(num);
    marks[at] = MARK_UNKNOWN;
  }

  /** Marks a descriptor as what it was found to be. */
  mark(num: number, fd: FdInfo | null): void {
    // Programs that close all descriptors there may be need no marks for that.
    if (num >= this.marked && (!(num < WIDE_MARKS) || fd === null || !this.widen())) return;
    const at = this.markOf(num);
    if (at < 0) return;
    const { marks, texts, repeats } = this.slots;
    if (marks[at] !== MARK_UNKNOWN) return;
    if (fd === null) {
      marks[at] = MARK_ABSENT;
    } else if (fd.isPlain) {
      marks[at] = fd.ignoresTuples ? MARK_PLAIN | MARK_DEAF : MARK_PLAIN;
      repeats?.forget(at);
      if (texts.length > 0) texts[at] = 0;
    }
  }

  /** It is marked as plain, excluded or not. */
  isKnown(num: number): boolean {
    const at = this.markOf(num);
    if (at < 0) return false;
    const mark = this.slots.marks[at]!;
    return mark >= MARK_PLAIN && mark < MARK_PENDING;
  }

  /** Lets the stepper copy a descriptor that was just set, if it is a file's. */
  keep(num: number): void {
    const { marks, opens, integers } = this.slots;
    const at = this.markOf(num);
    if (at < 0 || opens === null || marks[at] !== MARK_PLAIN) return;
    const record = opens.keep(this.small[num]!);
    if (record < 0) return;
    marks[at] = MARK_OPENED + (record << 3);
    integers[this.slot * SLOT_INTEGERS + PENDING]!++;
  }

  /** The record is in the table, or what the stepper has is a copy of it. */
  holds(num: number, fd: FdInfo): boolean {
    return num >= 0 && num < this.small.length ? this.small[num] === fd : this.get(num) === fd;
  }

  /** The stepper has a record of it, as one that it opened. */
  isOpened(num: number): boolean {
    const at = this.markOf(num);
    return at >= 0 && this.slots.marks[at]! >= MARK_OPENED;
  }

  /** The stepper has seen the beginning of its close, and nobody has looked since. */
  isClosing(num: number): boolean {
    const at = this.markOf(num);
    return at >= 0 && (this.slots.marks[at]! & MARK_CLOSING) !== 0;
  }

  /** The filter accepts nothing of a descriptor that is known. */
  exclude(num: number): void {
    const at = this.markOf(num);
    if (at >= 0) this.slots.exclude(at);
  }

  /** An event that said this tuple of a descriptor changed nothing. */
  noteRepeat(num: number, fd: FdInfo, bytes: Uint8Array, at: number, length: number): void {
    this.mark(num, fd);
    const mark = this.markOf(num);
    if (mark >= 0) this.slots.repeats?.note(mark, bytes, at, length);
  }

  /** Does to the records what the stepper has told by marks alone. */
  private settle(): void {
    const { marks, integers } = this.slots;
    const pending = this.slot * SLOT_INTEGERS + PENDING;
    for (let num = 0; num < this.marked && integers[pending] !== 0; num++) {
      if (marks[this.markAt(num)]! >= MARK_PENDING) this.settleOne(num);
    }
  }

  private settleOne(num: number): void {
    const { marks, integers } = this.slots;
    const at = this.markAt(num);
    const mark = marks[at]!;
    const { small } = this;
    const fd = small[num] ?? null;
    if (mark < MARK_GONE) {
      if (fd !== null) fd.closeInProgress = true;
    } else if (mark === MARK_GONE) {
      if (fd !== null) {
        small[num] = null;
        this.count--;
      }
    } else {
      const made = this.slots.opens!.take((mark - MARK_OPENED) >> 3);
      made.closeInProgress = (mark & MARK_CLOSING) !== 0;
      while (small.length <= num) small.push(null);
      if (fd === null) this.count++;
      small[num] = made;
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
