/**
 * Runs end. Node 20 waits for V8's compiler threads before it does, and one of them may wait for the main thread: without
 * what src/garbage.ts does about that, ten of 300 of these runs hung.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mayWantCollection } from '../../src/garbage.js';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CAPTURE = fromHere('../../../shared/captures/sfc-nginx.scap');
const PROGRAM = fromHere('../../dist/bin/burin.js');
/** A run takes a third of a second; on a machine that does other things, some more. */
const HUNG_MS = 60_000;

/** The status of a run, null if it did not end. */
function run(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), HUNG_MS);
    child.on('exit', (status) => {
      clearTimeout(timer);
      resolve(status);
    });
  });
}

test('what buffers and WebAssembly have counts as the heap does: V8 wants a collection for it, too', () => {
  // A run of a tenth of a second with the stepper: five of 40 such hung.
  assert.equal(mayWantCollection({ heapTotal: 11_247_616, external: 14_237_761 }), true);
  // One without it; these have to end at once.
  assert.equal(mayWantCollection({ heapTotal: 11_509_760, external: 3_404_736 }), false);
});

test('runs of a third of a second end', async (t) => {
  if (!existsSync(CAPTURE)) return t.skip('the capture that hung is not there');
  if (!existsSync(PROGRAM)) return t.skip('not built');
  for (let pair = 0; pair < 30; pair++) {
    assert.deepEqual(await Promise.all([run(['-r', CAPTURE, '-td']), run(['-r', CAPTURE, '-td'])]), [0, 0], `${pair}`);
  }
});
