/** The program as a user meets it: exit statuses, closed pipes, damaged captures, errors in one line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = join(root, 'examples/demo.scap');
const BURIN = [process.execPath, '--import', 'tsx', join(root, 'src/bin/burin.ts')];
const folder = mkdtempSync(join(tmpdir(), 'burin-'));
after(() => rmSync(folder, { recursive: true }));

function burin(args: string[], input?: Buffer) {
  return spawnSync(BURIN[0]!, [...BURIN.slice(1), ...args], {
    cwd: root,
    input,
    maxBuffer: 1 << 28,
    encoding: 'latin1',
  });
}

describe('the program', () => {
  it('reads standard input and stops after -n', () => {
    const run = burin(['-r', '-', '-n', '3', '-p', '%evt.num', 'evt.type=openat'], readFileSync(DEMO));
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stdout.trim().split('\n').length, 3);
  });

  it('prints the same on a processor without SIMD', {
    skip: process.arch === 'x64' ? false : 'only on x86-64 it can be switched off',
  }, () => {
    const flags = (words: string[]) =>
      spawnSync(process.execPath, [...words, ...BURIN.slice(1), '-r', DEMO], {
        cwd: root,
        maxBuffer: 1 << 28,
        encoding: 'latin1',
      });
    const without = flags(['--no-enable-sse4-1']);
    assert.equal(without.status, 0, without.stderr);
    assert.ok(without.stdout === flags([]).stdout, 'the output is the same');
    assert.equal(without.stderr, '');
  });

  it('reads several captures one after another, numbers beginning anew', () => {
    const once = burin(['-r', DEMO, '-p', '%evt.num']).stdout;
    assert.equal(burin(['-r', DEMO, '-r', DEMO, '-p', '%evt.num']).stdout, once + once);
  });

  it('prints what stands before damage, then says where it is', () => {
    const whole = burin(['-r', DEMO]).stdout;
    const cut = join(folder, 'cut.scap');
    const bytes = readFileSync(DEMO);
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const run = burin(['-r', cut]);
    assert.equal(run.status, 1);
    assert.ok(run.stdout.length > whole.length / 4);
    assert.ok(whole.startsWith(run.stdout));
    assert.match(run.stderr, /^burin: .*cut\.scap: .+ \(at byte \d+\)\n$/);
  });

  it('ends quietly when nobody reads its output any more', () => {
    const run = spawnSync('bash', ['-c', `"$@" | head -1; echo "\${PIPESTATUS[0]}"`, 'x', ...BURIN, '-r', DEMO, '-X'], {
      cwd: root,
      encoding: 'latin1',
    });
    assert.equal(run.stderr, '');
    assert.match(run.stdout, /\n0\n$/);
  });

  it('names errors in one line, with status 1', () => {
    const cases: [string[], RegExp][] = [
      [['-r', '/nonexistent'], /^burin: cannot open capture \/nonexistent: no such file\n$/],
      [['-r', DEMO, '-p', '%nosuch'], /^burin: invalid formatting token nosuch.*\n$/],
      [['-r', DEMO, '-p', '%evt.num%'], /^burin: invalid formatting syntax: formatting cannot end with a %\n$/],
      [['-r', DEMO, '-p', ''], /^burin: empty formatting token\n$/],
      [['-r', DEMO, '-p', '%fd.ip'], /^burin: fd\.ip is filter only and cannot be used as a display field\n$/],
      [['--nosuch'], /^burin: there is no option --nosuch; burin --help lists them\n$/],
    ];
    for (const [args, message] of cases) {
      const run = burin(args);
      assert.equal(run.status, 1, args.join(' '));
      assert.match(run.stderr, message);
      assert.equal(run.stdout, '');
    }
  });

  it('lists fields and events, and explains itself', () => {
    assert.match(burin(['-l']).stdout, /^evt\.num {23}\S/m);
    assert.match(burin(['-lv']).stdout, /^evt\.num {23}\(Type: UINT64\) /m);
    assert.match(burin(['--list-markdown']).stdout, /^`evt\.num` \| UINT64 \| /m);
    assert.match(burin(['-L']).stdout, /^> openat\(FD dirfd, FSRELPATH name, FLAGS32 flags, /m);
    const help = burin(['--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /Writing captures:/);
    assert.match(burin(['--version']).stdout, /^burin version \d+\.\d+\.\d+\n$/);
    assert.match(burin(['-pp']).stdout, /^\*%evt\.num %evt\.outputtime /);
  });

  it('writes a capture that reads back the same', () => {
    const copy = join(folder, 'copy.scap');
    const part = join(folder, 'part.scap');
    assert.equal(burin(['-r', DEMO, '-z', '-w', copy]).status, 0);
    assert.equal(burin(['-r', copy]).stdout, burin(['-r', DEMO]).stdout);
    assert.equal(burin(['-r', DEMO, '-w', part, 'evt.type=openat']).status, 0);
    const names = burin(['-r', part, '-p', '%evt.type']).stdout.trim().split('\n');
    assert.ok(names.length > 10 && names.every((name) => name === 'openat'));
  });

  it('writes no newer events when it is to know old ones alone', () => {
    // Without a filter blocks would be copied as they are; with one, each event is looked at.
    const written = (filter: string[]) => {
      const file = join(folder, 'old.scap');
      assert.equal(burin(['--only-old-events', '-r', DEMO, '-w', file, ...filter]).status, 0);
      return burin(['-r', file, '-p', '%evt.type']).stdout;
    };
    const all = written([]);
    assert.notEqual(all, burin(['-r', DEMO, '-p', '%evt.type']).stdout);
    assert.equal(all, written(['evt.num>0']));
  });
});
