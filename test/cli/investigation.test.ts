/** A live investigation over a source without a kernel: files that are saved, snapshots, replay, what stays of errors. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ChiselSetup } from '../../src/cli/chisel-setup.js';
import type { LiveSession } from '../../src/cli/live.js';
import { Reader } from '../../src/cli/read.js';
import { settingsOf } from '../../src/cli/settings.js';
import { openCapture } from '../../src/index.js';
import { chiselFolder, fileOutput, plain, settingsFor } from '../support/chisel-run.js';
import { NUMBER_LUA, type NumberedOptions, NumberedSource } from '../support/numbered-source.js';

const sysdig = spawnSync('sysdig', ['--version']).status === 0;

interface Live {
  folder: string;
  file: string;
  source: NumberedSource;
  setup: ChiselSetup;
  /** What was told on standard error so far. */
  told: () => string;
  printed: () => string;
  /** Waits until something is true, 5 s at most. */
  until: (what: () => unknown, name: string) => Promise<void>;
  end: () => Promise<void>;
  data: () => Record<string, number>;
}

/** Starts a run like `burin OPTIONS -c FILE` on numbered events. */
function start(t: TestContext, chisel: string, options: string[] = [], produce: NumberedOptions = {}): Live {
  const folder = chiselFolder();
  const file = path.join(folder, 'watched.lua');
  writeFileSync(file, `args = {} ${chisel}`);
  const source = new NumberedSource({ rate: 20_000, ...produce });
  const { output, text } = fileOutput();
  const argv = ['--allow-untrusted', ...options, '-c', file];
  const setup = ChiselSetup.empty(settingsFor(argv), output);
  const line = setup.load(argv);
  const settings = settingsOf(line);
  setup.settle(settings);
  const types: (Uint8Array | null)[] = [];
  const live = {
    source,
    narrow: (wanted: Uint8Array | null) => void types.push(wanted),
    lookUpThreads() {},
    mend() {},
    lastWords: [] as string[],
    totals: () => 'totals',
  };
  const told: string[] = [];
  const write = t.mock.method(process.stderr, 'write', (chunk: string) => {
    told.push(chunk);
    return true;
  });
  const running = new Reader(settings, output, setup, live as unknown as LiveSession).run();
  t.after(async () => {
    source.stop();
    await running;
  });
  return {
    folder,
    file,
    source,
    setup,
    told: () => told.join(''),
    printed: text,
    until: async (what, name) => {
      for (let i = 0; i < 500; i++) {
        if (what()) return;
        await pause(10);
      }
      assert.fail(`${name}; told: ${told.join('')}`);
    },
    end: async () => {
      source.stop();
      await running;
      write.mock.restore();
    },
    data: () => plain(setup.host.chisels[0]!.lua, setup.host.chisels[0]!.data) as Record<string, number>,
  };
}

const CHECKING = `${NUMBER_LUA}
  function on_event()
    local d, n = chisel.data, number()
    if d.last and n ~= d.last + 1 then d.wrong = (d.wrong or 0) + 1 end
    d.last, d.count = n, (d.count or 0) + 1
  end`;

const version = (n: number): string =>
  `args = {} ${CHECKING} function on_init() chisel.data.version = ${n} return true end`;

