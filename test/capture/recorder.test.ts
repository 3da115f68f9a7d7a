/** The flight recorder keeps the newest events whole, with the state that belongs to the oldest of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlightRecorder } from '../../src/capture/recorder.js';

/** A batch whose bytes all are `value`. */
const batch = (value: number, length: number): Uint8Array => new Uint8Array(length).fill(value);

function contents(recorder: FlightRecorder<number>, age?: number, now?: number): { first: number; bytes: number[] } {
  const past = recorder.past(age, now);
  assert.ok(past);
  const bytes: number[] = [];
  while (past.source.nextBatch()) {
    for (let at = past.source.start; at < past.source.end; at++) bytes.push(past.source.window[at]!);
  }
  return { first: past.snapshot, bytes };
}

test('everything recorded comes back in order', () => {
  let state = 0;
  const recorder = new FlightRecorder(() => state);
  assert.equal(recorder.past(), undefined);
  for (let value = 1; value <= 5; value++) {
    recorder.record(batch(value, 12), 0, 12);
    state = value;
  }
  const { first, bytes } = contents(recorder);
  assert.equal(first, 0);
  assert.deepEqual(
    bytes,
    [1, 2, 3, 4, 5].flatMap((value) => Array<number>(12).fill(value)),
  );
});

test('the oldest segments go first and the snapshot is that of the oldest kept', () => {
  let state = 0;
  const maxBytes = 1 << 18;
  const recorder = new FlightRecorder(() => state, { maxBytes });
  for (let value = 1; value <= 40; value++) {
    recorder.record(batch(value, 20_000), 0, 20_000);
    state = value;
  }
  assert.ok(recorder.size <= maxBytes, `${recorder.size} bytes kept`);
  const { first, bytes } = contents(recorder);
  assert.equal(bytes[0], first + 1, 'the snapshot is the state before the first event kept');
  assert.equal(bytes.at(-1), 40);
  assert.equal(bytes.length, (40 - first) * 20_000, 'no batch between is lost');
});

test('a batch larger than a segment is kept whole', () => {
  const recorder = new FlightRecorder(() => 0, { maxBytes: 1 << 18 });
  recorder.record(batch(7, 300_000), 0, 300_000);
  assert.equal(contents(recorder).bytes.length, 300_000);
});

test('segments older than the age limit are dropped', () => {
  let state = 0;
  const recorder = new FlightRecorder(() => state, { maxBytes: 1 << 20, maxAge: 1000 });
  for (let value = 1; value <= 10; value++) {
    recorder.record(batch(value, 200_000), 0, 200_000, value * 500);
    state = value;
  }
  assert.ok(contents(recorder, undefined, 5000).first >= 6);
});
