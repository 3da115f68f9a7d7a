/**
 * JSON strings from bytes, the way sysdig writes them: everything beyond ASCII as `\uXXXX`, malformed UTF-8 as U+FFFD.
 */
import { type ByteWriter, isPrintable4 } from './byte-writer.js';
import { writeHexPadded } from './numbers.js';

const QUOTE = 34;
const BACKSLASH = 92;
const REPLACEMENT = 0xfffd;

/** By byte: 0 as it is, else the letter behind the backslash, 1 for `\u00XX`, 2 for a longer code. */
const KINDS = new Uint8Array(256);
KINDS.fill(1, 0, 32);
KINDS.fill(2, 128);
KINDS[QUOTE] = QUOTE;
KINDS[BACKSLASH] = BACKSLASH;
KINDS[8] = 98;
KINDS[9] = 116;
KINDS[10] = 110;
KINDS[12] = 102;
KINDS[13] = 114;

/** Four bytes that stand in a JSON string as they are: printable ASCII without quote and backslash. */
function isPlain4(x: number): boolean {
  const quote = x ^ 0x22222222;
  const backslash = x ^ 0x5c5c5c5c;
  // Not zero when a byte of either is zero.
  const found = (((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080;
  return found === 0 && isPrintable4(x);
}

/** Begins a JSON string and returns its mark: text that is written now becomes one with {@link endJsonString}. */
export function beginJsonString(writer: ByteWriter): number {
  const mark = writer.length;
  writer.byte(QUOTE);
  return mark;
}

/**
 * Ends the JSON string with this mark. Most texts stay as they are; of others, what comes from the first byte on that does
 * not is written again. `scratch` is overwritten then.
 */
export function endJsonString(writer: ByteWriter, mark: number, scratch: ByteWriter): void {
  const { view, bytes } = writer;
  const end = writer.length;
  let at = mark + 1;
  while (at + 4 <= end && isPlain4(view.getInt32(at, true))) at += 4;
  while (at < end && KINDS[bytes[at]!] === 0) at++;
  if (at < end) {
    scratch.length = 0;
    scratch.copy(bytes, at, end);
    writer.rewind(at);
    writeEscaped(writer, scratch.bytes, scratch.length);
  }
  writer.byte(QUOTE);
}

/** Writes the first `count` bytes with escapes. */
function writeEscaped(writer: ByteWriter, bytes: Uint8Array, count: number): void {
  // The longest escape of one byte is six characters.
  writer.reserve(count * 6);
  const out = writer.bytes;
  let at = writer.length;
  for (let i = 0; i < count; i++) {
    const byte = bytes[i]!;
    const kind = KINDS[byte]!;
    if (kind === 0) {
      out[at++] = byte;
    } else if (kind > 2) {
      out[at++] = BACKSLASH;
      out[at++] = kind;
    } else {
      writer.length = at;
      if (kind === 1) writeUnit(writer, byte);
      else i = writeSequence(writer, bytes, i, count);
      at = writer.length;
    }
  }
  writer.length = at;
}

function writeUnit(writer: ByteWriter, unit: number): void {
  writer.bytes[writer.length++] = BACKSLASH;
  writer.bytes[writer.length++] = 117;
  writeHexPadded(writer, unit, 4, false);
}

/**
 * One UTF-8 sequence. Which bytes a malformed one takes along follows the JSON library of sysdig: the length that the
 * first byte announces, unless the text ends before.
 */
function writeSequence(writer: ByteWriter, bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : 0;
  if (more === 0 || end - at <= more) {
    writeUnit(writer, REPLACEMENT);
    return at;
  }
  let code = first & (0x3f >> more);
  for (let i = 1; i <= more; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  const least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000;
  if (code < least || (more === 2 && code >= 0xd800 && code <= 0xdfff)) {
    writeUnit(writer, REPLACEMENT);
  } else if (code < 0x10000) {
    writeUnit(writer, code);
  } else {
    writeUnit(writer, 0xd800 + (((code - 0x10000) >> 10) & 0x3ff));
    writeUnit(writer, 0xdc00 + (code & 0x3ff));
  }
  return at + more;
}
