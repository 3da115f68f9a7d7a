/**
 * Reads the fields of one metadata block in order. Every read checks that its bytes are inside the block, or inside the
 * entry when one is open; damage is thrown, with the offset where it was met.
 */
import { int64, uint64 } from '../sinsp/integers.js';

/** A metadata block that does not add up. The reason is in words, the offset is in the window. */
export class MetadataDamage extends Error {
  override name = 'MetadataDamage';
  constructor(
    readonly reason: string,
    readonly offset: number,
  ) {
    super(reason);
  }
}

export class BlockReader {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
    /** Offset of the next field. */
    public at: number,
    /** Offset behind the last byte that may be read. */
    public end: number,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  private take(size: number, what: string): number {
    const at = this.at;
    if (size > this.end - at) throw new MetadataDamage(`${what} reaches beyond the end of its entry`, at);
    this.at = at + size;
    return at;
  }

  u8(what: string): number {
    return this.view.getUint8(this.take(1, what));
  }

  u16(what: string): number {
    return this.view.getUint16(this.take(2, what), true);
  }

  u32(what: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }

  /** Unsigned, as a double. */
  u64(what: string): number {
    const at = this.take(8, what);
    return uint64(this.view, at);
  }

  /** Signed, as a double. */
  i64(what: string): number {
    const at = this.take(8, what);
    return int64(this.view, at);
  }

  big64(what: string): bigint {
    return this.view.getBigUint64(this.take(8, what), true);
  }

  /** A copy of bytes. */
  copy(size: number, what: string): Uint8Array {
    const at = this.take(size, what);
    return this.bytes.slice(at, at + size);
  }

  /** `size` bytes of latin1 text. */
  text(size: number, what: string): string {
    return this.slice(this.take(size, what), size);
  }

  /** Text behind its 16-bit length, of at most `limit` bytes. */
  str16(limit: number, what: string): string {
    const size = this.u16(what);
    if (size > limit) throw new MetadataDamage(`${what} of ${size} bytes is longer than ${limit}`, this.at - 2);
    return size === 0 ? '' : this.slice(this.take(size, what), size);
  }

  /** Text in a field of fixed size, up to its first NUL. */
  padded(size: number, what: string): string {
    const text = this.text(size, what);
    const nul = text.indexOf('\0');
    return nul < 0 ? text : text.slice(0, nul);
  }

  private slice(at: number, size: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, size).toString('latin1');
  }
}
