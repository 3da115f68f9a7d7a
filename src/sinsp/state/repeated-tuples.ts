/**
 * Tuples of events that told nothing new of their socket: events that say the same of the same descriptor again need not
 * reach JavaScript. In the stepper's memory, a place for each by its descriptor's mark, the last descriptor wins; stepper.c
 * reads it, and has the same structure. Two of each, because what is sent says its ends in the other order than what is
 * received.
 */

/** Places: a power of two. */
const PLACES = 1024;
const WAYS = 2;
/** Longest tuple that is kept: those of unix sockets end with a path. */
const ROOM = 56;
/** A place: the index of the mark, which way is the next, the lengths; then the tuples. */
const PLACE_BYTES = 8 + WAYS * ROOM;
const PLACE_WORDS = PLACE_BYTES / 4;
const NEXT = 4;
const LENGTHS = 5;
const TUPLES = 8;
/** No index of a mark. */
const NOBODY = 0xffff_ffff;

export class RepeatedTuples {
  /** Memory that they need. */
  static readonly bytes = PLACES * PLACE_BYTES;

  private readonly bytes: Uint8Array;
  private readonly marks: Uint32Array;

  /** `offset`: where in the memory they have it, a multiple of 4. */
  constructor(memory: ArrayBuffer, offset: number) {
    this.bytes = new Uint8Array(memory, offset, RepeatedTuples.bytes);
    this.marks = new Uint32Array(memory, offset, RepeatedTuples.bytes / 4).fill(NOBODY);
  }

  /** The descriptor of a mark is another one, or was changed. */
  forget(mark: number): void {
    const at = (mark & (PLACES - 1)) * PLACE_WORDS;
    if (this.marks[at] === mark) this.marks[at] = NOBODY;
  }

  /** Keeps the tuple in `from[at..at + length)`. */
  note(mark: number, from: Uint8Array, at: number, length: number): void {
    if (length > ROOM) return;
    const { bytes, marks } = this;
    const place = (mark & (PLACES - 1)) * PLACE_BYTES;
    if (marks[place / 4] !== mark) {
      marks[place / 4] = mark;
      bytes.fill(0, place + NEXT, place + TUPLES);
    }
    const way = bytes[place + NEXT]!;
    bytes[place + NEXT] = (way + 1) % WAYS;
    bytes[place + LENGTHS + way] = length;
    const to = place + TUPLES + way * ROOM;
    for (let i = 0; i < length; i++) bytes[to + i] = from[at + i]!;
  }
}
