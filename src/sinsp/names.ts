/**
 * Interned byte strings: program names, file names, paths. A name that was seen before costs one hash and one compare,
 * makes no string, and is the same object again, so a predicate on names can be remembered by `name.id`.
 *
 * Text is latin1 on the JavaScript side: one UTF-16 unit a byte, never decoded, so that output is byte-exact.
 */

const CHUNK_SIZE = 1 << 16;
const PAD = 8;

/** One interned byte string. */
export class Name {
  private made: string | undefined;
  /** Whether all bytes are printable ASCII: -1 until somebody asks. */
  private plain = -1;
  constructor(
    /** Unique and rising; see {@link Names.firstId}. */
    readonly id: number,
    /** The arena chunk that holds the bytes; 8 readable bytes follow them. */
    readonly bytes: Uint8Array,
    readonly view: DataView,
    readonly offset: number,
    readonly length: number,
  ) {}

  /** The bytes as a latin1 string, made on first use. */
  get text(): string {
    return (this.made ??= latin1(this.bytes, this.offset, this.offset + this.length));
  }

  /** All bytes are printable ASCII. */
  get printable(): boolean {
    if (this.plain < 0) this.plain = isPrintable(this.bytes, this.offset, this.offset + this.length) ? 1 : 0;
    return this.plain === 1;
  }

  toString(): string {
    return this.text;
  }
}

function isPrintable(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte < 32 || byte > 126) return false;
  }
  return true;
}

/** Up to here a text is made faster here than by a call of Node. */
const SHORT_TEXT = 8;
/** Node's view of the memory that was asked about last: making a view costs as much as making the text. */
let viewed: ArrayBufferLike = new ArrayBuffer(0);
let view: Buffer = Buffer.from(viewed);

/** Bytes to a latin1 string. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= SHORT_TEXT) {
    let text = '';
    for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }
  const { buffer, byteOffset } = bytes;
  if (buffer !== viewed) {
    viewed = buffer;
    view = Buffer.from(buffer);
  }
  return view.toString('latin1', byteOffset + from, byteOffset + to);
}

/** The intern table. Its size is bounded: when full it is emptied, names in use live on as objects. */
export class Names {
  /** Ids below this belong to names that the table has forgotten; do not remember anything by them. */
  firstId = 0;
  private nextId = 0;
  private slots: Int32Array;
  private hashes: Int32Array;
  private list: Name[] = [];
  private chunk!: Uint8Array;
  private chunkView!: DataView;
  private chunkUsed = 0;
  private bytesUsed = 0;
  private scratch = new Uint8Array(4096);
  /** The empty name. */
  readonly empty: Name;

  constructor(
    private readonly maxNames = 200_000,
    private readonly maxBytes = 24 << 20,
  ) {
    this.slots = new Int32Array(1 << 14).fill(-1);
    this.hashes = new Int32Array(1 << 13);
    this.newChunk(CHUNK_SIZE);
    this.empty = this.intern(this.scratch, 0, 0);
  }

  private newChunk(size: number): void {
    this.chunk = new Uint8Array(size + PAD);
    this.chunkView = new DataView(this.chunk.buffer);
    this.chunkUsed = 0;
  }

  /** The name with these bytes. */
  intern(bytes: Uint8Array, from: number, to: number): Name {
    let hash = (to - from) | 0;
    let at = from;
    // Four bytes at a time: the multiplications wait for one another.
    for (const last = to - 3; at < last; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const index = this.slots[slot]!;
      if (index < 0) return this.add(bytes, from, to, hash);
      if (this.hashes[index] === hash) {
        const name = this.list[index]!;
        if (hasBytes(name, bytes, from, to)) return name;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The name with the bytes of a latin1 string. */
  internText(text: string): Name {
    const length = text.length;
    if (length > this.scratch.length) this.scratch = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) this.scratch[i] = text.charCodeAt(i);
    return this.intern(this.scratch, 0, length);
  }

  private add(bytes: Uint8Array, from: number, to: number, hash: number): Name {
    if (this.list.length >= this.maxNames || this.bytesUsed >= this.maxBytes) this.forget();
    const length = to - from;
    if (this.chunkUsed + length > this.chunk.length - PAD) this.newChunk(Math.max(CHUNK_SIZE, length));
    const offset = this.chunkUsed;
    const target = this.chunk;
    for (let i = 0; i < length; i++) target[offset + i] = bytes[from + i]!;
    this.chunkUsed += length;
    this.bytesUsed += length;
    const name = new Name(this.nextId++, target, this.chunkView, offset, length);
    const index = this.list.length;
    if (index >= this.hashes.length) this.grow();
    this.list.push(name);
    this.hashes[index] = hash;
    this.place(index, hash);
    return name;
  }

  private place(index: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.slots[slot] = index;
  }

  private grow(): void {
    const hashes = new Int32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(hashes.length * 2).fill(-1);
    for (let i = 0; i < this.list.length; i++) this.place(i, hashes[i]!);
  }

  private forget(): void {
    this.firstId = this.nextId;
    this.list = [];
    this.slots.fill(-1);
    this.newChunk(CHUNK_SIZE);
    this.bytesUsed = 0;
  }
}

/** Whether a name is these bytes. */
export function hasBytes(name: Name, bytes: Uint8Array, from: number, to: number): boolean {
  const length = to - from;
  if (name.length !== length) return false;
  const own = name.bytes;
  const offset = name.offset;
  for (let i = 0; i < length; i++) if (own[offset + i] !== bytes[from + i]) return false;
  return true;
}
