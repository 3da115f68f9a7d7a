/**
 * Runs the Lua tests of this folder in burin's own Lua, both tiers, and in luajit, one process each: the Lua that
 * sysdig links, so a module that works in all works for chisels in both programs.
 */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLuaState } from '../../../../src/lua/index.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const packagePath = `${root}lua/?.lua;${root}chisels/?.lua;${here}?.lua`;
const present = spawnSync('luajit', ['-v']).status === 0;

/** The lines "ok NAME" and "not ok NAME: ..." that a Lua test prints. */
function run(file: string): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'burin-modules-'));
  try {
    const setup = `HERE=${JSON.stringify(here)} SCRATCH=${JSON.stringify(scratch)} package.path="${packagePath}"`;
    const child = spawnSync('luajit', ['-e', setup, join(here, file)], { encoding: 'latin1', timeout: 60_000 });
    assert.strictEqual(child.status, 0, `${file} stopped: ${child.stderr}`);
    return child.stdout.split('\n').filter(Boolean);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const tests = readdirSync(here).filter((name) => name.endsWith('_test.lua'));

function assertAllOk(lines: readonly string[]): void {
  assert.ok(lines.length > 0, 'it checked nothing');
  assert.deepStrictEqual(
    lines.filter((line) => !line.startsWith('ok ')),
    [],
  );
}

describe('Lua modules in luajit', { skip: present ? false : 'luajit is not installed' }, () => {
  for (const file of tests) it(file, () => assertAllOk(run(file)));
});

/** host.lua stands on luajit's ffi: tests that load it run only there. */
const needsFfi = (file: string): boolean => readFileSync(join(here, file), 'latin1').includes('host.lua');

for (const tier of ['compiled', 'interpreter'] as const) {
  describe(`Lua modules in the ${tier} tier`, () => {
    for (const file of tests.filter((name) => !needsFfi(name))) {
      it(file, () => {
        let output = '';
        const state = createLuaState({
          tier,
          packagePath,
          stdout: (text) => {
            output += text;
          },
        });
        state.globals.set('HERE', here);
        state.call(state.load(readFileSync(join(here, file), 'latin1'), `@${file}`));
        state.close();
        assertAllOk(output.split('\n').filter(Boolean));
      });
    }
  });
}
