/**
 * The entries of a metadata list, with and without a length in front.
 */
import { type BlockReader, MetadataDamage } from './block-reader.js';
import type { MetadataVisitor } from './records.js';

/**
 * Walks the entries of a list until fewer than 4 bytes are left (padding). Entries of version 2 begin with their length,
 * which opens a window for `read`; `counted` says whether that length counts itself. Where `read` answers false the
 * entry is unknown: it is skipped, and without lengths so is all that follows.
 */
export function readEntries(
  reader: BlockReader,
  withLengths: boolean,
  counted: boolean,
  what: string,
  visitor: MetadataVisitor,
  read: () => boolean,
): void {
  const end = reader.end;
  while (end - reader.at >= 4) {
    if (!withLengths) {
      if (read()) continue;
      visitor.skipped?.();
      reader.at = end;
      return;
    }
    const start = reader.at;
    const length = reader.u32(what) + (counted ? 0 : 4);
    if (length < 4 || length > end - start) {
      throw new MetadataDamage(`${what} claims a length of ${length}`, start);
    }
    reader.end = start + length;
    if (!read()) visitor.skipped?.();
    // What is left belongs to newer versions.
    reader.at = start + length;
    reader.end = end;
  }
}
