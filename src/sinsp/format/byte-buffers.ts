/** Byte buffers (data read and written, arguments, environment) as text, in all the forms a user can choose. */
import type { BufferFormat } from '../fields/field.js';
import type { ByteWriter } from './byte-writer.js';
import { writeHexPadded } from './numbers.js';

/** Longest text of a buffer in normal output. */
const CUT = 80;
const NEWLINE = 10;
const RETURN = 13;
const TAB = 9;
const SPACE = 32;
const DOT = 46;
const ROW = 16;

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/** Writes `bytes[from..to)`. `cut` shortens the one-line form to 80 characters. */
export function writeBuffer(
  writer: ByteWriter,
  bytes: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  format: BufferFormat,
  cut: boolean,
): void {
  if (to <= from) return;
  switch (format) {
    case 'dots':
      if (cut && to - from > CUT) {
        writer.dotted(bytes, view, from, from + CUT - 3);
        writer.text('...');
      } else {
        writer.dotted(bytes, view, from, to);
      }
      break;
    case 'hex':
      writeRows(writer, bytes, from, to, false);
      break;
    case 'hexascii':
      writeRows(writer, bytes, from, to, true);
      break;
    case 'ascii':
      writeLines(writer, bytes, from, to);
      break;
    case 'base64':
      writeBase64(writer, bytes, from, to);
      break;
  }
}

const isPrintable = (byte: number): boolean => byte >= 32 && byte < 127;

/** Rows of 16 bytes with their offset; with `characters`, the bytes as text beside them. */
function writeRows(writer: ByteWriter, bytes: Uint8Array, from: number, to: number, characters: boolean): void {
  for (let row = from; row < to; row += ROW) {
    const end = Math.min(row + ROW, to);
    const offset = row - from;
    writer.reserve(96);
    writer.byte(NEWLINE);
    writer.byte(TAB);
    writer.text('0x');
    writeHexPadded(writer, offset, offset > 0xffff ? (35 - Math.clz32(offset)) >> 2 : 4, false);
    writer.byte(58);
    let column = 0;
    for (let i = row; i < end; i++, column++) {
      if ((column & 1) === 0) writer.byte(SPACE);
      writeHexPadded(writer, bytes[i]!, 2, false);
    }
    if (!characters) continue;
    // A lone last byte leaves the other half of its group out.
    for (column = (column + 1) >> 1; column < ROW / 2; column++) writer.text('     ');
    writer.byte(SPACE);
    writer.byte(SPACE);
    for (let i = row; i < end; i++) writer.byte(isPrintable(bytes[i]!) ? bytes[i]! : DOT);
  }
  writer.byte(NEWLINE);
}

/** Printable text, line by line: CR and LF end lines, CR LF ends one, all else is left out. */
function writeLines(writer: ByteWriter, bytes: Uint8Array, from: number, to: number): void {
  writer.reserve(to - from + 1);
  writer.byte(NEWLINE);
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte === RETURN) writer.byte(NEWLINE);
    else if (byte === NEWLINE) {
      if (i > from && bytes[i - 1] !== RETURN) writer.byte(NEWLINE);
    } else if (isPrintable(byte)) writer.byte(byte);
  }
}

function writeBase64(writer: ByteWriter, bytes: Uint8Array, from: number, to: number): void {
  writer.reserve((Math.floor((to - from) / 3) + 1) * 4);
  const out = writer.bytes;
  let at = writer.length;
  for (let i = from; i < to; i += 3) {
    const two = i + 1 < to;
    const three = i + 2 < to;
    const word = (bytes[i]! << 16) | ((two ? bytes[i + 1]! : 0) << 8) | (three ? bytes[i + 2]! : 0);
    out[at++] = BASE64[word >> 18]!;
    out[at++] = BASE64[(word >> 12) & 63]!;
    out[at++] = two ? BASE64[(word >> 6) & 63]! : 61;
    out[at++] = three ? BASE64[word & 63]! : 61;
  }
  writer.length = at;
}
