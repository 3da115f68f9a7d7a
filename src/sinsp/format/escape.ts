/**
 * Text of traced programs on its way to a terminal: control characters, and bytes that are no valid UTF-8, become `\xNN`,
 * so that nothing a program wrote can move the cursor or talk to the terminal.
 */
import type { ByteWriter } from './byte-writer.js';
import { writeHexPadded } from './numbers.js';

/** Bytes of the well-formed UTF-8 sequence at `at`, 0 when there is none; C1 control codes count as malformed. */
export function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  let size: number;
  let code: number;
  if (first >= 0xc2 && first < 0xe0) {
    size = 2;
    code = first & 0x1f;
  } else if (first >= 0xe0 && first < 0xf0) {
    size = 3;
    code = first & 0x0f;
  } else if (first >= 0xf0 && first < 0xf5) {
    size = 4;
    code = first & 7;
  } else {
    return 0;
  }
  if (at + size > end) return 0;
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (next & 0x3f);
  }
  if (code < 0xa0 || (size === 3 && code < 0x800) || (code >= 0xd800 && code < 0xe000)) return 0;
  if (size === 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return size;
}

/** Escapes what was written since `mark`. `layout` keeps newlines and tabs: the text has lines of its own. */
export function escapeControls(writer: ByteWriter, mark: number, layout: boolean): void {
  const end = writer.length;
  const bytes = writer.bytes;
  let clean = mark;
  for (; clean < end; clean++) {
    const byte = bytes[clean]!;
    if ((byte < 32 && !(layout && (byte === 10 || byte === 9))) || byte > 126) break;
  }
  if (clean === end) return;
  const rest = bytes.slice(clean, end);
  writer.rewind(clean);
  for (let i = 0; i < rest.length; ) {
    const byte = rest[i]!;
    if ((byte >= 32 && byte < 127) || (layout && (byte === 10 || byte === 9))) {
      writer.byte(byte);
      i++;
      continue;
    }
    const size = byte < 0x80 ? 0 : utf8Length(rest, i, rest.length);
    if (size > 1) {
      writer.copy(rest, i, i + size);
      i += size;
      continue;
    }
    writer.byte(92);
    writer.byte(120);
    writeHexPadded(writer, byte, 2, false);
    i++;
  }
}
