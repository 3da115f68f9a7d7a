/**
 * Files that the stepper opened, until somebody asks for the descriptor: most are closed again before. Records of fixed size
 * in its memory, with the path as it was given and what it is relative to; a descriptor's mark (see thread-slots.ts) tells
 * which is its own. They are written by stepper.c, which has the same structures.
 */
import type { Name, Names } from '../names.js';
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
/** Of the path with the three letters in front of it. */
const LENGTH = 24;
const PATH = 31;
const LETTERS = 3;
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
    this.free[this.freeCount[0]!++] = number;
    return fd;
  }
}
