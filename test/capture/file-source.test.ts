import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CaptureError, type EventSource } from '../../src/capture/event-source.js';
import { openCaptureFile } from '../../src/capture/file-source.js';
import { CaptureBuilder, capture, join, raw, temporaryFile, u16, u32 } from '../support/capture-builder.js';

const demo = fileURLToPath(new URL('../../examples/demo.scap', import.meta.url));

/** All bytes of a source, and the error it ended with. */
function drain(source: EventSource): { bytes: Buffer; error: CaptureError | null } {
  const parts: Buffer[] = [];
  let error: CaptureError | null = null;
  try {
    while (source.nextBatch()) parts.push(Buffer.from(source.window.slice(source.start, source.end)));
  } catch (thrown) {
    assert.ok(thrown instanceof CaptureError, String(thrown));
    error = thrown;
  }
  source.close();
  return { bytes: Buffer.concat(parts), error };
}

const small = () =>
  capture()
    .processes([{ tid: 100 }])
    .event(2, [raw('abc')])
    .event(3, [raw('12345678')])
    .event(2, ['x']);

test('a capture comes out as it is, plain or compressed, whatever the window', () => {
  const bytes = Buffer.from(small().build());
  for (const windowSize of [64, 100, 4096, undefined]) {
    for (const gzip of [false, true]) {
      const source = openCaptureFile(small().write({ gzip }), { windowSize });
      const { bytes: got, error } = drain(source);
      assert.equal(error, null);
      assert.deepEqual(got, bytes);
      assert.equal(source.stats().seen, 3);
    }
  }
});

test('gzip members one after the other are one stream; what follows them is ignored', () => {
  const bytes = Buffer.from(small().build());
  const members = Buffer.concat([gzipSync(bytes.subarray(0, 300)), gzipSync(bytes.subarray(300))]);
  assert.deepEqual(drain(openCaptureFile(temporaryFile(members))).bytes, bytes);
  for (const trailer of [Buffer.alloc(20), Buffer.from('this is not gzip at all')]) {
    const { bytes: got, error } = drain(openCaptureFile(temporaryFile(Buffer.concat([members, trailer]))));
    assert.deepEqual(got, bytes);
    assert.equal(error, null);
  }
});

test('a capture cut at any byte gives every whole block before the cut, then says where', () => {
  const bytes = Buffer.from(small().build());
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) ends.push(at);
  for (let cut = 0; cut < bytes.length; cut++) {
    const { bytes: got, error } = drain(openCaptureFile(temporaryFile(bytes.subarray(0, cut), 'cut.scap')));
    const whole = ends.filter((end) => end <= cut).at(-1)!;
    assert.equal(got.length, whole, `cut at ${cut}`);
    assert.ok(got.equals(bytes.subarray(0, whole)));
    if (ends.includes(cut) && cut > ends[3]!) assert.equal(error, null, `cut at ${cut}`);
    else assert.ok(error, `cut at ${cut}`);
    if (error && cut !== whole) assert.equal(error.offset, whole);
  }
});

test('compressed data cut off or damaged gives what could be inflated', () => {
  const bytes = gunzipSync(gzipSync(readFileSync(demo)));
  const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const packed = gzipSync(plain);
  const cut = drain(openCaptureFile(temporaryFile(packed.subarray(0, packed.length >> 1))));
  assert.match(cut.error!.reason, /cut off/);
  assert.ok(cut.bytes.length > plain.length / 4);
  assert.ok(cut.bytes.equals(plain.subarray(0, cut.bytes.length)));

  const damaged = Buffer.from(packed);
  damaged[packed.length >> 1]! ^= 0xff;
  const { error, bytes: got } = drain(openCaptureFile(temporaryFile(damaged)));
  assert.ok(error);
  assert.ok(got.length > plain.length / 4, `${got.length} of ${plain.length}`);
});

/** Some megabytes; most blocks are small, some larger than the room before a slot, than a slot, than several. */
function large(): Uint8Array {
  const blocks = new CaptureBuilder().section().processes([{ tid: 100 }]);
  for (let i = 0; i < 3000; i++) {
    const size = i % 400 === 399 ? 200_000 + 400 * i : 1000 + ((i * 7919) % 3000);
    const bytes = Uint8Array.from({ length: size }, (_, k) => Math.imul(k + i, 2654435761) >>> (i % 13));
    blocks.event(2, [bytes], { large: size > 65_000 });
  }
  return blocks.build();
}

test('what the thread inflates ahead is what the reader alone would read, damage included', async () => {
  const plain = large();
  const packed = gzipSync(plain, { level: 1 });
  const damaged = Buffer.from(packed);
  damaged[packed.length - 5000]! ^= 0xff;
  const badBlock = Buffer.from(plain);
  badBlock.fill(0xff, plain.length - 60_000, plain.length - 50_000);
  const files = [packed, damaged, packed.subarray(0, -7000), gzipSync(badBlock, { level: 1 })];
  for (const [which, file] of files.entries()) {
    const path = temporaryFile(file);
    const alone = openCaptureFile(path, { aheadFrom: Number.POSITIVE_INFINITY });
    const expected = drain(alone);
    const source = openCaptureFile(path, { aheadFrom: 0, windowSize: 16_384 });
    const hash = createHash('sha256');
    let error: CaptureError | null = null;
    let took = false;
    try {
      while (source.nextBatch()) {
        hash.update(source.window.slice(source.start, source.end));
        took ||= source.window.buffer instanceof SharedArrayBuffer;
        // The thread is given time to start before all is read.
        if (!took) await pause(5);
      }
    } catch (thrown) {
      error = thrown as CaptureError;
    }
    assert.ok(took, `file ${which} was not inflated ahead`);
    assert.equal(source.stats().seen, alone.stats().seen);
    assert.ok(source.stats().bytesRead > file.length / 2);
    source.close();
    assert.equal(hash.digest('hex'), createHash('sha256').update(expected.bytes).digest('hex'), `file ${which}`);
    assert.equal(error?.message, expected.error?.message);
    assert.equal(error === null, which === 0, `file ${which}`);
  }
});

