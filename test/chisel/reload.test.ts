/** What a reload keeps, what it refuses, and that nothing of a version that failed is seen. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type ReloadMode, type ReloadResult, reloadChisel } from '../../src/chisel/reload.js';
import { type ChiselRunSetup, chiselFolder, plain, startChisel, writeChisel } from '../support/chisel-run.js';
import { NumberedSource } from '../support/numbered-source.js';

const COUNTER = `
counts = {}
function on_init() return true end
function on_event() counts.all = (counts.all or 0) + 1 end
`;

interface Session extends ChiselRunSetup {
  file: string;
  source: NumberedSource;
  /** Saves a new version and reloads it. */
  save: (text: string, mode?: ReloadMode) => ReloadResult;
  /** A global of the version in place. */
  global: (name: string) => unknown;
}

function session(text: string, word?: string, argv?: string[]): Session {
  const file = writeChisel(text);
  const run = startChisel(file, word, argv);
  const source = new NumberedSource({ batch: 100 });
  run.step(source);
  run.step(source);
  return {
    ...run,
    file,
    source,
    save: (next, mode = 'keep') => {
      writeChisel(next, file);
      run.run.reloading = true;
      try {
        return reloadChisel(run.host, 0, { mode });
      } finally {
        run.run.reloading = false;
      }
    },
    global: (name) => plain(run.host.chisels[0]!.lua, run.host.chisels[0]!.lua.globals.get(name)),
  };
}

describe('a reload that fails', () => {
  const FAILURES: [what: string, source: string, message: RegExp][] = [
    ['a syntax error', 'print("bad") function on_init( return true end', /:1: .*near 'return'/],
    ['an error in the main chunk', 'print("bad") error("main chunk")', /Failed to load chisel .*main chunk/],
    [
      'an error in on_init',
      'function on_init() print("bad") nothing.x = 1 return true end',
      /error in init\(\).*nothing/,
    ],
    ['on_init that answers false', 'function on_init() print("bad") return false end', /init\(\) for chisel .* failed/],
    [
      'a bad filter',
      'function on_init() print("bad") chisel.set_filter("proc.nme=x") return true end',
      /error in init\(\)/,
    ],
    [
      'a bad capture filter',
      'function on_init() print("bad") sysdig.set_filter("evt.type ==") return true end',
      /error in init\(\)/,
    ],
    [
      'an unknown field',
      'function on_init() print("bad") chisel.request_field("proc.nme") return true end',
      /init\(\)/,
    ],
    ['an endless loop in the main chunk', 'print("bad") while true do end', /Failed to load chisel/],
    ['an endless loop that catches errors', 'while true do pcall(error) end', /Failed to load chisel/],
    ['missing args', 'args = nil function on_init() print("bad") return true end', /args/],
    ['an argument that is required now', 'args = { { name = "a", description = "" } }', /wrong number of parameters/],
    ['an error in on_capture_start', 'function on_capture_start() print("bad") error("start") end', /start/],
    [
      'an error in on_reload',
      'function on_init() print("bad") return true end function on_reload() error("re") end',
      /re/,
    ],
    ['os.exit', 'print("bad") pcall(os.exit, 3)', /os\.exit\(3\)/],
  ];
  for (const [what, source, message] of FAILURES) {
    it(`${what}: the version before goes on and nothing of the new one shows`, () => {
      const s = session(COUNTER);
      const before = s.host.chisels[0];
      const { filter } = s.inspector;
      const result = s.save(source);
      assert.equal(result.ok, false);
      assert.match(result.error!.message, message);
      assert.equal(s.host.chisels[0], before);
      assert.equal(s.inspector.filter, filter);
      s.step(s.source);
      assert.deepEqual(s.global('counts'), { all: 200 });
      assert.equal(s.printed(), '');
      assert.deepEqual(s.complaints, []);
      assert.deepEqual([...result.files], [s.file]);
      assert.ok(result.milliseconds < 5000, `${result.milliseconds} ms`);
    });
  }

  it('os.exit in interpreted Lua, although it is caught', () => {
    const s = session(COUNTER, undefined, ['--allow-untrusted', '--lua=interpreter']);
    const result = s.save('pcall(os.exit, 3)');
    assert.equal(result.ok, false);
    assert.match(result.error!.message, /os\.exit\(3\)/);
    s.step(s.source);
    assert.deepEqual(s.global('counts'), { all: 200 });
  });

  it('tells what the API complained about', () => {
    const result = session(COUNTER).save('function on_init() chisel.request_field("proc.nme") return true end');
    assert.deepEqual(result.complaints, ['chisel requesting nonexistent field proc.nme']);
  });

  it('names the module in which it failed, so that it can be watched', () => {
    const folder = chiselFolder();
    const module = path.join(folder, 'part.lua');
    writeFileSync(module, 'return = 1');
    const s = session(COUNTER);
    const result = s.save(`package.path = "${folder}/?.lua" require "part"`);
    assert.match(result.error!.message, /part\.lua/);
    assert.deepEqual([...result.files], [s.file, module]);
  });

  it('leaves formats and effects of the version before alone', () => {
    const s = session(COUNTER);
    const { bufferFormat } = s.context.settings;
    s.save(
      'function on_init() sysdig.set_output_format("hex") chisel.set_event_formatter("%evt.num") return false end',
    );
    assert.equal(s.context.settings.bufferFormat, bufferFormat);
    s.step(s.source);
    assert.equal(s.printed(), '');
  });
});

