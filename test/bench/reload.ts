/**
 * How long it takes from saving a chisel to the first output of the new version, in a live capture:
 *
 *   sudo node --import tsx test/bench/reload.ts [ROUNDS]
 *
 * The time runs from before the file is written until the first byte printed by the new version has arrived through a
 * pipe. The chisel is a typical one: it requires a module, has a filter and fields, and adds up by process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './pairs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const version = (n: number): string => `
description, short_description, category = "Bytes by process", "bytes", "I/O"
args = {}
require "common"
bytes = {}
local name_field, size_field, told
function on_init()
  name_field = chisel.request_field("proc.name")
  size_field = chisel.request_field("evt.buflen")
  chisel.set_filter("evt.dir=<")
  chisel.set_interval_s(1)
  return true
end
function on_event()
  if not told then told = true print("version ${n}") io.flush() end
  local name, size = evt.field(name_field), evt.field(size_field)
  if name and size and size > 0 then bytes[name] = (bytes[name] or 0) + size end
  return true
end
function on_interval() return true end
`;

export type Save = 'in place' | 'moved over';

export interface ReloadTimes {
  /** Milliseconds from saving to the new output, sorted. */
  latencies: number[];
  /** Milliseconds that burin says each reload took. */
  reloads: number[];
}

/** Saves `rounds` versions of a chisel that runs live and waits for each. Needs the rights for a live capture. */
export async function measureReloads(rounds: number, save: Save): Promise<ReloadTimes> {
  const folder = mkdtempSync(path.join(tmpdir(), 'burin-reload-'));
  const file = path.join(folder, 'bench.lua');
  writeFileSync(file, version(0));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(root, 'src/bin/burin.ts'), '--watch', '--allow-untrusted', '-c', file],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // Something always happens on the machine.
  const load = spawn('sh', ['-c', 'while :; do sleep 0.002; done'], { stdio: 'ignore' });
  let printed = '';
  let told = '';
  let wake = () => {};
  child.stdout.on('data', (data) => {
    printed += data;
    wake();
  });
  child.stderr.on('data', (data) => {
    told += data;
  });
  const arrived = async (n: number): Promise<void> => {
    const limit = performance.now() + 30_000;
    while (!printed.includes(`version ${n}\n`)) {
      if (performance.now() > limit || child.exitCode !== null) throw new Error(`version ${n} did not come: ${told}`);
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(500)]);
    }
  };
  const latencies: number[] = [];
  try {
    await arrived(0);
    for (let n = 1; n <= rounds; n++) {
      // As a person does: the watch has long settled.
      await pause(300);
      const started = performance.now();
      if (save === 'in place') writeFileSync(file, version(n));
      else {
        writeFileSync(`${file}~`, version(n));
        renameSync(`${file}~`, file);
      }
      await arrived(n);
      latencies.push(performance.now() - started);
    }
  } finally {
    load.kill();
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
  const reloads = [...told.matchAll(/reloaded \S+ in (\d+) ms/g)].map((match) => Number(match[1]));
  return { latencies: latencies.sort((a, b) => a - b), reloads: reloads.sort((a, b) => a - b) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rounds = Number(process.argv[2] ?? 20);
  for (const save of ['in place', 'moved over'] as const) {
    const { latencies, reloads } = await measureReloads(rounds, save);
    const text = (ms: number) => `${ms.toFixed(0)} ms`;
    process.stdout.write(
      `saved ${save}: new output after ${text(median(latencies))} in the median, ${text(latencies[0]!)} at best, ` +
        `${text(latencies.at(-1)!)} at worst; burin itself counts ${text(median(reloads))}; ${rounds} rounds\n`,
    );
  }
}