describe('files that are saved', () => {
  it('reloads a file written in place, moved over, in pieces, deleted and made again; no event is lost', async (t) => {
    const live = start(t, CHECKING, ['--watch']);
    await live.until(() => live.data()['count'], 'events');
    const arrived = (n: number) => live.until(() => live.data()['version'] === n, `version ${n}`);
    writeFileSync(live.file, version(1));
    await arrived(1);
    writeFileSync(`${live.file}~`, version(2));
    renameSync(`${live.file}~`, live.file);
    await arrived(2);
    const text = version(3);
    writeFileSync(live.file, text.slice(0, text.length / 2));
    writeFileSync(live.file, text.slice(text.length / 2), { flag: 'a' });
    await arrived(3);
    rmSync(live.file);
    await pause(100);
    assert.equal(live.data()['version'], 3);
    writeFileSync(live.file, version(4));
    await arrived(4);
    renameSync(live.file, `${live.file}.bak`);
    writeFileSync(live.file, version(5));
    await arrived(5);
    await live.end();
    assert.equal(live.data()['wrong'], undefined);
    assert.equal(live.data()['count'], live.source.produced);
  });

  it('tells an error once, with the line and a caret, and says when it is mended', async (t) => {
    const live = start(t, CHECKING, ['--watch']);
    await live.until(() => live.data()['count'], 'events');
    const bad = `args = {}\nfunction on_init()\n\tlocal x = = 1\nend\n`;
    writeFileSync(live.file, bad);
    await live.until(() => live.told().includes('the version before goes on'), 'the error');
    writeFileSync(live.file, bad);
    await pause(200);
    writeFileSync(live.file, version(2));
    await live.until(() => live.told().includes('reloaded'), 'the reload');
    await live.end();
    assert.equal(live.told().split('near').length, 2, live.told());
    assert.match(live.told(), /:3: unexpected symbol near '='\n {4}3 \| \tlocal x = = 1\n {6}\| \t {10}\^\n/);
    assert.equal(live.data()['wrong'], undefined);
  });

  it('follows modules: required at once, required later, required by a version that failed', async (t) => {
    const live = start(t, `package.path = arg_path ${CHECKING}`, ['--watch']);
    const { folder } = live;
    const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    await live.until(() => live.data()['count'], 'events');
    const head = `args = {} package.path = "${folder}/?.lua"`;
    const using = (name: string) => `${head} local m = require "${name}" ${CHECKING} chisel.data.version = m.version`;
    save('first.lua', 'return { version = 1 }');
    save('watched.lua', using('first'));
    await live.until(() => live.data()['version'] === 1, 'version 1');
    save('first.lua', 'return { version = 2 }');
    await live.until(() => live.data()['version'] === 2, 'version 2');
    // A module of another folder that is only read when the interval goes by.
    mkdirSync(path.join(folder, 'deep'));
    save('deep/late.lua', 'return 3');
    save(
      'watched.lua',
      `${head} ${CHECKING} function on_init() chisel.set_interval_ns(2000000) return true end
       function on_interval() chisel.data.version = require "deep.late" return true end`,
    );
    await live.until(() => live.data()['version'] === 3, 'version 3');
    await pause(300);
    save('deep/late.lua', 'return 4');
    await live.until(() => live.data()['version'] === 4, 'version 4');
    save('second.lua', 'return {');
    save('watched.lua', using('second'));
    await live.until(() => live.told().includes('second.lua:1:'), 'the error in a module');
    save('second.lua', 'return { version = 5 }');
    await live.until(() => live.data()['version'] === 5, 'version 5');
    await live.end();
    assert.equal(live.data()['wrong'], undefined);
  });

  it('follows a link to where it leads', async (t) => {
    const live = start(t, CHECKING, ['--watch']);
    const real = path.join(chiselFolder(), 'real.lua');
    await live.until(() => live.data()['count'], 'events');
    writeFileSync(real, version(1));
    rmSync(live.file);
    symlinkSync(real, live.file);
    await live.until(() => live.data()['version'] === 1, 'the link');
    await pause(300);
    writeFileSync(real, version(2));
    await live.until(() => live.data()['version'] === 2, 'the file behind the link');
    await live.end();
  });

  it('goes on after an error in on_event, until that is mended', async (t) => {
    const live = start(t, CHECKING, ['--watch']);
    await live.until(() => live.data()['count'], 'events');
    writeFileSync(live.file, 'args = {} function on_event() nothing.x = 1 end');
    await live.until(() => live.setup.host.chisels[0]!.disabled, 'the error');
    writeFileSync(live.file, version(2));
    await live.until(() => (live.data()['count'] ?? 0) > 0, 'events again');
    await live.end();
  });
});

