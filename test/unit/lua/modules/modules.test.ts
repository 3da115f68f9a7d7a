/**
 * Runs the Lua tests of this folder, one process each, in luajit: the Lua that sysdig links, so a module that works
 * here works for chisels in both programs.
 */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const lua = fileURLToPath(new URL('../../../../lua/', import.meta.url));
const present = spawnSync('luajit', ['-v']).status === 0;

/** The lines "ok NAME" and "not ok NAME: ..." that a Lua test prints. */
function run(file: string): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'burin-modules-'));
  try {
    const setup = `HERE=${JSON.stringify(here)} SCRATCH=${JSON.stringify(scratch)} package.path="${lua}?.lua;${here}?.lua"`;
    const child = spawnSync('luajit', ['-e', setup, join(here, file)], { encoding: 'latin1', timeout: 60_000 });
    assert.strictEqual(child.status, 0, `${file} stopped: ${child.stderr}`);
    return child.stdout.split('\n').filter(Boolean);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

describe('Lua modules', { skip: present ? false : 'luajit is not installed' }, () => {
  for (const file of readdirSync(here).filter((name) => name.endsWith('_test.lua'))) {
    it(file, () => {
      const lines = run(file);
      assert.ok(lines.length > 0, 'it checked nothing');
      assert.deepStrictEqual(
        lines.filter((line) => !line.startsWith('ok ')),
        [],
      );
    });
  }
});
