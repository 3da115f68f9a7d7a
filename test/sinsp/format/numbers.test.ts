/** Numbers, addresses and times as text, against BigInt, the net module and Date. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { writeIpv4, writeIpv6 } from '../../../src/sinsp/format/addresses.js';
import { ByteWriter, literal } from '../../../src/sinsp/format/byte-writer.js';
import {
  fixedText,
  generalText,
  writeHex,
  writeHex64,
  writeInt,
  writeInt64,
  writeOct64,
  writePadded,
  writeUint,
  writeUint64,
} from '../../../src/sinsp/format/numbers.js';
import { nanosOf, secondsOf, writeClock, writeDate, writeFraction } from '../../../src/sinsp/format/time.js';

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter(null, 16);
  write(writer);
  return writer.textSince(0);
}
const halves = (value: bigint): [number, number] => [Number((value >> 32n) & 0xffffffffn), Number(value & 0xffffffffn)];
const edges = [0n, 1n, 9n, 10n, 99_999n, 100_000n, 999_999_999n, 1_000_000_000n, 0x7fffffffn, 0x80000000n, 0xffffffffn];
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(...edges, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 18_446_744_072n }).map((billions) => billions * 1_000_000_000n),
  fc.bigInt({ min: 1n, max: 18_446_744_072n }).map((billions) => billions * 1_000_000_000n - 1n),
);

describe('numbers as text', () => {
  it('rounds ties to even, as C does', () => {
    assert.deepEqual(
      [6.25, 6.75, 0.05, 6.35, 12, 0.25, 100].map((value) => fixedText(value, 1)),
      ['6.2', '6.8', '0.1', '6.3', '12.0', '0.2', '100.0'],
    );
    assert.deepEqual(
      [0.5, 1.5, 2.5].map((value) => fixedText(value, 0)),
      ['0', '2', '2'],
    );
    assert.deepEqual([0.001953125, 104856.5, 104857.5, 1048565, 1.5, 0.9765625, 1e-5].map(generalText), [
      '0.00195312',
      '104856',
      '104858',
      '1.04856e+06',
      '1.5',
      '0.976562',
      '1e-05',
    ]);
  });

  it('writes 64-bit values as BigInt does', () => {
    fc.assert(
      fc.property(u64, (value) => {
        const [high, low] = halves(value);
        assert.equal(
          written((w) => writeUint64(w, high, low)),
          value.toString(),
        );
        assert.equal(
          written((w) => writeInt64(w, high, low)),
          BigInt.asIntN(64, value).toString(),
        );
        assert.equal(
          written((w) => writeHex64(w, high, low, true)),
          value.toString(16).toUpperCase(),
        );
        assert.equal(
          written((w) => writeHex64(w, high, low, false)),
          value.toString(16),
        );
        assert.equal(
          written((w) => writeOct64(w, high, low)),
          value.toString(8),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('writes safe integers and pads them', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(12), (value, width) => {
        assert.equal(
          written((w) => writeInt(w, value)),
          String(value),
        );
        assert.equal(
          written((w) => writeUint(w, Math.abs(value))),
          String(Math.abs(value)),
        );
        assert.equal(
          written((w) => writePadded(w, Math.abs(value), width)),
          String(Math.abs(value)).padStart(width, '0'),
        );
      }),
    );
    assert.equal(
      written((w) => writeHex(w, 0xdeadbeef, false)),
      'deadbeef',
    );
    assert.equal(
      written((w) => writePadded(w, 42, 9)),
      '000000042',
    );
  });

  it('writes doubles as %g', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1.5, '1.5'],
      [0.000123456, '0.000123456'],
      [1e-9, '1e-09'],
      [0.00001234567, '1.23457e-05'],
      [999999.5, '1e+06'],
      [123456, '123456'],
      [1234567, '1.23457e+06'],
      [100000, '100000'],
      [3, '3'],
      [9.999999, '10'],
    ];
    for (const [value, text] of cases) assert.equal(generalText(value), text);
  });
});

describe('addresses as text', () => {
  it('writes IPv4', () => {
    assert.equal(
      written((w) => writeIpv4(w, 0x0100007f)),
      '127.0.0.1',
    );
    assert.equal(
      written((w) => writeIpv4(w, 0xffffffff)),
      '255.255.255.255',
    );
  });

  it('writes IPv6 as inet_ntop', () => {
    const cases: [string, string][] = [
      ['0000:0000:0000:0000:0000:0000:0000:0000', '::'],
      ['0000:0000:0000:0000:0000:0000:0000:0001', '::1'],
      ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
      ['2001:0db8:0000:0001:0001:0001:0001:0001', '2001:db8:0:1:1:1:1:1'],
      ['fe80:0000:0000:0000:0000:0000:0000:0000', 'fe80::'],
      ['0000:0000:0000:0000:0000:ffff:0a00:0001', '::ffff:10.0.0.1'],
      ['0000:0000:0000:0000:0000:0000:0a00:0001', '::10.0.0.1'],
      ['0000:0000:0000:0000:0001:0000:0000:0000', '::1:0:0:0'],
      ['0001:0000:0000:0002:0000:0000:0000:0003', '1:0:0:2::3'],
    ];
    for (const [address, text] of cases) {
      const bytes = Buffer.from(address.replaceAll(':', ''), 'hex');
      assert.equal(
        written((w) => writeIpv6(w, bytes, 0)),
        text,
      );
    }
  });
});

describe('times as text', () => {
  it('splits and writes timestamps as Date does', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }), (value) => {
        const [high, low] = halves(value);
        const seconds = secondsOf(high, low);
        assert.equal(BigInt(seconds), value / 1_000_000_000n);
        assert.equal(BigInt(nanosOf(low, seconds)), value % 1_000_000_000n);
        const text = written((w) => {
          writeDate(w, seconds);
          w.text('T');
          writeClock(w, seconds);
          writeFraction(w, nanosOf(low, seconds));
        });
        assert.equal(text.slice(0, 19), new Date(seconds * 1000).toISOString().slice(0, 19));
        assert.equal(text.slice(20), String(value % 1_000_000_000n).padStart(9, '0'));
      }),
    );
  });
});

describe('byte writer', () => {
  it('copies, dots and strips bytes of every value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(8), (bytes, skip) => {
        const window = new Uint8Array(bytes.length + 16);
        window.set(bytes, 8);
        const view = new DataView(window.buffer);
        const end = 8 + bytes.length;
        const from = Math.min(8 + skip, end);
        const plain = Buffer.from(window.subarray(from, end)).toString('latin1');
        assert.equal(
          written((w) => w.copy(window, from, end)),
          plain,
        );
        assert.equal(
          written((w) => w.dotted(window, view, from, end)),
          plain.replace(/[^ -~]/g, '.'),
        );
        assert.equal(
          written((w) => w.printable(window, view, from, end)),
          plain.replace(/[^ -~]/g, ''),
        );
      }),
    );
    assert.equal(
      written((w) => w.literal(literal('evt.type='))),
      'evt.type=',
    );
  });

  it('flushes to its sink and grows', () => {
    const got: string[] = [];
    const writer = new ByteWriter((bytes) => got.push(Buffer.from(bytes).toString()), 4);
    writer.text('hello');
    writer.flushAbove(5);
    assert.deepEqual(got, []);
    writer.flush();
    assert.deepEqual(got, ['hello']);
    assert.equal(writer.length, 0);
  });
});