describe('a reload that succeeds', () => {
  it('keeps chisel.data and global tables, and not what the new version fills itself', () => {
    const s = session(`
      counts, limits, total = {}, { 1 }, 5
      local hidden = {}
      function on_event() counts.all = (counts.all or 0) + 1 chisel.data.n = counts.all limits[1] = 9 total = 6 end`);
    const result = s.save(`counts, limits, total = {}, { 2 }, 7 seen_data = chisel.data.n`);
    assert.ok(result.ok);
    assert.deepEqual(result.carried, ['counts']);
    assert.deepEqual(s.global('counts'), { all: 100 });
    assert.deepEqual(s.global('limits'), { 1: 2 });
    assert.equal(s.global('total'), 7);
    assert.equal(s.global('seen_data'), 100, 'chisel.data is there when the main chunk runs');
  });

  it('forgets everything in mode fresh', () => {
    const s = session(`${COUNTER} chisel.data.x = 1`);
    assert.deepEqual(s.save(`${COUNTER} x = chisel.data.x`, 'fresh').carried, []);
    assert.deepEqual(s.global('counts'), {});
    assert.equal(s.global('x'), undefined);
  });

  it('does not carry declarations, functions and metatables', () => {
    const s = session(
      `args = { { name = "a", description = "", optional = true } }
      function on_set_arg() return true end
      mixed, shaped, calls = { 1, print }, setmetatable({ 1 }, { __index = { late = true } }), { f = print }
      deep = { [1] = { a = { "x" } }, [true] = "y" }
      chisel.data.f, chisel.data.plain, chisel.data.shaped = print, "text", setmetatable({ z = 1 }, { __call = print })`,
    );
    const result = s.save(`args = {} mixed, shaped, calls, deep = {}, {}, {}, {}
      late, meta = shaped.late, getmetatable(chisel.data.shaped)`);
    assert.ok(result.ok, result.error?.message);
    assert.deepEqual(result.carried, ['shaped', 'deep']);
    assert.deepEqual(s.global('args'), {});
    assert.deepEqual(s.global('mixed'), {});
    assert.deepEqual(s.global('shaped'), { 1: 1 });
    assert.deepEqual(s.global('deep'), { 1: { a: { 1: 'x' } }, true: 'y' });
    assert.deepEqual(plain(s.host.chisels[0]!.lua, s.host.chisels[0]!.data), { plain: 'text', shaped: { z: 1 } });
    assert.equal(s.global('late'), undefined);
    assert.equal(s.global('meta'), undefined);
  });

  it('keeps shared and circular tables what they are', () => {
    const s = session('chisel.data.a = { 1 } chisel.data.b = chisel.data.a chisel.data.self = chisel.data');
    s.save('same, round = chisel.data.a == chisel.data.b, chisel.data.self == chisel.data');
    assert.equal(s.global('same'), true);
    assert.equal(s.global('round'), true);
  });

  it('calls on_reload with the globals of the version before, and on_dispose there', () => {
    const s = session(`counts = { old = 1 } name = "scalar"
      function on_dispose() print("disposed", counts.old) end`);
    const result = s.save(`function on_reload(old) print("reload", old.counts.old, old.name, old.print) end
      function on_init() print("init") return true end`);
    assert.ok(result.ok);
    assert.equal(s.printed(), 'disposed\t1\ninit\nreload\t1\tnil\tnil\n');
  });

  it('goes on although on_dispose of the version before fails or does not end', () => {
    for (const body of ['error("no")', 'while true do end']) {
      const s = session(`function on_dispose() ${body} end`);
      assert.ok(s.save('ok = true').ok);
      assert.equal(s.global('ok'), true);
      assert.equal(s.complaints.length, 1);
    }
  });

  it('sets filter, fields and formatter anew', () => {
    const s = session('function on_init() chisel.set_filter("evt.dir=<") return true end');
    assert.ok(
      s.save(
        'function on_init() chisel.set_filter("evt.dir=>") chisel.set_event_formatter("%evt.num %evt.dir") return true end',
      ).ok,
    );
    s.step(s.source);
    const lines = s.printed().trim().split('\n');
    assert.equal(lines.length, 50);
    assert.ok(lines.every((line) => line.endsWith('>')));
    assert.ok(s.save(COUNTER).ok);
    s.step(s.source);
    assert.equal(s.printed().trim().split('\n').length, 50);
    assert.deepEqual(s.global('counts'), { all: 100 });
  });

  it('changes and removes the filter of the capture', () => {
    const filter = (text: string) => `${COUNTER} function on_init() sysdig.set_filter("${text}") return true end`;
    const s = session(filter('evt.dir=<'));
    assert.deepEqual(s.global('counts'), { all: 50 });
    assert.ok(s.save(filter('evt.dir=< and proc.name=prog0'), 'fresh').ok);
    s.step(s.source);
    assert.deepEqual(s.global('counts'), { all: 13 });
    assert.ok(s.save(COUNTER, 'fresh').ok);
    s.step(s.source);
    assert.deepEqual(s.global('counts'), { all: 100 });
  });

  it('keeps arguments and follows chisel.exec', () => {
    const s = session(
      'args = { { name = "a", description = "" } } function on_set_arg(n, v) got = v return true end',
      'word',
    );
    const next = writeChisel(
      'args = { { name = "b", description = "" } } function on_set_arg(n, v) b = v return true end',
    );
    const result = s.save(`args = { { name = "a", description = "" } }
      function on_set_arg(n, v) got = v return true end
      function on_init() chisel.exec("${next}", got .. "!") end`);
    assert.ok(result.ok, result.error?.message);
    assert.equal(s.global('b'), 'word!');
    assert.deepEqual([...result.files], [s.file, next]);
  });

  it('keeps the phase of the interval', () => {
    const body = (extra: string) => `
      function on_init() chisel.set_interval_ns(200000) return true end
      function on_interval(s, ns, delta) print(ns, delta) return true end ${extra}`;
    const s = session(body(''));
    for (let i = 0; i < 4; i++) s.step(s.source);
    assert.ok(s.save(body('-- changed')).ok);
    for (let i = 0; i < 5; i++) s.step(s.source);
    const lines = s.printed().trim().split('\n');
    assert.deepEqual(lines, ['200000\t0', '400000\t200000', '600000\t200000', '800000\t200000', '1000000\t200000']);
  });

  it('holds what is printed by print and by formatters back, in order', () => {
    const s = session(COUNTER);
    s.save(`function on_init() chisel.set_event_formatter("%evt.num") return true end
      function on_event() if evt.get_num() % 50 == 0 then print("at " .. evt.get_num()) return true end end`);
    s.step(s.source);
    assert.equal(s.printed(), 'at 150\n150\nat 200\n200\n');
  });
});
