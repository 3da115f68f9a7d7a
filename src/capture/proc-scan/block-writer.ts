/**
 * Builds capture-file blocks in a growing buffer. Text is latin-1 throughout: one character is one byte, whatever the
 * bytes are.
 */

const TEXT_MAX = 0xffff;

export class BlockWriter {
  #bytes = Buffer.alloc(256 * 1024);
  #at = 0;
  #block = 0;

  #room(n: number): void {
    if (this.#at + n <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#at + n));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#at;
  }

  begin(type: number): void {
    this.#block = this.#at;
    this.u32(type);
    this.u32(0);
  }

  end(): void {
    while ((this.#at - this.#block) % 4) this.u8(0);
    const length = this.#at - this.#block + 4;
    this.u32(length);
    this.#bytes.writeUInt32LE(length, this.#block + 4);
  }

  /** Starts an entry that leads with its own length; give the result to {@link endEntry}. */
  beginEntry(): number {
    this.u32(0);
    return this.#at - 4;
  }

  /** Ends an entry; the length counts its own four bytes unless told otherwise. */
  endEntry(start: number, countsItself = true): void {
    this.#bytes.writeUInt32LE(this.#at - start - (countsItself ? 0 : 4), start);
  }

  u8(v: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = v;
  }
  u16(v: number): void {
    this.#room(2);
    this.#bytes.writeUInt16LE(v & 0xffff, this.#at);
    this.#at += 2;
  }
  u32(v: number): void {
    this.#room(4);
    this.#bytes.writeUInt32LE(v >>> 0, this.#at);
    this.#at += 4;
  }
  /** A whole number up to 2^53, negative ones in two's complement. */
  u64(v: number): void {
    this.#room(8);
    this.#bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(v))), this.#at);
    this.#at += 8;
  }
  /** Sixteen hexadecimal digits, for values that may not fit a number. */
  hex64(text: string): void {
    this.#room(8);
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(`0x${text || '0'}`)), this.#at);
    this.#at += 8;
  }
  bytes(b: Uint8Array): void {
    this.#room(b.length);
    this.#bytes.set(b, this.#at);
    this.#at += b.length;
  }
  /** A 16-bit length and the text, cut to `max` bytes. */
  text(s: string, max = TEXT_MAX): void {
    const length = Math.min(s.length, max, TEXT_MAX);
    this.u16(length);
    this.#room(length);
    this.#bytes.write(s, this.#at, length, 'latin1');
    this.#at += length;
  }

  /** Everything written so far; valid until the next write. */
  result(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }
}
