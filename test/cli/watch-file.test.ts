/** `-r FILE --watch`: the file is read again on each save, errors are shown and waited out, Ctrl-C ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../src/package-root.js';
import { chiselFolder, writeChisel } from '../support/chisel-run.js';

const root = packageRoot();

/** Starts it on the example with a chisel; `until` waits for something in what it has printed and told. */
function start(file: string) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/bin/burin.ts', '--allow-untrusted', '-r', 'examples/demo.scap', '--watch', '-c', file],
    { cwd: root },
  );
  const said = { out: '', told: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.told += data));
  const until = async (what: () => boolean, name: string) => {
    for (let i = 0; i < 3000 && !what(); i++) await pause(10);
    assert.ok(what(), `${name}: ${said.out}${said.told}`);
  };
  const reads = () => said.told.split(/read examples\/demo\.scap in [\d.]+ s/).length - 1;
  return { child, said, until, reads };
}

it('reads the file again on each save', async () => {
  const file = path.join(chiselFolder(), 'again.lua');
  const save = (text: string) => writeChisel(`args = {}\nn = 0\nfunction on_event() n = n + 1 end\n${text}\n`, file);
  save('function on_capture_end() print("first", n) end');
  const { child, said, until, reads } = start(file);
  try {
    await until(() => reads() === 1, 'the first run');
    save('function on_capture_end() print("second", n) end');
    await until(() => reads() === 2, 'the second run');
    save('function on_capture_end() print("third" n) end');
    await until(() => said.told.includes('waiting for a change'), 'the error');
    save('function on_init() os.exit(3) end');
    await until(() => said.told.includes('os.exit(3)'), 'a chisel that ends itself');
    save('function on_capture_end() print("last", n) end');
    await until(() => reads() === 3, 'the last run');
    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 0);
  } finally {
    child.kill('SIGKILL');
  }
  const [first, second, last] = said.out
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.deepEqual([first![0], second![0], last![0]], ['first', 'second', 'last']);
  assert.ok(Number(first![1]) > 1000);
  assert.equal(second![1], first![1]);
  assert.equal(last![1], first![1]);
  const [, line, caret] = /^( {4}4 \| .*)\n( {6}\| +\^)$/m.exec(said.told)!;
  assert.equal(line![caret!.length - 1], 'n', 'the caret is below the token');
  assert.ok(readFileSync(file, 'latin1').includes('last'));
});

it('ends in order at Ctrl-C when a save has cut a run short before', async () => {
  const file = path.join(chiselFolder(), 'middle.lua');
  const begun = 'function on_capture_start() io.stderr:write("begun\\n") return true end';
  writeChisel(`args = {}\n${begun}\nfunction on_event() for i = 1, 1e5 do end end\n`, file);
  const { child, said, until, reads } = start(file);
  try {
    await until(() => said.told.includes('begun'), 'the slow run');
    writeChisel('args = {}\nfunction on_event() return true end\n', file);
    await until(() => reads() === 1, 'the run after the save');
    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 0);
  } finally {
    child.kill('SIGKILL');
  }
});
