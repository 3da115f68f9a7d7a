/** What options do to the output beside the events that pass the filter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../chisel/run-burin.js';
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
