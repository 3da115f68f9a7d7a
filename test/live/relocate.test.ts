/**
 * Relocation in user space, which kernels before 5.17 need, on a kernel that can do it itself: both must make the same
 * instructions of the probe, and of programs with every kind of relocation; and live capture must tell what strace tells.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cannotCapture } from './privileged.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const works = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
/** The first of these that runs; Debian has some of them under the name of a version, or not on the path of everybody. */
const first = (...programs: string[]) => programs.find((p) => works(p, '--version')) ?? programs[0]!;

interface Comparison {
  programs: { name: string; instructions: number; different: number }[];
  total: number;
  absent: number;
}

describe('relocation in user space', { skip: cannotCapture('gcc') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'burin-relocate-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Has the programs of a skeleton.h in a folder relocated both ways. */
  function compare(skeleton: string, ...flags: string[]): Comparison {
    const program = join(folder, 'compare');
    const sources = [path('relocate.c'), path('../../probe/addon/relocate.c')];
    execFileSync('gcc', ['-w', '-D_GNU_SOURCE', ...flags, '-I', skeleton, '-o', program, ...sources]);
    const run = spawnSync(program, { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr.slice(-4000));
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((l) => l.split(' '));
    const counts = lines.pop()!;
    return {
      programs: lines.map(([name, all, different]) => ({
        name: name!,
        instructions: Number(all),
        different: Number(different),
      })),
      total: Number(counts[1]),
      absent: Number(counts[2]),
    };
  }
  const alike = (result: Comparison) => {
    for (const p of result.programs) assert.equal(p.different, 0, `instructions of ${p.name}`);
  };

  const probe = path(`../../probe/build/${process.arch}`);
  it('makes the probe what the kernel makes it', {
    skip: !existsSync(join(probe, 'skeleton.h')) && 'needs what probe/build.sh makes',
  }, () => {
    const result = compare(probe, '-DPROBE');
    alike(result);
    assert.ok(result.programs.length >= 13);
    assert.ok(result.total > 300, `${result.total} relocations`);
    // Shapes of structures that other kernels have.
    assert.ok(result.absent < result.total / 5, `${result.absent} of ${result.total} are absent`);
  });

  const bpftool = first('bpftool', '/usr/sbin/bpftool');
  it('needs no kind of type that Linux 5.15 does not know', {
    skip: !(existsSync(join(probe, 'burin.bpf.o')) && works(bpftool, '--version')) && 'needs bpftool and a built probe',
  }, () => {
    const text = execFileSync(bpftool, ['-j', 'btf', 'dump', 'file', join(probe, 'burin.bpf.o')], {
      maxBuffer: 1 << 28,
    });
    const { types } = JSON.parse(text.toString()) as { types: { kind: string; encoding?: string }[] };
    assert.ok(types.length > 100);
    for (const t of types) {
      assert.ok(!['DECL_TAG', 'TYPE_TAG', 'ENUM64', 'UNKNOWN'].includes(t.kind), t.kind);
      if (t.kind === 'ENUM') assert.notEqual(t.encoding, 'SIGNED');
    }
  });

  const clang = first('clang-14', 'clang');
  it('knows every kind of relocation', {
    skip: !(works(clang, '--version') && works(bpftool, '--version')) && 'needs clang and bpftool',
  }, () => {
    const object = join(folder, 'relocations.o');
    const skeleton = join(folder, 'skeleton');
    const asm = `/usr/include/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`;
    const flags = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-I', asm];
    execFileSync(clang, [...flags, '-c', path('relocations.bpf.c'), '-o', object]);
    mkdirSync(skeleton);
    const text = execFileSync(bpftool, ['gen', 'skeleton', '-L', object, 'name', 'skeleton'], { maxBuffer: 1 << 28 });
    writeFileSync(join(skeleton, 'skeleton.h'), text);
    const result = compare(skeleton);
    alike(result);
    assert.equal(result.programs.length, 5);
    assert.ok(result.total > 80, `${result.total} relocations`);
    assert.equal(result.absent, 3);
  });

  it('captures what strace tells', { skip: cannotCapture('strace') }, () => {
    const run = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--test', '--test-reporter=tap', path('strace-agreement.test.ts')],
      { encoding: 'utf8', env: { ...process.env, BURIN_RELOCATE: '1', NODE_TEST_CONTEXT: undefined } },
    );
    assert.equal(run.status, 0, run.stdout.slice(-4000));
    assert.match(run.stdout, /^# pass [1-9]/m);
    assert.match(run.stdout, /^# fail 0$/m);
  });
});
