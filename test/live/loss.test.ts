/** After a loss, what is known of processes and descriptors is right again. */
import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LiveSource } from '../../src/capture/live.js';
import { Inspector } from '../../src/sinsp/inspector.js';
import { refreshState } from '../../src/sinsp/state/refresh.js';
import { cannotCapture } from './privileged.js';

/** Opens and closes descriptors and starts and renames programs, when told to, and holds some open. */
const PROGRAM = `
import os, subprocess, sys
first = os.open('/etc/hostname', os.O_RDONLY)
gone = os.open('/etc/passwd', os.O_RDONLY)
print('ready', flush=True)
sys.stdin.readline()
os.close(gone)
os.dup2(os.open('/etc/group', os.O_RDONLY), first)
child = subprocess.Popen(['sleep', '60'])
print(first, gone, child.pid, flush=True)
for line in sys.stdin:
    os.pread(first, 10, 0)
child.kill()
`;

/** Starts it; `line` resolves to what it prints next. */
function start() {
  const program = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return { program, line: async (): Promise<string> => (await lines.next()).value };
}

const burin = fileURLToPath(new URL('../../src/bin/burin.ts', import.meta.url));

describe('after a loss', { skip: cannotCapture('python3') }, () => {
  it('threads and descriptors are what they are', { timeout: 60_000 }, async () => {
    const { program, line } = start();
    const source = new LiveSource({ ringBytes: 65536 });
    try {
      await line();
      const inspector = new Inspector();
      const walk = () => {
        while (source.nextBatch() && source.end > source.start) inspector.walkBatch(source, () => true);
      };
      walk();
      // Nothing is fetched while the ring overflows, so what the program does then is lost.
      spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000']);
      program.stdin.write('\n');
      const [first, gone, child] = (await line()).split(' ').map(Number) as [number, number, number];
      const { state } = inspector;
      walk();
      assert.ok(source.stats().dropped > 0);
      let blocks: Uint8Array | undefined;
      for (let i = 0; i < 200 && blocks === undefined; i++) {
        walk();
        blocks = source.afterLoss();
        if (blocks === undefined) await setTimeout(50);
      }
      assert.ok(blocks !== undefined, 'nothing to mend with');
      assert.equal(source.afterLoss(), undefined, 'once a loss');
      const before = state.threads.get(program.pid!)!;
      refreshState(state, blocks);
      const thread = state.threads.get(program.pid!)!;
      assert.equal(thread, before, 'the record stays the same');
      assert.equal(state.fdName(thread.fds.get(first)!).text, '/etc/group');
      assert.ok(thread.fds.get(gone) === undefined || !/passwd/.test(state.fdName(thread.fds.get(gone)!).text));
      assert.equal(state.threads.get(child)?.comm.text, 'sleep');
      program.stdin.end('\n');
    } finally {
      program.kill();
      source.close();
    }
  });

  it('burin mends its state though it has given up its rights', { timeout: 90_000 }, async () => {
    const { program, line } = start();
    try {
      await line();
      // Stopped, it cannot fetch anything, and its ring overflows.
      const watch = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          burin,
          '--ring-size',
          '64K',
          '-M',
          '80',
          '-p',
          '%proc.pid %evt.type %fd.name',
          `proc.pid=${program.pid} or proc.name=dd`,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let out = '';
      let err = '';
      watch.stdout.on('data', (d) => {
        if (out.length < 1 << 24) out += d;
      });
      watch.stderr.on('data', (d) => (err += d));
      while (out === '') {
        await setTimeout(100);
        spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=1']);
      }
      watch.kill('SIGSTOP');
      spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000']);
      program.stdin.write('\n');
      await line();
      watch.kill('SIGCONT');
      // A name that burin can know from the mending alone.
      const mended = new RegExp(`^${program.pid} pread /etc/group`, 'm');
      const limit = performance.now() + 60_000;
      while (!mended.test(out) && performance.now() < limit) {
        program.stdin.write('\n');
        await setTimeout(100);
      }
      program.stdin.end();
      watch.kill('SIGINT');
      await once(watch, 'close');
      assert.match(err, /LOST/);
      assert.match(out, mended);
    } finally {
      program.kill();
    }
  });
});
