/** -U: events of programs that nobody wants to see are as good as not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../chisel/run-burin.js';
import { call, cloneParams, code, execParams, scenario } from '../sinsp/state/scenario.js';
import { u64 } from '../support/capture-builder.js';

/** `number process type` of each event that is left. */
async function shown(words: readonly string[]): Promise<string[]> {
  const capture = scenario()
    .event(code('SYSCALL_CLONE_20_E'))
    .event(code('SYSCALL_CLONE_20_X'), cloneParams({ res: 200, tid: 100, ptid: 1 }))
    .event(code('SYSCALL_CLONE_20_X'), cloneParams({ res: 0, tid: 200, ptid: 100 }), { tid: 200 });
  call(capture, 'SYSCALL_CLOSE', [u64(5)], [u64(0)], { tid: 200 });
  capture
    .event(code('SYSCALL_EXECVE_19_X'), execParams({ exe: '/bin/hush', comm: 'hush', tid: 200, ptid: 100 }), {
      tid: 200,
    })
    .event(code('SYSCALL_CLONE_20_X'), cloneParams({ res: 0, tid: 300, ptid: 200, comm: 'child' }), { tid: 300 });
  call(capture, 'SYSCALL_CLOSE', [u64(0)], [u64(0)], { tid: 300 });
  capture
    .event(code('SYSCALL_EXECVE_19_X'), execParams({ exe: '/bin/ls', comm: 'ls', tid: 200, ptid: 100 }), { tid: 200 })
    .event(code('PROCEXIT_1_E'), [u64(0)], { tid: 300 })
    .event(code('PROCEXIT_1_E'), [u64(0)], { tid: 200 });
  const { stdout } = await run(['-r', capture.write(), '-p', '*%evt.num %proc.name %evt.type', ...words]);
  return stdout.trimEnd().split('\n');
}

test('a program and what it starts', async () => {
  assert.deepEqual(await shown(['-U', 'hush']), [
    '1 bash clone',
    '2 bash clone',
    '3 bash clone',
    '4 bash close',
    '5 bash close',
    '6 ls execve',
    '7 ls procexit',
  ]);
});

test('threads that the capture lists are known by no name', async () => {
  assert.equal((await shown(['-U', 'init', '-U', 'nobody'])).length, 12);
});
