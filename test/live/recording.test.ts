/** Recording from the command line: limits, rotation, Ctrl-C, a full disk, a reader that goes away. */
import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cannotCapture } from './privileged.js';

const burin = fileURLToPath(new URL('../../src/bin/burin.ts', import.meta.url));
const words = (args: string[]) => ['--import', 'tsx', burin, ...args];
const hasSysdig = spawnSync('sysdig', ['--version']).status === 0;

describe('recording', { skip: cannotCapture(), timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'burin-recording-'));
  const noise = spawn('sh', ['-c', 'while :; do cat /etc/hostname > /dev/null; sleep 0.01; done'], { stdio: 'ignore' });
  after(() => {
    noise.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (args: string[], env = {}) =>
    spawnSync(process.execPath, words(args), { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } });
  /** Events in a file, as burin reads it, and as sysdig 0.29.3 does. */
  const check = (file: string) => {
    const own = run(['-r', file, '-p', '%evt.num']);
    assert.equal(own.status, 0, own.stderr);
    assert.equal(own.stderr, '');
    const count = own.stdout.split('\n').length - 1;
    assert.ok(count > 0, `${file} is empty`);
    if (hasSysdig) {
      const other = spawnSync('sysdig', ['-r', file, '-p', '%evt.num'], { encoding: 'utf8', maxBuffer: 1 << 28 });
      assert.equal(other.status, 0, other.stderr);
      assert.ok(other.stdout.split('\n').length - 1 > 0);
    }
    return count;
  };

  it('ends after -M seconds, with totals, in a file that only its owner reads', () => {
    const file = join(folder, 'seconds.scap');
    const { status, stderr } = run(['-w', file, '-M', '1']);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^burin: \d+ events in [\d.]+ s \(\d+ a second\), /m);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    check(file);
  });

  it('ends after -n events', () => {
    const file = join(folder, 'count.scap');
    const { status, stderr } = run(['-w', file, '-n', '50']);
    assert.equal(status, 0, stderr);
    assert.equal(check(file), 50);
    const printed = run(['-n', '5', '-p', '%evt.num']);
    assert.equal(printed.stdout.split('\n').length - 1, 5);
  });

  it('rotates by size, number of events and seconds', () => {
    for (const [name, options] of [
      ['size', ['-C', '1', '-W', '3', '-M', '3']],
      ['events', ['-e', '100', '-M', '2']],
      ['time', ['-G', '1', '-M', '4']],
    ] as const) {
      const { status, stderr } = run(['-w', join(folder, `${name}.scap`), ...options]);
      assert.equal(status, 0, stderr);
      const files = readdirSync(folder).filter((file) => file.startsWith(name));
      assert.ok(files.length >= 1, `${name}: no file`);
      if (name !== 'size') assert.ok(files.length > 1, `${name}: ${files}`);
      for (const file of files.slice(0, 2)) check(join(folder, file));
    }
  });

  it('ends cleanly at Ctrl-C', async () => {
    const file = join(folder, 'stopped.scap');
    const child = spawn(process.execPath, words(['-w', file]), { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (d) => (stderr += d));
    for (let i = 0; i < 300 && !(statSync(file, { throwIfNoEntry: false })?.size ?? 0); i++) await setTimeout(100);
    await setTimeout(1000);
    // Twice, as `timeout -s INT` does it: to the process and to its group.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [status, signal] = await once(child, 'close');
    assert.deepEqual([status, signal], [0, null], stderr);
    assert.match(stderr, /events in [\d.]+ s/);
    check(file);
  });

  it('stops with a line when the disk is full, and keeps what was written', { skip: process.getuid?.() !== 0 }, (t) => {
    const disk = mkdtempSync(join(tmpdir(), 'burin-full-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]).status !== 0) {
      t.skip('cannot mount a small disk');
      return;
    }
    try {
      const file = join(disk, 'full.scap');
      const { status, stderr } = run(['-w', file, '-M', '20']);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^burin: cannot write capture .*full\.scap: .*the \d+ bytes written before are kept/m);
      assert.ok(statSync(file).size > 500_000);
      const read = run(['-r', file, '-p', '%evt.num']);
      assert.ok(read.stdout.split('\n').length > 10);
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });

  it('ends quietly when its reader goes away', () => {
    const line = `${process.execPath} ${words([]).join(' ')} -M 20 | head -3`;
    const begun = performance.now();
    const { stdout, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(stdout.split('\n').length - 1, 3);
    assert.doesNotMatch(stderr, /EPIPE|Error/);
    assert.ok(performance.now() - begun < 19_000, 'went on without a reader');
  });
});
