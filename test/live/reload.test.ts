/** A chisel that runs live is saved, and its new output comes soon. Figures: test/bench/reload.ts. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from '../bench/pairs.js';
import { measureReloads, type Save } from '../bench/reload.js';
import { cannotCapture } from './privileged.js';

describe('saving a chisel that runs live', { skip: cannotCapture() }, () => {
  for (const save of ['in place', 'moved over'] satisfies Save[]) {
    it(save, async (t) => {
      const { latencies, reloads } = await measureReloads(5, save);
      t.diagnostic(`new output after ${median(latencies).toFixed(0)} ms in the median`);
      assert.equal(reloads.length, 5, 'one reload for each time it was saved');
      // A busy machine is slower than a quiet one, where it is well below 100 ms.
      assert.ok(median(latencies) < 1000, `${median(latencies)} ms`);
    });
  }
});

const program = fileURLToPath(new URL('../../src/bin/burin.ts', import.meta.url));

/** Hands over to a bundled chisel, as most chisels of people do. */
const ownChisel = (title: string): string => `
description, short_description, category, args = "own", "own", "I/O", {}
function on_init()
  return chisel.exec("table_generator", "proc.name", "Process", "evt.count", "${title}", "evt.dir=>", "10", "none")
end
`;

it('on a terminal a chisel of the user is watched by itself; keys write a snapshot, and its name is told at the end', {
  skip: cannotCapture(),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burin-terminal-'));
  writeFileSync(join(folder, 'own.lua'), ownChisel('Calls'));
  // script(1) gives it a terminal.
  const command = `stty cols 200 rows 24; node ${program} --allow-untrusted -c ./own.lua`;
  const child = spawn('script', ['-qfec', `cd ${folder}; ${command}`, '/dev/null'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: `--import ${import.meta.resolve('tsx')}`, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    screen += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const shows = async (pattern: RegExp): Promise<void> => {
    const limit = performance.now() + 60_000;
    while (!pattern.test(screen)) {
      if (performance.now() > limit || child.exitCode !== null)
        assert.fail(`${pattern} is not in: ${screen.slice(-2000)}`);
      await pause(20);
    }
  };
  try {
    await shows(/Calls/);
    writeFileSync(join(folder, 'own.lua'), ownChisel('Events'));
    await shows(/reloaded own in/);
    await shows(/Events/);
    child.stdin.write('w');
    await shows(/writing the past and the next \d+ s to/);
    child.stdin.write('q');
    assert.equal(await ended, 0);
    assert.match(screen, /burin: wrote \d+ events to burin-\S+\.scap/);
    assert.equal(readdirSync(folder).filter((name) => name.endsWith('.scap')).length, 1);
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
