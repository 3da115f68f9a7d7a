/** `burin new`, `check` and `test`, as an author uses them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { checkChisel } from '../../src/authoring/check-chisel.js';
import { API_NAMES, CALLBACKS, LUA_GLOBALS } from '../../src/authoring/lua-names.js';
import { templateNames } from '../../src/authoring/new-chisel.js';
import { syntaxErrorColumn } from '../../src/authoring/syntax-column.js';
import { packageRoot } from '../../src/package-root.js';
import { chiselFolder, startChisel, writeChisel } from '../support/chisel-run.js';

const root = packageRoot();
const DEMO = path.join(root, 'examples/demo.scap');
const BIN = path.join(root, 'src/bin/burin.ts');
const tsx = path.join(root, 'node_modules/tsx/dist/esm/index.mjs');

function burin(cwd: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', tsx, BIN, ...words], { cwd, encoding: 'utf8' });
}

describe('burin new', () => {
  for (const template of templateNames()) {
    it(`${template}: is made, passes the check and runs`, () => {
      const folder = chiselFolder();
      const made = burin(folder, 'new', 'mine', '--template', template);
      assert.equal(made.status, 0, made.stderr);
      assert.ok(existsSync(path.join(folder, '.luarc.json')));
      const settings = JSON.parse(readFileSync(path.join(folder, '.luarc.json'), 'utf8')) as Record<string, string[]>;
      assert.ok(existsSync(path.join(settings['workspace.library']![0]!, 'burin.meta.lua')));
      const checked = burin(folder, 'check', 'mine.lua');
      assert.equal(checked.stdout, '1 checked, no errors\n');
      const run = burin(folder, '--allow-untrusted', '-r', DEMO, '-c', './mine.lua');
      assert.equal(run.status, 0, run.stderr);
      assert.equal(run.stderr, '');
      assert.ok(run.stdout.split('\n').length > 3, run.stdout);
      const again = burin(folder, 'new', 'mine');
      assert.equal(again.status, 1);
      assert.match(again.stderr, /mine\.lua exists: choose another name/);
    });
  }

  it('refuses names and templates that are none', () => {
    const folder = chiselFolder();
    assert.match(burin(folder, 'new', 'x', '--template', 'nope').stderr, /no template "nope": choose one of /);
    assert.match(burin(folder, 'new', 'a b').stderr, /cannot be a chisel's name/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('burin check', () => {
  /** Lines of a chisel that is right but for `body`, the place of what is wrong in it marked by `@`. */
  const CASES: [what: string, body: string, message: RegExp][] = [
    ['a syntax error', 'local t = { 1, 2 } @}', /unexpected symbol near '}'|near '}'/],
    ['a syntax error at the second of two tokens', 'local a, b = (1), (2@,)', /near ','/],
    ['an unknown global', 'function f() return @cuonts end', /unknown global 'cuonts'; did you mean 'counts'\?/],
    [
      'an unknown API function',
      'function f() chisel.@set_fliter("evt.type=open") end',
      /no chisel\.set_fliter; did you mean chisel\.set_filter/,
    ],
    ['a function of another table', 'function f() return evt.@is_live() end', /it is sysdig\.is_live/],
    [
      'an unknown field',
      'function f() return chisel.request_field("@proc.nmae") end',
      /unknown field proc\.nmae; did you mean proc\.name/,
    ],
    ['a field for filters only', 'function f() return chisel.request_field("@fd.ip") end', /filters only/],
    ['a bad filter', 'function f() chisel.set_filter("proc.name = x and @proc.nmae = y") end', /bad filter: /],
    ['a bad filter of the capture', 'function f() sysdig.set_filter("@evt.typ = x") end', /bad filter: /],
    ['a bad format', 'function f() chisel.set_event_formatter("@%evt.nope") end', /bad format: /],
    ['a field by name', 'function f() return evt.field("@proc.name") end', /takes the handle/],
    ['no argument', 'function f() chisel.@set_filter() end', /chisel\.set_filter needs a string/],
    [
      'a callback that returns nothing',
      '@on_interval = function() counts = {} end',
      /on_interval must return true or false/,
    ],
    [
      'a callback nobody calls',
      '@on_intervall = function() return true end',
      /nothing calls on_intervall; did you mean on_interval/,
    ],
  ];
  for (const [what, marked, message] of CASES) {
    it(`finds ${what}, with line and column`, () => {
      const body = marked.replace('@', '');
      const file = writeChisel(
        `description, short_description = "d", "s"\nargs = {}\ncounts = {}\n${body}\nfunction on_event() return true end\n`,
      );
      const problems = checkChisel(file);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]!.message, message);
      assert.deepEqual([problems[0]!.line, problems[0]!.column], [4, marked.indexOf('@') + 1]);
    });
  }

  it('finds missing declarations', () => {
    const file = writeChisel('args = { { name = "a", description = "" } }\nfunction on_event() end');
    assert.deepEqual(
      checkChisel(file).map(({ severity, message }) => `${severity} ${message.split(':')[0]}`),
      ['warning no description', 'error args are declared, but there is no on_set_arg to take them'],
    );
  });

  it('says it as text and as JSON, and in the exit status', () => {
    const folder = chiselFolder();
    writeFileSync(path.join(folder, 'bad.lua'), 'args = {}\nfunction on_event()\n\treturn nope\nend\n');
    const text = burin(folder, 'check', 'bad.lua');
    assert.equal(text.status, 1);
    assert.match(text.stdout, /^bad\.lua:3:9: error: unknown global 'nope'/m);
    const json = burin(folder, 'check', '--json', 'bad.lua');
    const rows = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      rows.filter((row) => row['severity'] === 'error').map(({ file, line, column }) => ({ file, line, column })),
      [{ file: 'bad.lua', line: 3, column: 9 }],
    );
    assert.match(burin(folder, 'check', 'none.lua').stderr, /cannot read none\.lua: ENOENT/);
  });

  it('has nothing against the bundled chisels', () => {
    for (const folder of ['chisels', 'examples/chisels']) {
      for (const name of readdirSync(path.join(root, folder)).filter((entry) => entry.endsWith('.lua'))) {
        const errors = checkChisel(path.join(root, folder, name)).filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], name);
      }
    }
  });
});

