/**
 * Joining of paths, byte for byte as captures are read everywhere: `.` and `..` are resolved in text, nothing is looked
 * up, unprintable and non-ASCII bytes become dots. Written into a reused buffer; no string is made.
 */

/** Bytes of a text; a Name is one. */
export interface ByteText {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

/** Joined paths are shorter than this; longer ones become {@link TOO_LONG}. */
const LONGEST_PATH = 1024;
const TOO_LONG = Uint8Array.from(Buffer.from('/PATH_TOO_LONG'));
const SLASH = 0x2f;
const DOT = 0x2e;

export class PathBuffer {
  bytes = new Uint8Array(LONGEST_PATH + 8);
  /** For the shape of a ByteText. */
  readonly offset = 0;
  length = 0;

  /** `limited`: names of descriptors have a longest length; paths that are only printed have none. */
  constructor(private readonly limited = true) {}

  /**
   * Joins `base` (normally with a trailing slash; another one is appended when `baseSlash` is set) and the path in
   * `bytes[from..to)`, which has no NUL. An absolute path drops the base. `size` is the length of the parameter that
   * holds the path, with its NUL; 0 means that there is no path at all.
   */
  join(base: ByteText, baseSlash: boolean, bytes: Uint8Array, from: number, to: number, size = to - from + 1): void {
    let length = 0;
    const baseLength = base.length + (baseSlash ? 1 : 0);
    const needed = baseLength + size + 1;
    if (needed > LONGEST_PATH) {
      if (this.limited) {
        this.bytes.set(TOO_LONG);
        this.length = TOO_LONG.length;
        return;
      }
      if (needed + 8 > this.bytes.length) this.bytes = new Uint8Array(2 * needed);
    }
    const target = this.bytes;
    if (size !== 0 && (from >= to || bytes[from] !== SLASH)) {
      const baseBytes = base.bytes;
      const offset = base.offset;
      for (let i = 0; i < base.length; i++) target[length++] = baseBytes[offset + i]!;
      if (baseSlash) target[length++] = SLASH;
    } else if (from >= to) {
      this.length = 0;
      return;
    }
    this.append(length, bytes, from, to);
  }

  /** Appends a path to the first `length` bytes, normalising what is appended. */
  private append(length: number, bytes: Uint8Array, from: number, to: number): void {
    const target = this.bytes;
    let at = from;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte === SLASH) {
        if (length === 0 || target[length - 1] !== SLASH) target[length++] = SLASH;
        at++;
      } else if (byte !== DOT) {
        target[length++] = byte < 0x20 || byte > 0x7e ? DOT : byte;
        at++;
      } else {
        const next = at + 1 < to ? bytes[at + 1]! : 0;
        if (next === DOT) {
          const after = at + 2 < to ? bytes[at + 2]! : 0;
          if (after === SLASH || after === 0) {
            length = this.parent(length);
            at += after === SLASH ? 3 : 2;
          } else {
            target[length++] = DOT;
            target[length++] = DOT;
            at += 2;
          }
        } else if (next === SLASH) {
          at += 2;
        } else {
          if (next !== 0) target[length++] = DOT;
          at++;
        }
      }
    }
    if (length > 1 && target[length - 1] === SLASH) length--;
    this.length = length;
  }

  /** Length after the last component is dropped; the first byte stays. */
  private parent(length: number): number {
    if (length <= 1) return length;
    length--;
    while (length >= 1 && this.bytes[length - 1] !== SLASH) length--;
    return length;
  }

  /** Adds a trailing slash unless there is one. */
  endWithSlash(): void {
    if (this.length === 0 || this.bytes[this.length - 1] !== SLASH) this.bytes[this.length++] = SLASH;
  }
}

/**
 * Joins a base and a path in bytes into `target`, whose bytes and length are the result until its next use.
 * `size`: see {@link PathBuffer.join}.
 */
export function joinPath(
  target: PathBuffer,
  base: ByteText,
  bytes: Uint8Array,
  from: number,
  to: number,
  size = to - from + 1,
): void {
  target.join(base, false, bytes, from, to, size);
}
