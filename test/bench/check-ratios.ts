/**
 * Fails when burin has become slower beside sysdig: a ratio more than 25 % above the one that was recorded last.
 *
 *   npm run bench:check
 *
 * A ratio holds for one kind of machine: on another one printing was twice as dear beside sysdig's. So the burin whose
 * ratios stand in history.jsonl, that is the commit that wrote them, is built and run in turn with this one: how they
 * compare is how their ratios do, on every machine. Noise must not fail it: of each case the best pair counts, and pairs
 * are added until one is good or there were nine.
 * Where git does not have that commit there is nothing to compare with, and it says so.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBenchCapture } from './build-capture.js';
import { CHECKED } from './cases.js';
import { BURIN, measure } from './pairs.js';

const ALLOWED = 1.25;
const MOST_PAIRS = 9;

const root = fileURLToPath(new URL('../..', import.meta.url));
const shell = (script: string, ...args: string[]) =>
  spawnSync('sh', ['-c', script, 'sh', ...args], { cwd: root, encoding: 'utf8' });

/** Builds the burin of a commit in a folder. Throws an Error with what went wrong. */
function buildCommit(commit: string, folder: string): string[] {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const built = shell(
    'git -c tar.umask=0022 archive "$1" | tar -x -C "$2" && cd "$2" && node_modules/.bin/tsx scripts/build.ts',
    commit,
    folder,
  );
  if (built.status !== 0) throw new Error(`burin of ${commit} cannot be built: ${built.stderr.trim()}`);
  return [process.execPath, join(folder, 'dist/bin/burin.js')];
}

const commit = shell('git log -1 --format=%h -- test/bench/history.jsonl').stdout.trim();
if (commit === '') {
  console.log('speed is not checked: git does not know which commit wrote test/bench/history.jsonl');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'burin-before-'));
  try {
    const before = buildCommit(commit, folder);
    for (const one of CHECKED) {
      const { path } = buildBenchCapture({ events: one.events, demoOnly: true });
      const seconds = (burin: readonly string[]) => measure([...burin, '-r', path, ...one.args], one.terminal).seconds;
      let best = Number.POSITIVE_INFINITY;
      let pairs = 0;
      while (pairs < MOST_PAIRS && best > ALLOWED) {
        const then = seconds(before);
        best = Math.min(best, seconds(BURIN) / then);
        pairs++;
      }
      const good = best <= ALLOWED;
      console.log(
        `${good ? 'ok    ' : 'SLOWER'} ${one.name}: ${best.toFixed(2)} of ${commit}'s time, best of ${pairs}`,
      );
      if (!good) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
