/** Values of fields as text and as JSON, by the kind of their extractor and their print format. */
import type { EventCursor } from '../event.js';
import { type Extractor, type Field, isDuration } from '../fields/field.js';
import { PF, PT } from '../schema/index.js';
import type { ByteWriter } from './byte-writer.js';
import { beginJsonString, endJsonString } from './json-text.js';
import { fixedText, writeHex64, writeInt, writeOct64, writePadded, writeUint64 } from './numbers.js';

/** Writes the value a field has in an event; false when it has none (nothing was written then). */
export type ValueWriter = (event: EventCursor, writer: ByteWriter) => boolean;

const TWO_32 = 0x1_0000_0000;
const SIGNED: ReadonlySet<number> = new Set([PT.INT8, PT.INT16, PT.INT32, PT.INT64, PT.PID, PT.ERRNO, PT.FD]);
/** Types that print nothing when no print format is given. */
const SMALL: ReadonlySet<number> = new Set([PT.INT8, PT.INT16, PT.INT32, PT.UINT8, PT.UINT16, PT.UINT32]);
const SMALL_UNSIGNED: ReadonlySet<number> = new Set([PT.UINT8, PT.UINT16, PT.UINT32]);

const halvesOf = (value: bigint): [high: number, low: number] => [
  Number((value >> 32n) & 0xffffffffn),
  Number(value & 0xffffffffn),
];

/** The value as text. */
export function textWriter(field: Field, extractor: Extractor): ValueWriter {
  switch (extractor.kind) {
    case 'text':
      if (extractor.write !== undefined) return (event, writer) => extractor.write!(event, writer);
      return (event, writer) => {
        const text = extractor.get(event);
        if (text === undefined) return false;
        writer.text(text);
        return true;
      };
    case 'name':
      return (event, writer) => {
        const name = extractor.get(event);
        if (name === undefined) return false;
        writer.name(name);
        return true;
      };
    case 'boolean':
      return (event, writer) => {
        const value = extractor.get(event);
        if (value === undefined) return false;
        writer.text(value ? 'true' : 'false');
        return true;
      };
    case 'list':
      return (event, writer) => {
        const list = extractor.get(event);
        if (list === undefined) return false;
        writer.text(`(${list.join(',')})`);
        return true;
      };
    case 'bigint': {
      if (extractor.write !== undefined) return (event, writer) => extractor.write!(event, writer);
      const signed = SIGNED.has(field.type);
      return (event, writer) => {
        const value = extractor.get(event);
        if (value === undefined) return false;
        if (field.format === PF.HEX) writeHex64(writer, ...halvesOf(value), true);
        else if (field.format === PF.OCT) writeOct64(writer, ...halvesOf(value));
        else if (value < 0n && signed) writer.text(value.toString());
        else writeUint64(writer, ...halvesOf(value));
        return true;
      };
    }
    case 'number':
      return numberWriter(field, extractor.get);
  }
}

/** Writes what durations that are negative wrap around to. */
function writeWrapped(writer: ByteWriter, nanos: number): void {
  writeUint64(writer, ...halvesOf(BigInt.asUintN(64, BigInt(nanos))));
}

function numberWriter(field: Field, get: (event: EventCursor) => number): ValueWriter {
  const { type, format } = field;
  if (type === PT.DOUBLE) {
    return (event, writer) => {
      const value = get(event);
      if (Number.isNaN(value)) return false;
      writer.text(fixedText(value, 1));
      return true;
    };
  }
  if (format === PF.NA && SMALL.has(type)) return () => false;
  if (format === PF['10_PADDED_DEC']) {
    return (event, writer) => {
      const value = get(event);
      if (Number.isNaN(value)) return false;
      if (value < 0 && isDuration(type)) writeWrapped(writer, value);
      else writePadded(writer, value, 9);
      return true;
    };
  }
  if ((format === PF.HEX && !SMALL_UNSIGNED.has(type)) || format === PF.OCT) {
    return (event, writer) => {
      const value = get(event);
      if (Number.isNaN(value)) return false;
      const high = Math.floor(value / TWO_32) >>> 0;
      const low = value >>> 0;
      if (format === PF.HEX) writeHex64(writer, type === PT.INT32 ? 0 : high, low, true);
      else writeOct64(writer, high, low);
      return true;
    };
  }
  return (event, writer) => {
    const value = get(event);
    if (Number.isNaN(value)) return false;
    if (value < 0 && isDuration(type)) writeWrapped(writer, value);
    else writeInt(writer, value);
    return true;
  };
}

/** The value as JSON: numbers and booleans where the field has them, strings otherwise. */
export function jsonWriter(field: Field, extractor: Extractor, scratch: ByteWriter): ValueWriter {
  const isTime = field.type === PT.RELTIME || field.type === PT.ABSTIME;
  if (isTime && extractor.kind === 'number') {
    const { get } = extractor;
    // Signed here, although they are not in text, nor where the type is UINT64.
    return (event, writer) => {
      const value = get(event);
      if (Number.isNaN(value)) return false;
      writeInt(writer, value);
      return true;
    };
  }
  const text = textWriter(field, extractor);
  const plain =
    (extractor.kind === 'number' || extractor.kind === 'bigint') &&
    field.format !== PF['10_PADDED_DEC'] &&
    field.format !== PF.OCT &&
    field.format !== PF.HEX;
  if (plain || extractor.kind === 'boolean') return text;
  if (extractor.kind === 'bigint' && isTime) {
    return (event, writer) => {
      const value = extractor.get(event);
      if (value === undefined) return false;
      writer.text(value.toString());
      return true;
    };
  }
  if (extractor.kind === 'list') {
    return (event, writer) => {
      const list = extractor.get(event);
      if (list === undefined) return false;
      writer.byte(91);
      list.forEach((item, i) => {
        if (i > 0) writer.byte(44);
        const mark = beginJsonString(writer);
        writer.text(item);
        endJsonString(writer, mark, scratch);
      });
      writer.byte(93);
      return true;
    };
  }
  return (event, writer) => {
    const mark = beginJsonString(writer);
    if (!text(event, writer)) {
      writer.rewind(mark);
      return false;
    }
    endJsonString(writer, mark, scratch);
    return true;
  };
}
