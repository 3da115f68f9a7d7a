/** The launcher: a code cache is for one version of Node on one kind of system, and never needed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../scripts/launcher.cjs', import.meta.url));
const SYSTEM = `${process.version}-${process.platform}-${process.arch}`;

describe('launcher', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'burin-launcher-'));
    copyFileSync(LAUNCHER, join(folder, 'burin.js'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(
      join(folder, 'program.cjs'),
      '(function(exports,require,module,__filename,__dirname){console.log("ran",...process.argv.slice(2))})',
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const done = spawnSync(process.execPath, [join(folder, 'burin.js'), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    assert.equal(done.stderr, '');
    assert.equal(done.stdout, ['ran', ...args, ''].join(' ').trimEnd().concat('\n'));
    assert.equal(done.status, 0);
  };
  const caches = () => readdirSync(folder).filter((name) => !/^(burin\.js|package\.json|program\.cjs)$/.test(name));

  it('runs without a cache and makes none unasked', () => {
    run(['x']);
    assert.deepEqual(caches(), []);
  });

  it('names a cache by the version, the system and the processor, one for reading and one for chisels', () => {
    run([], { BURIN_CODE_CACHE: 'write' });
    run(['-r', 'f', '-pc', '-c', 'name'], { BURIN_CODE_CACHE: 'write' });
    assert.deepEqual(caches().sort(), [`chisel-${SYSTEM}.cache`, `program-${SYSTEM}.cache`]);
    run(['-r', 'f']);
    run(['-cl']);
  });

  it('runs beside a cache that is none', () => {
    writeFileSync(join(folder, `program-${SYSTEM}.cache`), 'not a cache');
    run(['x']);
  });
});