it('burin test stores, passes and fails', () => {
  const folder = chiselFolder();
  const file = path.join(folder, 'opens.lua');
  const source = 'args = {}\nlocal n = 0\nfunction on_event() n = n + 1 end\nfunction on_capture_end() print(n) end\n';
  writeFileSync(file, source);
  const test = (...words: string[]) => burin(folder, 'test', 'opens.lua', '-r', DEMO, ...words);
  assert.match(test().stdout, /no expectation in opens\.expected; store one with --update/);
  assert.equal(test('--update').status, 0);
  const passed = test();
  assert.deepEqual([passed.status, passed.stdout], [0, 'opens.lua: as expected\n']);
  const filtered = test('--filter', 'evt.type=open');
  assert.equal(filtered.status, 1);
  assert.match(filtered.stdout, /line 1\n {4}expected: \d+\n {4}printed: {2}\d+/);
  writeFileSync(file, source.replace('print(n)', 'error("boom")'));
  const broken = test();
  assert.equal(broken.status, 1);
});

it('the column of a syntax error is that of the token that is wrong', () => {
  assert.equal(syntaxErrorColumn('x = f(1, 2, , 3)', ":1: unexpected symbol near ','"), 12);
  assert.equal(syntaxErrorColumn('x = 1', ':1: something else'), -1);
});

describe('the names that check knows are those of the runtime', () => {
  const file = writeChisel('ok = true');
  for (const tier of ['compiled', 'interpreter']) {
    it(tier, () => {
      const { host } = startChisel(file, undefined, ['--allow-untrusted', `--lua=${tier}`]);
      const [chisel] = host.chisels;
      const { globals } = chisel!.lua;
      for (const [table, names] of Object.entries(API_NAMES)) {
        const api = globals.get(table);
        assert.ok(chisel!.lua.isTable(api));
        assert.deepEqual([...api.entries()].map(([key]) => key).sort(), [...names].sort(), table);
      }
      const installed = [...chisel!.builtinGlobals].filter((name) => !LUA_GLOBALS.has(name));
      assert.deepEqual(installed, [], 'globals that check does not know');
      // Set by who runs a script, or by the runtime after the main chunk.
      const elsewhere = new Set(['arg', 'sichisel', 'sievt']);
      const missing = [...LUA_GLOBALS].filter((name) => !elsewhere.has(name) && !chisel!.builtinGlobals.has(name));
      assert.deepEqual(missing, [], 'globals that check takes for there');
    });
  }

  it('callbacks', () => {
    const text = readFileSync(path.join(root, 'lua/burin.meta.lua'), 'utf8');
    for (const name of CALLBACKS) {
      if (name !== 'on_end_of_sample') assert.match(text, new RegExp(`^function ${name}\\(`, 'm'));
    }
  });
});
