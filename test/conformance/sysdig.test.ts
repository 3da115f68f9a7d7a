/**
 * Output beside sysdig 0.29.3's, byte for byte: on the example capture against what record.sh recorded, and, where they
 * are present, on captures of other projects against sysdig itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const ENV = { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' };

interface Case {
  name: string;
  words: string[];
}
const CASES: Case[] = readFileSync(join(here, 'cases.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [name, ...words] = line.split('\t') as [string, ...string[]];
    return { name, words };
  });

function burin(capture: string, words: readonly string[]): Buffer {
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(root, 'src/bin/burin.ts'), '--only-old-events', '-r', capture, ...words],
    { cwd: root, env: ENV, maxBuffer: 1 << 30 },
  );
  assert.equal(run.status, 0, run.stderr.toString());
  return run.stdout;
}

/** Fails with the first line that differs. */
function same(got: Buffer, want: Buffer): void {
  if (got.equals(want)) return;
  const gotLines = got.toString('latin1').split('\n');
  const wantLines = want.toString('latin1').split('\n');
  const at = gotLines.findIndex((line, i) => line !== wantLines[i]);
  const line = at < 0 ? gotLines.length : at;
  assert.equal(gotLines[line], wantLines[line], `line ${line + 1}`);
  assert.fail(`${gotLines.length} lines instead of ${wantLines.length}`);
}

describe('sysdig 0.29.3 on the example capture', () => {
  const golden = join(here, 'golden');
  for (const { name, words } of CASES) {
    it(`${name}: ${words.join(' ') || 'no options'}`, () => {
      const got = burin(join(root, 'examples/demo.scap'), words);
      const whole = join(golden, `${name}.gz`);
      if (existsSync(whole)) {
        same(got, gunzipSync(readFileSync(whole)));
        return;
      }
      const head = gunzipSync(readFileSync(join(golden, `${name}.head.gz`)));
      same(got.subarray(0, head.length), head);
      const [size, hash] = readFileSync(join(golden, `${name}.sha256`), 'utf8')
        .trim()
        .split(' ');
      assert.equal(got.length, Number(size), 'length of the output');
      assert.equal(
        createHash('sha256').update(got).digest('hex'),
        hash,
        'hash of the output; record.sh with sysdig shows the lines',
      );
    });
  }
});

const shared = join(root, '../shared/captures');
const haveSysdig = spawnSync('sysdig', ['--version'], { encoding: 'utf8' }).stdout?.includes('0.29.3') ?? false;
const skip = !existsSync(shared)
  ? 'there is no folder ../shared/captures'
  : !haveSysdig
    ? 'sysdig 0.29.3 is not installed'
    : false;

describe('sysdig 0.29.3 on captures of others', { skip }, () => {
  const captures = skip ? [] : readdirSync(shared).filter((name) => name.endsWith('.scap'));
  for (const capture of captures) {
    it(capture, () => {
      const path = join(shared, capture);
      const theirs = spawnSync('sysdig', ['-r', path], { env: ENV, maxBuffer: 1 << 30 });
      // One of them has pcapng options that sysdig cannot read.
      if (theirs.status !== 0) return;
      same(burin(path, []), theirs.stdout);
    });
  }
});
