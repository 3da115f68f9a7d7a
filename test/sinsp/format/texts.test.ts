/** Texts of buffers and flags, JSON strings, and what a terminal gets to see. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { BufferFormat } from '../../../src/sinsp/fields/field.js';
import { writeBuffer } from '../../../src/sinsp/format/byte-buffers.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { escapeControls } from '../../../src/sinsp/format/escape.js';
import { flagsText } from '../../../src/sinsp/format/flags-text.js';
import { beginJsonString, endJsonString } from '../../../src/sinsp/format/json-text.js';
import { FLAG_TABLES } from '../../../src/sinsp/schema/index.js';

const written = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter(null, 16);
  write(writer);
  return writer.textSince(0);
};
const buffer = (bytes: Uint8Array, format: BufferFormat, cut = false): string =>
  written((w) =>
    writeBuffer(w, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, format, cut),
  );
const copy = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('byte buffers', () => {
  it('are rows of hex, with characters beside them', () => {
    const bytes = copy('line one\r\nline two\nx\0');
    assert.equal(buffer(bytes, 'hex'), '\n\t0x0000: 6c69 6e65 206f 6e65 0d0a 6c69 6e65 2074\n\t0x0010: 776f 0a78 00\n');
    assert.ok(buffer(bytes, 'hexascii').endsWith(`\n\t0x0010: 776f 0a78 00${' '.repeat(27)}wo.x.\n`));
  });

  it('are lines of text, base64, or dots cut at 80 characters', () => {
    assert.equal(buffer(copy('a\r\nb\nc\x01\rd'), 'ascii'), '\na\nb\nc\nd');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        assert.equal(buffer(Uint8Array.from(bytes), 'base64'), Buffer.from(bytes).toString('base64'));
        const text = buffer(Uint8Array.from(bytes), 'dots', true);
        assert.equal(text.length, Math.min(bytes.length, 80));
        assert.equal(text.endsWith('...') || bytes.length <= 80, true);
      }),
    );
  });
});

describe('flags', () => {
  it('are named from the top of the table to an exact match', () => {
    const text = (table: string, value: number) => flagsText(FLAG_TABLES.get(table)!, value, false);
    assert.equal(text('prot_flags', 3), 'PROT_READ|PROT_WRITE');
    assert.equal(text('file_flags', 4101), 'O_CREAT|O_RDONLY|O_CLOEXEC');
    assert.equal(text('file_flags', 0), 'O_NONE');
    assert.equal(text('futex_operations', 129), 'FUTEX_PRIVATE_FLAG|FUTEX_WAKE');
    assert.equal(text('socket_families', 1), 'AF_LOCAL');
    assert.equal(text('access_flags', 0), 'F_OK');
    assert.equal(text('clone_flags', 0), '');
  });
});

describe('texts', () => {
  it('are written whole, short and long, as the buffer grows', () => {
    const writer = new ByteWriter(null, 16);
    let expected = '';
    for (let length = 0; length < 100; length++) {
      const text = String.fromCharCode(...Array.from({ length }, (_, i) => (length * 7 + i) & 255));
      writer.text(text);
      expected += text;
    }
    assert.equal(writer.textSince(0), expected);
  });
});

/** The bytes as a JSON string, written behind `before` other bytes. */
function jsonString(bytes: Uint8Array, before: number): string {
  const scratch = new ByteWriter(null, 16);
  const text = written((w) => {
    for (let i = 0; i < before; i++) w.byte(1);
    const mark = beginJsonString(w);
    w.copy(bytes, 0, bytes.length);
    endJsonString(w, mark, scratch);
  });
  return text.slice(before);
}

describe('JSON strings', () => {
  const before = fc.nat({ max: 5 });

  it('say the same as JSON.stringify, in ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), before, (text, n) => {
        const json = jsonString(Uint8Array.from(Buffer.from(text, 'utf8')), n);
        assert.match(json, /^[ -~\x7f]*$/);
        assert.equal(JSON.parse(json), text);
      }),
    );
  });

  it('have an escape for each byte that needs one, wherever it stands', () => {
    for (let byte = 0; byte < 128; byte++) {
      for (let at = 0; at < 9; at++) {
        const text = `${'a'.repeat(at)}${String.fromCharCode(byte)}${'z'.repeat(8 - at)}`;
        assert.equal(jsonString(Uint8Array.from(Buffer.from(text, 'latin1')), at & 3), JSON.stringify(text));
      }
    }
  });

  it('stay JSON whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), before, (bytes, n) => {
        JSON.parse(jsonString(Uint8Array.from(bytes), n));
      }),
    );
  });
});

describe('text for terminals', () => {
  it('holds no control characters and is valid UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = written((w) => {
          w.copy(Uint8Array.from(bytes), 0, bytes.length);
          escapeControls(w, 0, false);
        });
        const decoded = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
        assert.doesNotMatch(decoded, /[\0-\x1f\x7f-\x9f]/);
      }),
    );
  });

  it('keeps what can be read', () => {
    const shown = (text: string) =>
      written((w) => {
        w.copy(Uint8Array.from(Buffer.from(text)), 0, Buffer.byteLength(text));
        escapeControls(w, 0, true);
      });
    assert.equal(Buffer.from(shown('añ€😀\n\t'), 'latin1').toString(), 'añ€😀\n\t');
    assert.equal(shown('\x1b[2J'), '\\x1b[2J');
  });
});
