/** Every way in which live capture can fail to start: the message names the cause and the remedy, and nothing leaks. */
import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { explainFailure, LiveError, LiveSource } from '../../src/capture/live.js';
import { cannotCapture } from './privileged.js';

const errno = constants.errno as Record<string, number>;
const descriptors = () => readdirSync('/proc/self/fd').length;

/** Starts with an injected failure and returns the error. */
function failing(stage: string, code: string): LiveError {
  try {
    new LiveSource({ scan: false, inject: { stage, errno: errno[code]! } }).close();
  } catch (e) {
    assert.ok(e instanceof LiveError);
    assert.equal(e.code, code);
    assert.ok(!e.message.includes('\n'), 'one line');
    return e;
  }
  throw new assert.AssertionError({ message: `${code} at ${stage} went unnoticed` });
}

describe('starting live capture fails', { skip: cannotCapture() }, () => {
  it('without rights', () => {
    assert.match(failing('load', 'EPERM').message, /not permitted.*sudo.*CAP_BPF.*CAP_PERFMON.*burin doctor/);
    assert.match(failing('sys_enter', 'EPERM').message, /attach to sys_enter: EPERM/);
    assert.match(failing('ring', 'EACCES').message, /not permitted/);
  });
  it('without memory', () => {
    for (const stage of ['load', 'ring'])
      assert.match(failing(stage, 'ENOMEM').message, /not enough memory.*smaller rings/);
  });
  it('without BPF', () => {
    assert.match(failing('load', 'ENOSYS').message, /has no BPF.*CONFIG_BPF_SYSCALL/);
  });
  it('on a kernel that refuses the probe', () => {
    assert.match(failing('load', 'EINVAL').message, /5\.15 or newer/);
    assert.match(failing('load', 'EACCES').message, /refuses the probe.*BURIN_VERIFIER_LOG/);
    assert.match(failing('sched_process_exit', 'ENOENT').message, /attach to sched_process_exit/);
  });
  it('and nothing stays open', () => {
    failing('ring', 'ENOMEM');
    const before = descriptors();
    for (const stage of ['load', 'ring', 'sys_enter', 'sys_exit']) failing(stage, 'ENOMEM');
    assert.equal(descriptors(), before);
  });
  it('yet goes on when the kernel lacks a hook that it can do without', () => {
    for (const stage of ['signal_deliver', 'sched_process_fork', 'sched_switch']) {
      const warnings: string[] = [];
      const source = new LiveSource({
        scan: false,
        inject: { stage, errno: errno['ENOENT']! },
        onWarning: (l) => warnings.push(l),
      });
      source.close();
      // Hooks that run often are attached by what is wanted, and are not reached by the injection.
      assert.equal(warnings.length, stage === 'sched_switch' ? 0 : 1);
      if (warnings[0]) assert.match(warnings[0], new RegExp(stage));
    }
  });
  it('not because of signals that arrive meanwhile', async () => {
    let received = 0;
    const count = () => received++;
    process.on('SIGWINCH', count);
    const sender = spawn('sh', ['-c', 'while kill -WINCH $0 2>/dev/null; do :; done', String(process.pid)]);
    try {
      for (let i = 0; i < 10; i++) {
        new LiveSource({ scan: false }).close();
        await setTimeout(1);
      }
      assert.ok(received > 0, 'signals arrived');
    } finally {
      sender.kill();
      process.off('SIGWINCH', count);
    }
  });
  it('really, as another user', () => {
    const run = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        `process.setgid(65534); process.setuid(65534);
         const { LiveSource } = await import('./src/capture/live.ts');
         try { new LiveSource({ scan: false }); console.log('started'); } catch (e) { console.log(e.code, e.message); }`,
      ],
      { encoding: 'utf8' },
    );
    assert.match(run.stdout, /^EPERM live capture is not permitted/, run.stderr);
  });
});

describe('a failure is explained', () => {
  it('in one line with a remedy', () => {
    for (const code of ['EPERM', 'ENOMEM', 'ENOSYS', 'EINVAL', 'E2BIG']) {
      const line = explainFailure({ errno: errno[code]!, code, what: 'load the probe' });
      assert.match(line, /burin doctor/);
      assert.ok(line.includes(code));
    }
  });
});
