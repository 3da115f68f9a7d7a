/** `--profile` names callbacks and lines, and writes what speedscope reads. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../../src/package-root.js';
import { chiselFolder, writeChisel } from '../support/chisel-run.js';

const root = packageRoot();
const SLOW = `args = {}
function on_event()
  local sum = 0
  for i = 1, 30000 do
    sum = sum + i % 7 * i
  end
  total = (total or 0) + sum
  return true
end
function on_capture_end() end
`;

function run(...words: string[]): { stderr: string } {
  const result = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/bin/burin.ts', '--allow-untrusted', '-r', 'examples/demo.scap', ...words],
    { cwd: root, encoding: 'utf8' },
  );
  assert.equal(result.status, 0, result.stderr);
  return result;
}

interface Speedscope {
  shared: { frames: { name: string; file?: string; line?: number }[] };
  profiles: { samples: number[][]; weights: number[]; endValue: number }[];
}

describe('--profile', () => {
  const file = writeChisel(SLOW, path.join(chiselFolder(), 'slow.lua'));

  it('tells callbacks and the hottest line, and writes a profile', () => {
    const to = path.join(chiselFolder(), 'profile.json');
    const { stderr } = run(`--profile=${to}`, '-n', '3000', '-c', file);
    assert.match(stderr, /slow\.lua \(compiled\)/);
    assert.match(stderr, /^ +3000 +[\d.]+ +[\d.]+ +[\d.]+ {2}on_event$/m);
    assert.match(stderr, /^ +1 .* {2}on_capture_end$/m);
    const hottest = /^ +([\d.]+) % {2}(\S+\.lua):(\d+): (.*)$/m.exec(stderr)!;
    assert.equal(hottest[2], file);
    assert.ok(hottest[3] === '4' || hottest[3] === '5', stderr);
    const { shared, profiles } = JSON.parse(readFileSync(to, 'utf8')) as Speedscope;
    const [profile] = profiles;
    assert.equal(profile!.samples.length, profile!.weights.length);
    assert.ok(profile!.samples.every((stack) => stack.every((frame) => frame < shared.frames.length)));
    const mine = shared.frames.findIndex((frame) => frame.file === file && frame.line === 2);
    assert.ok(mine >= 0);
    const time = profile!.weights.filter((_, index) => profile!.samples[index]!.includes(mine));
    assert.ok(time.reduce((a, b) => a + b, 0) > profile!.endValue / 20);
  });

  it('tells the callbacks of interpreted Lua', () => {
    const { stderr } = run('--profile', '--lua=interpreter', '-n', '50', '-c', file);
    assert.match(stderr, /\(interpreter\)/);
    assert.match(stderr, /^ +50 .* {2}on_event$/m);
  });
});
