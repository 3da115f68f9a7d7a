/**
 * Joined paths, remembered by what they were joined from: the same files are opened again and again, and joining and
 * interning cost more than all other work of an open. A small table that forgets what it must.
 */
import type { Name, Names } from '../names.js';
import type { PathBuffer } from './paths.js';

const SLOTS = 4096;

export class PathMemory {
  private readonly bases: (Name | null)[] = new Array(SLOTS).fill(null);
  private readonly paths: (Name | null)[] = new Array(SLOTS).fill(null);
  private readonly joined: (Name | null)[] = new Array(SLOTS).fill(null);
  private readonly slashes = new Uint8Array(SLOTS);
  private firstId = 0;

  constructor(
    private readonly names: Names,
    private readonly buffer: PathBuffer,
  ) {}

  /** The name of {@link PathBuffer.join} of these; `size` is the length of the parameter that has the path. */
  join(base: Name, baseSlash: boolean, path: Name, size: number): Name {
    // Usually the parameter is the text and its NUL, so the result depends on the names alone.
    if (size !== path.length + 1) return this.joinNow(base, baseSlash, path, size);
    if (this.firstId !== this.names.firstId) this.forget();
    const slash = baseSlash ? 1 : 0;
    const slot = (path.id ^ Math.imul(base.id, 613) ^ slash) & (SLOTS - 1);
    if (this.paths[slot] === path && this.bases[slot] === base && this.slashes[slot] === slash) {
      return this.joined[slot]!;
    }
    const name = this.joinNow(base, baseSlash, path, size);
    this.paths[slot] = path;
    this.bases[slot] = base;
    this.slashes[slot] = slash;
    this.joined[slot] = name;
    return name;
  }

  private joinNow(base: Name, baseSlash: boolean, path: Name, size: number): Name {
    const { buffer } = this;
    buffer.join(base, baseSlash, path.bytes, path.offset, path.offset + path.length, size);
    return this.names.intern(buffer.bytes, 0, buffer.length);
  }

  /** The table of names was emptied: names from before are not given out any more. */
  private forget(): void {
    this.firstId = this.names.firstId;
    this.paths.fill(null);
    this.bases.fill(null);
    this.joined.fill(null);
  }
}
