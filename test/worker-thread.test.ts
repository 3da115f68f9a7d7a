/** What a thread of JavaScript must not change for the process. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { transformSync } from 'esbuild';

/** The module as JavaScript: a loader such as tsx has a thread of its own, which does what is looked for here. */
const source = readFileSync(new URL('../src/worker-thread.ts', import.meta.url), 'utf8');
const { code } = transformSync(source, { loader: 'ts' });

/** Starts a thread, waits until it has run, and prints the flags of standard output. */
const PROGRAM = `${code}
  const { readFileSync, writeSync } = await import('node:fs');
  const memory = new SharedArrayBuffer(4);
  startWorkerThread('Atomics.store(new Int32Array(workerData.memory), 0, 1);', { memory });
  while (Atomics.load(new Int32Array(memory), 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  writeSync(1, readFileSync('/proc/self/fdinfo/1', 'latin1'));`;

const skip = process.platform === 'linux' ? false : 'flags of descriptors are read from /proc';

test('a pipe on standard output stays as it was', { skip }, () => {
  // What Node makes for a child is no pipe, and may be non-blocking from the start: the shell makes this one.
  const command = '"$0" --input-type=module -e "$1" | cat';
  const info = execFileSync('sh', ['-c', command, process.execPath, PROGRAM], { encoding: 'utf8' });
  const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)![1]!, 8);
  assert.equal(flags & 0o4000, 0, 'non-blocking');
});
