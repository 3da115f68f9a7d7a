/** The thread that writes to terminals: nothing lost, nothing out of order, and who goes on where it cannot. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sleepMs } from '../../../src/clock.js';
import { OutputThread } from '../../../src/sinsp/format/output-thread.js';
import { Random } from '../../support/random.js';

const folder = mkdtempSync(join(tmpdir(), 'burin-output-'));
after(() => rmSync(folder, { recursive: true }));

function running(fd: number): OutputThread {
  const thread = new OutputThread(fd);
  while (!thread.isRunning) sleepMs(1);
  return thread;
}

/** Pieces of all sizes, some larger than the ring. */
function pieces(count: number): Buffer[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => {
    const bytes = Buffer.alloc(1 + Math.floor(2 ** (random.next() * 19)));
    for (let i = 0; i < bytes.length; i++) bytes[i] = random.int(256);
    return bytes;
  });
}

describe('the output thread', () => {
  it('writes all bytes in order', () => {
    const path = join(folder, 'all');
    const fd = openSync(path, 'w');
    const thread = running(fd);
    const given = pieces(200);
    for (const bytes of given) assert.equal(thread.write(bytes), bytes.length);
    thread.drain();
    assert.ok(readFileSync(path).equals(Buffer.concat(given)));
    closeSync(fd);
  });

  it('stops where it cannot write, and leaves what it has not written', () => {
    const path = join(folder, 'nothing');
    writeFileSync(path, '');
    const fd = openSync(path, 'r');
    const thread = running(fd);
    const given = Buffer.concat(pieces(60));
    const taken = thread.write(given);
    thread.drain();
    assert.equal(thread.isRunning, false);
    assert.equal(thread.hasStopped, true);
    assert.ok(Buffer.concat(thread.left()).equals(given.subarray(0, taken)));
    assert.equal(thread.write(given.subarray(taken)), 0, 'the ring is full, and nobody empties it');
    closeSync(fd);
  });
});

const skip =
  process.platform !== 'linux'
    ? "makes its terminal with Linux's script"
    : availableParallelism() < 2 && 'one processor has nothing to gain from the thread';

/** Writes to a terminal until the thread has taken over, and some more. */
const WRITER = `
  const { standardOutput } = await import(${JSON.stringify(fileURLToPath(new URL('../../../src/sinsp/format/output.ts', import.meta.url)))});
  const output = standardOutput();
  let n = 0;
  const lines = (count) => {
    for (let i = 0; i < count; i++) {
      output.writer.text('line ' + n++ + ' ' + 'x'.repeat(n % 100) + '\\n');
      output.lineDone();
    }
  };
  if (!output.isTerminal) throw new Error('no terminal');
  while (!output['thread']?.isRunning) lines(1000);
  lines(30000);
  output.flush();
  process.stderr.write('between\\n');
  lines(30000);`;

it('a terminal gets every line once, before what comes after a flush', { skip }, async () => {
  const file = join(folder, 'writer.mts');
  writeFileSync(file, WRITER);
  const shown = await new Promise<string>((resolve, reject) => {
    const command = `'${process.execPath}' --import tsx '${file}'`;
    execFile('script', ['-qec', command, '/dev/null'], { maxBuffer: 2 ** 30 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
  const lines = shown.split('\r\n');
  assert.equal(lines.pop(), '');
  const between = lines.indexOf('between');
  assert.equal(between, lines.length - 30001);
  lines.splice(between, 1);
  assert.deepEqual(
    lines.findIndex((line, n) => line !== `line ${n} ${'x'.repeat((n + 1) % 100)}`),
    -1,
  );
});
