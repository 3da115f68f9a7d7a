/**
 * Files that the stepper opened, until somebody asks for the descriptor: most are closed again before. Records of fixed size
 * in its memory, with the path as it was given and what it is relative to; a descriptor's mark (see thread-slots.ts) tells
 * which is its own. They are written by stepper.c, which has the same structures. Copies of descriptors that JavaScript has
 * made can have records too, so that the stepper may copy them further.
 */
import type { Name, Names } from '../names.js';
import { FD_TYPE } from '../schema/index.js';
import { FdInfo } from './fd-info.js';
import { openedType } from './open.js';
import type { PathMemory } from './path-memory.js';

/** Records there are: more are opened as without a stepper. */
const RECORDS = 2048;
/** A record: its size, and offsets of what is in it. */
const RECORD_BYTES = 208;
const INO = 0;
const FLAGS = 8;
const DEV = 12;
const BASE = 16;
const SIZE = 20;
const IS_SHOWN = 22;
/** 1: a copy of a descriptor in `kept`, which `base` is the index of. */
const IS_KEPT = 23;
/** Of the path with the three letters in front of it. */
const LENGTH = 24;
const SKIP = 26;
const TEXT_FLAGS = 27;
const PATH = 31;
const LETTERS = 3;
const PATH_ROOM = 160;
/** Descriptors that are kept at most. */
const KEPT = 256;
const [LESS, GREATER, LETTER_D, LETTER_F] = [60, 62, 100, 102];
/** Directories that have a number at most, and how long the name of one may be: no path that is joined to it is too long. */
const BASES = 1 << 16;
const LONGEST_BASE = 800;

export class OpenRecords {
  /** Memory that they need. */
  static readonly bytes = RECORDS * RECORD_BYTES + 4 + RECORDS * 2;

  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** How many are free, and their numbers. */
  private readonly freeCount: Uint32Array;
  private readonly free: Uint16Array;
  /** What paths are relative to, by number; nothing is 0. */
  private readonly bases: Name[];
  private readonly numbers = new Map<Name, number>();
  private readonly kept: (FdInfo | null)[] = [];
  /** Places in it that nothing refers to. */
  private readonly vacant: number[] = [];

  /** `offset`: where in the memory they have it, a multiple of 8. */
  constructor(
    memory: ArrayBuffer,
    offset: number,
    private readonly names: Names,
    private readonly paths: PathMemory,
  ) {
    this.bytes = new Uint8Array(memory, offset, RECORDS * RECORD_BYTES);
    this.view = new DataView(memory, offset, RECORDS * RECORD_BYTES);
    const freeAt = offset + RECORDS * RECORD_BYTES;
    this.freeCount = new Uint32Array(memory, freeAt, 1);
    this.free = new Uint16Array(memory, freeAt + 4, RECORDS);
    this.freeCount[0] = RECORDS;
    for (let number = 0; number < RECORDS; number++) this.free[number] = RECORDS - 1 - number;
    this.bases = [names.empty];
  }

  /** Where {@link free} records are told. */
  get freeAddress(): number {
    return this.freeCount.byteOffset;
  }

  /** The number of a working directory; 0 when it is too long, or there are too many. */
  baseOf(directory: Name): number {
    const known = this.numbers.get(directory);
    if (known !== undefined) return known;
    const { bases } = this;
    if (bases.length === BASES || directory.length > LONGEST_BASE) return 0;
    this.numbers.set(directory, bases.length);
    return bases.push(directory) - 1;
  }

  /** Makes the descriptor of a record, which is free from then on. */
  take(number: number): FdInfo {
    const { bytes, view, names } = this;
    const at = number * RECORD_BYTES;
    this.free[this.freeCount[0]!++] = number;
    if (bytes[at + IS_KEPT] !== 0) return this.kept[view.getUint32(at + BASE, true)]!.copy();
    const path = at + PATH;
    const rawName = names.intern(bytes, path, path + view.getUint16(at + LENGTH, true) - LETTERS);
    const base = this.bases[view.getUint32(at + BASE, true)]!;
    const fd = new FdInfo();
    fd.openFlags = view.getUint32(at + FLAGS, true) | 0;
    fd.type = openedType(fd.openFlags);
    fd.dev = view.getUint32(at + DEV, true);
    fd.ino = view.getFloat64(at + INO, true);
    fd.rawName = rawName;
    fd.name = this.paths.join(base, false, rawName, view.getUint16(at + SIZE, true));
    return fd;
  }

  /** A record of copies of a file's descriptor; -1 when there can be none. */
  keep(fd: FdInfo): number {
    const { name, type } = fd;
    if (name === null || (type !== FD_TYPE.FILE_V2 && type !== FD_TYPE.DIRECTORY)) return -1;
    const place = this.freeCount[0] === 0 ? -1 : this.place();
    if (place < 0) return -1;
    this.kept[place] = fd.copy();
    const number = this.free[--this.freeCount[0]!]!;
    const at = number * RECORD_BYTES;
    const { bytes, view } = this;
    const isShown = name.printable && name.length <= PATH_ROOM && !name.text.includes('/dev/log');
    bytes[at + IS_SHOWN] = isShown ? 1 : 0;
    bytes[at + IS_KEPT] = 1;
    view.setUint32(at + BASE, place, true);
    if (!isShown) return number;
    view.setUint16(at + LENGTH, LETTERS + name.length, true);
    bytes[at + SKIP] = LETTERS;
    bytes[at + TEXT_FLAGS] = 0;
    bytes[at + PATH - 3] = LESS;
    bytes[at + PATH - 2] = type === FD_TYPE.DIRECTORY ? LETTER_D : LETTER_F;
    bytes[at + PATH - 1] = GREATER;
    for (let i = 0; i < name.length; i++) bytes[at + PATH + i] = name.bytes[name.offset + i]!;
    return number;
  }

  /** Room for a descriptor that is kept; -1 when there is none. */
  private place(): number {
    const { kept, vacant } = this;
    if (kept.length < KEPT) return kept.push(null) - 1;
    if (vacant.length === 0) this.findVacant();
    return vacant.pop() ?? -1;
  }

  /** The stepper does not tell when it gives up a record: what is not in use any more is found out for many at once. */
  private findVacant(): void {
    const { bytes, view, free } = this;
    const unused = new Set(free.subarray(0, this.freeCount[0]!));
    const used = new Set<number>();
    for (let number = 0; number < RECORDS; number++) {
      const at = number * RECORD_BYTES;
      if (bytes[at + IS_KEPT] !== 0 && !unused.has(number)) used.add(view.getUint32(at + BASE, true));
    }
    for (let place = 0; place < KEPT; place++) if (!used.has(place)) this.vacant.push(place);
  }
}
