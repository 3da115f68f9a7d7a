/** What options do to the output beside the events that pass the filter. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { burin, run } from '../chisel/run-burin.js';
import { call, code, scenario } from '../sinsp/state/scenario.js';
import { raw, u32, u64 } from '../support/capture-builder.js';

const file = (): string =>
  call(
    scenario().event(code('PROCINFO_E'), [u64(1), u64(2)]),
    'SYSCALL_READ',
    [u64(5), u32(1)],
    [u64(0), null],
  ).write();

test('colours that a format switches on end with the output, whatever is printed', async () => {
  for (const [words, expected] of [
    [['-p', '\\e%evt.num'], '\x1b2\n\x1b3\n\x1b[00m'],
    [['-j', '-p', '\\e%evt.num'], '{"evt.num":2}\n{"evt.num":3}\n\x1b[00m'],
    [['-q', '-p', '\\e%evt.num'], '\x1b[00m'],
    [['-q', '-p', '%evt.num'], ''],
  ] as const) {
    assert.equal((await run(['-r', file(), ...words])).stdout, expected, words.join(' '));
  }
});

test('-D shows internal events whatever the filter says', async () => {
  const { stdout } = await run(['-r', file(), '-D', '-p', '%evt.num %evt.type', 'evt.dir=<']);
  assert.equal(stdout, '1 procinfo\n3 read\n');
});

test('--filter-proclist needs a filter', async () => {
  const { status, stderr } = await run(['-r', file(), '--filter-proclist', '-w', 'out.scap']);
  assert.equal(status, 1);
  assert.match(stderr, /must specify a filter/);
});

test('JSON asks for the time on the processor twice, and so finds none', async () => {
  const capture = scenario();
  for (const next of [1, 100, 1]) {
    capture.event(code('SCHEDSWITCH_6_E'), [u64(next), u64(0), u64(0), u32(1), u32(1), u32(0)]);
  }
  const file = capture.write();
  assert.equal((await run(['-r', file, '-p', '%thread.exectime'])).stdout, '0\n1000\n1000\n');
  assert.equal((await run(['-r', file, '-j', '-p', '%thread.exectime'])).stdout, '{"thread.exectime":0}\n'.repeat(3));
});

test('durations where time runs backwards: JSON has latencies signed, and sums unsigned', async () => {
  const capture = scenario();
  capture.event(code('SCHEDSWITCH_6_E'), [u64(100), u64(0), u64(0), u32(1), u32(1), u32(0)], { tid: 1, ts: 4000n });
  capture.event(code('SYSCALL_READ_E'), [u64(7), u32(1)], { ts: 3000n });
  capture.event(code('SYSCALL_READ_X'), [u64(1), raw('x')], { ts: 2000n });
  capture.event(code('SCHEDSWITCH_6_E'), [u64(1), u64(0), u64(0), u32(1), u32(1), u32(0)], { ts: 1000n });
  const { stdout } = await run(['-r', capture.write(), '-j', '-p', '%evt.latency %thread.totexectime']);
  assert.deepEqual(stdout.trim().split('\n').slice(2), [
    '{"evt.latency":-1000,"thread.totexectime":0}',
    '{"evt.latency":-1000,"thread.totexectime":18446744073709548616}',
  ]);
});

test('the filter of what is read does not know of changed names yet, the one of what is shown does', async () => {
  const capture = scenario();
  call(capture, 'SYSCALL_OPEN', [], [u64(9), '/a', u32(1), u32(0), u32(0)]);
  const read = async (...options: string[]) =>
    (await run(['-r', capture.write(), '-p', '%evt.dir', ...options])).stdout;
  assert.equal(await read('-d', 'fd.name_changed=true'), '<\n');
  assert.equal(await read('fd.name_changed=true'), '');
  assert.equal(await read('fd.name_changed=false'), '<\n');
});

test('a filter that cannot be understood is an error with -d and a chisel, too', async () => {
  const capture = scenario().event(code('SYSCALL_READ_E'), [u64(7), u32(1)]);
  const { status, stderr } = await run(['-r', capture.write(), '-d', '-c', 'topscalls', 'fd.nam=x']);
  assert.equal(status, 1);
  assert.match(stderr, /filter error/);
});

test('a line that lacks a field still asks those behind it that remember', async () => {
  const capture = scenario();
  for (const ts of [1000n, 1500n, 1700n]) capture.event(code('SYSCALL_READ_E'), [u64(7), u32(1)], { ts });
  capture.event(code('SYSCALL_READ_X'), [u64(1), raw('x')], { ts: 1900n });
  assert.equal((await run(['-r', capture.write(), '-p', '%evt.rawres %evt.deltatime'])).stdout, '1 200\n');
});

test('several captures: time since the previous event goes on from one to the next', async () => {
  const [first, second] = [1000n, 5_000_000_000_001_500n].map((ts) =>
    scenario()
      .event(code('SYSCALL_READ_E'), [u64(7), u32(1)], { ts })
      .write(),
  );
  const files = ['-r', first!, '-r', second!];
  assert.equal((await run([...files, '-p', '%evt.deltatime'])).stdout, '0\n5000000000000500\n');
  assert.match((await run([...files, '-tD'])).stdout, /^1 0\.000000000 .*\n1 5000000\.000000500 /);
});

test('-M ends each capture that long after the first event that passes, by its own time', async () => {
  const capture = scenario();
  const seconds = [1n, 5n, 5n, 6n, 7n];
  for (const second of seconds) {
    capture.event(code(second === 1n ? 'SYSCALL_CLOSE_E' : 'SYSCALL_READ_E'), [u64(7), u32(1)], {
      ts: second * 1_000_000_000n,
    });
  }
  const file = capture.write();
  const numbers = async (...options: string[]) =>
    (await run(['-r', file, '-p', '%evt.num', ...options])).stdout.trim().split('\n').join(' ');
  assert.equal(await numbers('-M', '4'), '1');
  assert.equal(await numbers('-M', '5'), '1 2 3');
  assert.equal(await numbers('-M', '1', 'evt.type=read'), '2 3');
  assert.equal(await numbers('-M', '1', '-r', file), '1 1');
  // The event that ends it is written yet.
  const directory = mkdtempSync(join(tmpdir(), 'burin-span-'));
  const copy = join(directory, 'span.scap');
  await run(['-r', file, '-M', '5', '-w', copy]);
  assert.equal((await run(['-r', copy, '-p', '%evt.num'])).stdout, '1\n2\n3\n4\n');
  rmSync(directory, { recursive: true });
});

test('what chisels say on standard error lies between what others say, in a file, too', async () => {
  const chisel = `description, short_description, category, args = "d", "s", "c", {}
    function on_init() io.stderr:write("of the chisel\\n") return true end
    function on_event() return true end`;
  const words = ['-r', file(), '-c', './talks.lua'];
  for (const tier of ['compiled', 'interpreter']) {
    const script = '{ echo before; "$@"; echo behind; } 2>both >&2; cat both';
    const program = ['/bin/sh', '-c', script, 'sh', ...(await burin()), `--lua=${tier}`];
    const { stdout } = await run(words, { files: { 'talks.lua': chisel }, program });
    assert.equal(stdout, 'before\nof the chisel\nbehind\n', tier);
  }
});