it('with --replay a new version counts the past, too, and each event once', async (t) => {
  const live = start(t, CHECKING, ['--watch', '--replay']);
  await live.until(() => live.data()['count'], 'events');
  writeFileSync(live.file, version(1));
  await live.until(() => live.data()['version'] === 1, 'version 1');
  await live.end();
  const { wrong, count } = live.data();
  assert.equal(wrong, undefined);
  assert.equal(count, live.source.produced);
  assert.match(live.told(), /reloaded .* in \d+ ms, \d+ past events\n/);
});

it('without --recorder there is no past, and that is said', async (t) => {
  const live = start(t, 'function on_event() if evt.get_num() == 100 then got = chisel.snapshot() end end', [
    '--recorder=off',
  ]);
  await live.until(() => live.source.produced > 1000, 'events');
  process.kill(process.pid, 'SIGUSR1');
  await live.until(() => live.told().includes('recorder is off'), 'the reason');
  const { lua } = live.setup.host.chisels[0]!;
  assert.equal(lua.globals.get('got'), false);
  await live.end();
});

describe('snapshots', () => {
  /** Runs in a folder of its own until a snapshot was written, and answers that. */
  async function snapshot(
    t: TestContext,
    chisel: string,
    options: string[],
    trigger: () => void = () => {},
  ): Promise<string> {
    const live = start(t, chisel, ['--snapshot=10,1', ...options]);
    const before = process.cwd();
    process.chdir(live.folder);
    try {
      await live.until(() => live.source.produced > 4000, 'events');
      trigger();
      await live.until(() => live.told().includes('wrote'), 'the snapshot');
      await live.end();
    } finally {
      process.chdir(before);
    }
    const [name] = readdirSync(live.folder).filter((entry) => entry.endsWith('.scap'));
    return path.join(live.folder, name!);
  }

  /** Every event is there, with names; answers the numbers of the first and the last one. */
  function check(file: string): [first: number, last: number] {
    let first = 0;
    let last = 0;
    for (const event of openCapture(file)) {
      const number = Number(event.timestamp - 1_600_000_000_000_000_000n) / 1000;
      if (first === 0) first = number;
      else assert.equal(number, last + 1);
      last = number;
      assert.match(event.text('proc.name')!, /^prog\d$/);
      assert.match(event.text('fd.name')!, /^\/data\/\d\/\d+$/);
    }
    if (sysdig) {
      const run = spawnSync(
        'sysdig',
        ['-r', file, '-p', '%proc.name %fd.name', 'fd.name startswith /data/ and proc.name startswith prog'],
        { encoding: 'utf8', maxBuffer: 1 << 28 },
      );
      assert.equal(run.status, 0, run.stderr);
      assert.equal(run.stdout.trim().split('\n').length, last - first + 1);
    }
    return [first, last];
  }

  it('a filter triggers one, although the command line rejects the event', async (t) => {
    const live = await snapshot(t, CHECKING, ['--snapshot-on=evt.num=3000', 'proc.name=prog1']);
    const [first, last] = check(live);
    assert.equal(first, 1);
    assert.ok(last > 3000);
  });

  it('SIGUSR1 triggers one, and no debugger starts', async (t) => {
    const { url } = await import('node:inspector');
    const [first, last] = check(await snapshot(t, CHECKING, [], () => process.kill(process.pid, 'SIGUSR1')));
    assert.equal(first, 1);
    assert.ok(last > 4000);
    assert.equal(url(), undefined);
  });

  it('chisel.snapshot() triggers one', async (t) => {
    const file = await snapshot(t, 'function on_event() if evt.get_num() == 2000 then chisel.snapshot() end end', []);
    const [first, last] = check(file);
    assert.equal(first, 1);
    assert.ok(last > 2000);
    assert.ok(existsSync(file));
  });
});
