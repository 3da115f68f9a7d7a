/** The addons that packages carry: one for each processor and C library, which must load on systems older than the builder. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { libc } from '../../src/capture/addon.js';

const probe = fileURLToPath(new URL('../../probe/', import.meta.url));
const systems = ['x64', 'arm64'].flatMap((arch) => ['glibc', 'musl'].map((name) => ({ arch, libc: name })));
const fileOf = (s: { arch: string; libc: string }) => `${probe}prebuilt/linux-${s.arch}-${s.libc}/burin.node`;
const MACHINE: Record<string, number> = { x64: 62, arm64: 183 };
/** What Node 20 itself asks for. */
const OLDEST_GLIBC = [2, 28] as const;

function whyNot(): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  if (spawnSync('readelf', ['--version']).status !== 0) return 'needs readelf';
  if (systems.every((s) => existsSync(fileOf(s)))) return false;
  const missing = spawnSync('sh', [`${probe}build.sh`, '--prebuilt-missing'], { encoding: 'utf8' });
  return missing.stdout.trim().split('\n').join('; ') || missing.stderr.trim() || false;
}

/** Names and versions of the dynamic symbols, `UND` in front for those that the file asks for. */
function symbolsOf(file: string): { name: string; version: string | undefined; undefined: boolean; weak: boolean }[] {
  const out = spawnSync('readelf', ['-W', '--dyn-syms', file], { encoding: 'utf8' }).stdout;
  return [...out.matchAll(/^ *\d+: \S+ +\S+ \S+ +(GLOBAL|WEAK) +\S+ +(\S+) ([^@\s]+)(?:@+(\S+))?/gm)].map((m) => ({
    name: m[3]!,
    version: m[4],
    undefined: m[2] === 'UND',
    weak: m[1] === 'WEAK',
  }));
}

const skip = whyNot();

describe('prebuilt addons', { skip }, () => {
  if (skip === false && !systems.every((s) => existsSync(fileOf(s))))
    it('are built', () => {
      const run = spawnSync('sh', [`${probe}build.sh`, '--prebuilt'], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
    });

  for (const system of systems)
    it(`linux-${system.arch}-${system.libc} asks for what its system has, and shows no more than its entry`, () => {
      const file = fileOf(system);
      assert.equal(readFileSync(file).readUInt16LE(18), MACHINE[system.arch]);
      const symbols = symbolsOf(file);
      assert.deepEqual(
        symbols.filter((s) => !s.undefined).map((s) => s.name),
        ['napi_register_module_v1', 'node_api_module_get_api_version_v1'],
      );
      const wanted = symbols.filter((s) => s.undefined && !s.name.startsWith('napi_'));
      assert.ok(wanted.some((s) => s.name === 'syscall'));
      assert.deepEqual(
        wanted.filter((s) => s.name.startsWith('_Z')).map((s) => s.name),
        [],
      );
      const dynamic = spawnSync('readelf', ['-W', '-d', file], { encoding: 'utf8' }).stdout;
      const needed = [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((m) => m[1]);
      if (system.libc === 'glibc') {
        assert.deepEqual(needed, ['libc.so.6']);
        for (const { name, version } of wanted) {
          const v = /^GLIBC_(\d+)\.(\d+)/.exec(version ?? '');
          assert.ok(!v || Number(v[1]) * 1000 + Number(v[2]) <= OLDEST_GLIBC[0] * 1000 + OLDEST_GLIBC[1], name);
        }
        return;
      }
      assert.deepEqual(needed, []);
      assert.deepEqual(
        wanted.filter((s) => s.version !== undefined || s.weak).map((s) => s.name),
        [],
      );
      // The functions of musl are the same on both processors.
      const library = ['x86_64', 'aarch64'].map((m) => `/lib/${m}-linux-musl/libc.so`).find((p) => existsSync(p));
      if (library === undefined) return;
      const has = new Set(symbolsOf(library).flatMap((s) => (s.undefined ? [] : [s.name])));
      assert.deepEqual(
        wanted.filter((s) => !has.has(s.name)).map((s) => s.name),
        [],
      );
    });

  it('that of this system loads', () => {
    const load = 'console.log(Object.keys(require(process.argv[1])).join())';
    const run = spawnSync(process.execPath, ['-e', load, fileOf({ arch: process.arch, libc: libc() })], {
      encoding: 'utf8',
    });
    assert.equal(run.stdout, 'Probe,system\n', run.stderr);
  });
});
