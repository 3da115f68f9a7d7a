/** What the kernel tells of a program's file at exec: of an overlay's upper or lower layer, from memory, writable. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventsOf, numberOf } from './blocks.js';
import { cannotCapture } from './privileged.js';
import { record } from './record.js';

const WRITABLE = 1;
const UPPER = 2;
const MEMFD = 4;
const LOWER = 8;

/** The flags of the last exec that worked. */
async function flagsOf(command: string, args: string[]): Promise<number> {
  const { bytes } = await record(command, args);
  const execs = eventsOf(bytes).filter(
    (e) => /^execve/.test(e.name) && e.exit && numberOf(e.params.get('res')!) === 0n,
  );
  return Number(numberOf(execs.at(-1)!.params.get('flags')!));
}

describe('exec tells of the file', { skip: cannotCapture('python3') }, () => {
  it('of which layer of an overlay it is', async (t) => {
    const base = mkdtempSync(join(tmpdir(), 'burin-overlay-'));
    const disk = (name: string) => join(base, name);
    try {
      if (spawnSync('mount', ['-t', 'tmpfs', 'none', base]).status !== 0) return t.skip('cannot mount');
      for (const name of ['lower', 'upper', 'work', 'all']) mkdirSync(disk(name));
      copyFileSync('/bin/true', disk('lower/below'));
      const layers = `lowerdir=${disk('lower')},upperdir=${disk('upper')},workdir=${disk('work')}`;
      const made = spawnSync('mount', ['-t', 'overlay', 'none', '-o', layers, disk('all')]);
      if (made.status !== 0) return t.skip(`no overlay here: ${made.stderr}`);
      copyFileSync('/bin/true', disk('all/above'));
      assert.equal((await flagsOf(disk('all/above'), [])) & (UPPER | LOWER), UPPER);
      assert.equal((await flagsOf(disk('all/below'), [])) & (UPPER | LOWER), LOWER);
    } finally {
      spawnSync('umount', [disk('all')]);
      spawnSync('umount', [base]);
      rmSync(base, { recursive: true, force: true });
    }
  });

  it('whether it is from memory alone, and writable', async () => {
    const program = `
import os
fd = os.memfd_create('image'); os.write(fd, open('/bin/true', 'rb').read())
os.execve(fd, ['true'], {})`;
    const flags = await flagsOf('python3', ['-c', program]);
    assert.equal(flags & (MEMFD | UPPER | LOWER), MEMFD);
    assert.equal(flags & WRITABLE, WRITABLE);
    assert.equal((await flagsOf('/bin/true', [])) & (MEMFD | UPPER | LOWER), 0);
  });
});
