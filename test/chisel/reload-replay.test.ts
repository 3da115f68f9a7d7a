/** Replay: a new version sees the recorded past, then the live stream, each event once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlightRecorder } from '../../src/capture/recorder.js';
import type { Chisel } from '../../src/chisel/chisel.js';
import { type ReloadResult, reloadChisel } from '../../src/chisel/reload.js';
import { packageRoot } from '../../src/package-root.js';
import type { InspectorSnapshot } from '../../src/sinsp/inspector.js';
import { type ChiselRunSetup, plain, startChisel, writeChisel } from '../support/chisel-run.js';
import { NUMBER_LUA, NumberedSource } from '../support/numbered-source.js';
import { liveReplay } from '../support/replay.js';

test('1 million recorded events through topfiles_bytes, joined without loss', async (t) => {
  const events = 1_000_000;
  const run = startChisel(`${packageRoot()}/chisels/topfiles_bytes.lua`);
  const source = new NumberedSource({ batch: 10_000, total: events + 20_000, live: false });
  // As for a file: the table is printed at the end, not each second.
  run.run.source = source;
  const recorder = recorded(run, source, events);
  const started = performance.now();
  const result = reloadChisel(run.host, 0, { mode: 'fresh', replay: liveReplay(run, recorder) });
  const seconds = (performance.now() - started) / 1000;
  assert.ok(result.ok, result.error?.message);
  assert.equal(result.replayed, events);
  t.diagnostic(`replayed ${events} events in ${seconds.toFixed(2)} s, ${(recorder.size / 1e6).toFixed(0)} MB`);
  while (run.step(source));
  run.host.captureEnd();
  // Every second event ends a read of 100 bytes; 16 files by 4 processes are read in turn, each file by one of them.
  const table = [...run.printed().matchAll(/^([\d.]+)([KMG])\s+(\/data\/\d+\/\d+)\s*$/gm)];
  assert.equal(table.length, 10, run.printed());
  const bytes = ((events + 20_000) / 2 / 16) * 100;
  for (const [, amount, unit] of table) {
    const scale = { K: 1 << 10, M: 1 << 20, G: 1 << 30 }[unit!]!;
    assert.ok(Math.abs(Number(amount) * scale - bytes) < scale / 50 + 1, `${amount}${unit} is not ${bytes}`);
  }
  const limit = process.env['BURIN_SOAK'] ? 1.5 : 15;
  assert.ok(seconds < limit, `${seconds} s`);
});

const COUNTING = `${NUMBER_LUA}
  local name
  function on_init() name = chisel.request_field("proc.name") return true end
  function on_event()
    local d, n = chisel.data, number()
    if n ~= (d.last or n - 1) + 1 then d.wrong = (d.wrong or 0) + 1 end
    d.first, d.last, d.count = d.first or n, n, (d.count or 0) + 1
    if not string.find(evt.field(name) or "", "^prog") then d.unnamed = (d.unnamed or 0) + 1 end
  end`;

function recorded(
  run: ChiselRunSetup,
  source: NumberedSource,
  events: number,
  maxBytes = 256 << 20,
): FlightRecorder<InspectorSnapshot> {
  const recorder = new FlightRecorder(() => run.inspector.snapshot(), { maxBytes });
  run.step(source);
  run.inspector.beginSection();
  while (source.produced < events) {
    source.nextBatch();
    recorder.record(source.window, source.start, source.end);
    run.inspector.walkBatch(source, (event) => run.host.onEvent(event));
  }
  return recorder;
}

interface Counted {
  first: number;
  last: number;
  count: number;
  wrong?: number;
  unnamed?: number;
}

const dataOf = (chisel: Chisel): Counted => plain(chisel.lua, chisel.data) as Counted;

function counting(
  events: number,
  maxBytes?: number,
  argv?: string[],
): { run: ChiselRunSetup; source: NumberedSource; reload: () => ReloadResult; file: string } {
  const file = writeChisel(COUNTING);
  const run = startChisel(file, undefined, argv);
  const source = new NumberedSource({ batch: 1000 });
  const recorder = recorded(run, source, events, maxBytes);
  const reload = () => reloadChisel(run.host, 0, { mode: 'fresh', replay: liveReplay(run, recorder) });
  return { run, source, reload, file };
}

test('the past that is left is joined to the present without gap or repetition', () => {
  const { run, source, reload } = counting(200_000, 1 << 20);
  const result = reload();
  assert.ok(result.ok, result.error?.message);
  for (let i = 0; i < 5; i++) run.step(source);
  const { first, last, count, wrong, unnamed } = dataOf(run.host.chisels[0]!);
  assert.ok(first > 100_000, 'the beginning had gone');
  assert.equal(last, source.produced);
  assert.equal(count, last - first + 1);
  assert.equal(wrong, undefined);
  assert.equal(unnamed, undefined, 'the state that belongs to the beginning was there');
  assert.equal(run.inspector.eventCount, source.produced);
});

test('repeated replays do not change the present', () => {
  const { run, source, reload } = counting(20_000);
  for (let i = 0; i < 5; i++) {
    assert.ok(reload().ok);
    run.step(source);
  }
  const { wrong, last } = dataOf(run.host.chisels[0]!);
  // The last version saw the past without what the recorder was not given: the steps between.
  assert.equal(last, source.produced);
  assert.ok((wrong ?? 0) <= 1);
});

test('a version that fails in the past does not take over, and the state is that of the present', () => {
  const { run, source, reload, file } = counting(20_000);
  const before = run.host.chisels[0];
  const threads = run.inspector.state.threads.size;
  writeChisel(
    `${COUNTING} local inner = on_event function on_event() print("x") inner() if number() == 777 then nothing.x = 1 end end`,
    file,
  );
  const result = reload();
  assert.equal(result.ok, false);
  assert.match(result.error!.message, /nothing/);
  assert.equal(run.host.chisels[0], before);
  assert.equal(run.inspector.state.threads.size, threads);
  run.step(source);
  assert.equal(run.printed(), '');
  const { last, count, wrong } = dataOf(run.host.chisels[0]!);
  assert.deepEqual([last, count, wrong], [source.produced, source.produced, undefined]);
});

test('an endless loop in the past does not take over', () => {
  const { reload, file } = counting(1000, undefined, ['--allow-untrusted', '--chisel-timeout=1']);
  writeChisel('function on_event() while true do end end', file);
  assert.equal(reload().ok, false);
});

test('intervals go by in the past as they did', () => {
  const { run, reload, file } = counting(10_000);
  writeChisel(
    'function on_init() chisel.set_interval_ns(1000000) return true end function on_interval(s, ns) print(ns) return true end',
    file,
  );
  assert.ok(reload().ok);
  assert.deepEqual(
    run.printed().trim().split('\n').map(Number),
    Array.from({ length: 10 }, (_, i) => (i + 1) * 1_000_000),
  );
});