test('a process that stops reading a compressed capture in the middle ends at once', () => {
  const blocks = new CaptureBuilder().section();
  for (let i = 0; i < 2000; i++) blocks.event(2, [Uint8Array.from({ length: 3000 }, (_, k) => (k * i * 7919) >>> 3)]);
  const path = blocks.write({ gzip: true });
  const module = new URL('../../src/capture/file-source.ts', import.meta.url).href;
  const program = `
    const { openCaptureFile } = await import(${JSON.stringify(module)});
    const source = openCaptureFile(${JSON.stringify(path)});
    source.nextBatch();
    if (process.argv[1] === 'close') source.close();
    console.log(source.stats().seen > 0);`;
  for (const how of ['close', 'leave']) {
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, how], {
      timeout: 20_000,
      encoding: 'utf8',
    });
    assert.equal(run.stdout, 'true\n', run.stderr);
    assert.equal(run.status, 0);
  }
});

test('standard input', () => {
  const module = new URL('../../src/capture/file-source.ts', import.meta.url).href;
  const program = `
    const { openCaptureFile } = await import(${JSON.stringify(module)});
    const source = openCaptureFile('-');
    let bytes = 0;
    while (source.nextBatch()) bytes += source.end - source.start;
    console.log(bytes, source.stats().seen);`;
  const bytes = small().build();
  for (const input of [bytes, gzipSync(bytes)]) {
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      input,
      encoding: 'utf8',
    });
    assert.equal(run.stdout, `${bytes.length} 3\n`, run.stderr);
  }
});

const damage = (bytes: Uint8Array): CaptureError => {
  const { error } = drain(openCaptureFile(temporaryFile(bytes)));
  assert.ok(error);
  return error;
};

test('what is not a capture, or a newer one, is named', () => {
  assert.match(damage(new Uint8Array(0)).reason, /empty/);
  assert.match(damage(raw('some text that is long enough')).reason, /not a capture/);
  assert.match(damage(capture().build()).reason, /no events/);
  assert.match(damage(new CaptureBuilder().section({ magic: 0x4d3c2b1a }).event(2).build()).reason, /byte order/);
  assert.match(damage(new CaptureBuilder().section({ magic: 1 }).event(2).build()).reason, /magic/);
  const newer = damage(new CaptureBuilder().section({ major: 2 }).event(2).build());
  assert.equal(newer.unsupportedVersion, true);
  assert.match(damage(new CaptureBuilder().event(2).build()).reason, /section header/);
  assert.throws(() => openCaptureFile('/no/such/file'), /cannot open capture \/no\/such\/file: no such file/);
  assert.throws(() => openCaptureFile('/'), /directory/);
});

test('a block among the events must begin a section', () => {
  const wrong = capture().event(2).machine().event(2).build();
  assert.match(damage(wrong).reason, /among the events/);
  const two = capture().event(2).section().machine().event(2);
  const source = openCaptureFile(two.write());
  assert.equal(drain(source).error, null);
  assert.equal(source.stats().seen, 2);
});

test('section options and unknown blocks are passed over', () => {
  const source = openCaptureFile(
    new CaptureBuilder()
      .section({ minor: 9, options: join([u16(1), u16(4), raw('note'), u32(0)]) })
      .block(0x999, raw('something of the future'))
      .event(2)
      .write(),
  );
  assert.equal(drain(source).error, null);
  assert.equal(source.stats().skipped, 1);
});

test('lengths that lie are damage, and cost no memory', () => {
  for (const length of [0, 1, 8, 11, 13, 0x7fffffff, 0xffffffff, 0xfffffffc, 96 << 20]) {
    for (const type of [0x215, 0x216, 0x221, 0x218, 0x12345]) {
      const good = capture();
      const at = good.build().length;
      const bytes = type === 0x216 || type === 0x221 ? good.event(2).build() : good.block(0x215, raw('0123')).build();
      const view = new DataView(bytes.buffer);
      view.setUint32(at, type, true);
      view.setUint32(at + 4, length, true);
      const error = damage(bytes);
      assert.equal(error.offset, at);
      assert.ok(process.memoryUsage.rss() < 400 << 20);
    }
  }
});

test('a block longer than the window is read whole', () => {
  const body = new Uint8Array(5 << 20).fill(7);
  const bytes = capture().block(0x999, body).event(2).build();
  const source = openCaptureFile(temporaryFile(bytes));
  assert.ok(drain(source).bytes.equals(Buffer.from(bytes)));
});
