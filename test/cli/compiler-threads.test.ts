/** Which threads give way to a walk, and that none does beside other work. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MODULE = fileURLToPath(new URL('../../src/compiler-threads.ts', import.meta.url));

/** Prints how nice each thread is afterwards, in the order in which they were started. */
const PROGRAM = `
  const { readdirSync, readFileSync } = await import('node:fs');
  const { leaveProcessorsToWalk } = await import(${JSON.stringify(MODULE)});
  leaveProcessorsToWalk();
  const threads = readdirSync('/proc/self/task').sort((a, b) => a - b);
  const nice = (tid) => Number(readFileSync('/proc/self/task/' + tid + '/stat', 'latin1').split(') ')[1].split(' ')[16]);
  console.log(JSON.stringify(threads.map(nice)));`;

async function niceness(): Promise<number[]> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM]);
  return JSON.parse(stdout) as number[];
}

const skip = process.platform === 'linux' ? false : 'threads are made nice on Linux alone';

test('only compiler threads give way, all but the first', { skip }, async () => {
  const [main, ...others] = await niceness();
  const usual = main!;
  assert.equal(others[0], usual, 'timers');
  assert.equal(others[1], usual, 'the first compiler thread');
  const [second, third, fourth] = others.slice(2, 5);
  assert.ok(second === usual || second === Math.min(usual + 10, 19), `${second} is neither usual nor nice`);
  assert.deepEqual([third, fourth], [second, second]);
  assert.deepEqual(
    others.slice(5).filter((nice) => nice !== usual),
    [],
  );
});

test('none gives way while others work', { skip }, async () => {
  const other = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    assert.deepEqual(new Set(await niceness()).size, 1);
  } finally {
    other.kill('SIGKILL');
  }
});
