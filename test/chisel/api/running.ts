/** Argument words, intervals, handing over, second runs, where chisels are looked for, lists. */
import { type ApiCase, one } from './case.js';

/** Prints the arguments it is given. */
const args = (declarations: string) => `description = "d"; short_description = "s"; category = "c"
args = {${declarations}}
local given = {}
function on_set_arg(name, value) print("arg", name, "[" .. value .. "]", type(value)) return true end
function on_init() print("init", "[" .. sysdig.get_filter() .. "]") return true end
function on_event() n = (n or 0) + 1 return true end
function on_capture_end() print("end", n) end`;
const OPTIONAL = (name: string, type = 'string') =>
  `{name="${name}", description="d", argtype="${type}", optional=true},`;
const REQUIRED = (name: string, type = 'string') => `{name="${name}", description="d", argtype="${type}"},`;
const S = args(OPTIONAL('s'));
const F = args(OPTIONAL('f', 'filter'));
const R = args(REQUIRED('r'));
const RO = args(REQUIRED('r') + OPTIONAL('o'));
const OO = args(OPTIONAL('o1') + OPTIONAL('o2'));
const OF = args(OPTIONAL('o1') + OPTIONAL('f', 'filter'));
const RF = args(REQUIRED('f', 'filter'));
const N = args('');
const ALL = { 'S.lua': S, 'F.lua': F, 'R.lua': R, 'RO.lua': RO, 'OO.lua': OO, 'OF.lua': OF, 'RF.lua': RF, 'N.lua': N };

const line = (...words: string[]): ApiCase => ({ name: `words: ${words.join(' | ')}`, files: ALL, words });
/** The same where the message is in burin's own words. */
const lineOwn = (...words: string[]): ApiCase => ({ ...line(...words), ownWords: true });
/** The same where sysdig loses its way. */
const lineBetter = (why: string, status: number, stdout: RegExp, ...words: string[]): ApiCase => ({
  ...line(...words),
  own: { why, status, stdout },
});
const word = (text: string): ApiCase => ({
  name: `argument word: ${JSON.stringify(text)}`,
  files: { 't.lua': args(['1', '2', '3', '4', '5'].map((n) => OPTIONAL(`a${n}`)).join('')) },
  words: ['-n', '1', '-c', 't', text],
});

const interval = (name: string, setting: string, words: readonly string[] = ['-c', 't'], body = '', more = '') =>
  one(
    `interval: ${name}`,
    `args = {}
function on_init() ${setting} return true end
function on_event() n = (n or 0) + 1 return true end
local shown = 0
function on_interval(s, ns, delta, x) shown = shown + 1 if shown < 40 then print(s, ns, delta, x, n, pcall(evt.get_num)) end ${body} return true end
function on_capture_end() print("end", n, shown) end
${more}`,
    words,
  );

export const RUNNING: ApiCase[] = [
  line('-r', 'CAP', '-c', 'S', 'evt.type=open'),
  line('-c', 'S', 'evt.type=open', '-r', 'CAP', '-n1'),
  line('-r', 'CAP', '-c', 'S', 'foo', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'S', 'foo', '-c', 'S', 'bar', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'F', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'F', 'evt.type=open', 'evt.dir=<'),
  line('-r', 'CAP', '-c', 'F', 'evt.type=open and evt.dir=<'),
  line('-r', 'CAP', '-c', 'F', "'evt.type=open and evt.dir=<'"),
  line('-r', 'CAP', '-c', 'F', '-n', '3'),
  line('-r', 'CAP', '-c', 'F'),
  line('-r', 'CAP', '-c', 'S', ''),
  line('-r', 'CAP', '-c', 'S', ' '),
  line('-r', 'CAP', '-c', 'F', ''),
  line('-r', 'CAP', '-c', 'R'),
  line('-r', 'CAP', '-c', 'R', ''),
  lineBetter('the word is read as an option, too', 0, /\[-n\]/, '-r', 'CAP', '-c', 'R', '-n'),
  line('-r', 'CAP', '-c', 'R', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'R', 'a b'),
  line('-r', 'CAP', '-c', 'R', 'a', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'RO', 'a'),
  line('-r', 'CAP', '-c', 'RO', 'a b'),
  line('-r', 'CAP', '-c', 'RO', 'a b c'),
  line('-r', 'CAP', '-c', 'RO', ''),
  line('-r', 'CAP', '-c', 'OO'),
  line('-r', 'CAP', '-c', 'OO', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'OO', 'a', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'OO', 'a b', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'OO', 'a b c'),
  line('-r', 'CAP', '-c', 'OO', ' b'),
  line('-r', 'CAP', '-c', 'OF', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'OF', 'a evt.type=open'),
  line('-r', 'CAP', '-c', 'RF', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'RF', 'evt.type=open', 'evt.dir=<'),
  line('-r', 'CAP', '-c', 'N', 'evt.type=open'),
  line('-r', 'CAP', '-c', 'N', 'evt.type=open', 'and', 'evt.dir=<'),
  line('-r', 'CAP', '-cN', 'evt.type=open'),
  line('-r', 'CAP', '-cS', 'x'),
  line('-r', 'CAP', '--chisel', 'S', 'x', 'evt.type=read'),
  line('-r', 'CAP', '--chisel=S', 'x', 'evt.type=read'),
  line('evt.type=open', '-r', 'CAP', '-c', 'N'),
  lineBetter(
    'the filter is taken for the argument',
    0,
    /\[zork\][\s\S]*\[evt\.type=open\]/,
    'evt.type=open',
    '-c',
    'S',
    'zork',
    '-r',
    'CAP',
  ),
  line('-c', 'S', 'a', '-r', 'CAP', '-c', 'R', 'b', '-n', '2', 'evt.type=read'),
  line('-c', 'N', '-r', 'CAP', 'evt.type=read'),
  line('-r', 'CAP', '-c', 'S', 'foo bar'),
  line('-r', 'CAP', '-c', 'S', "it's"),
  line('-r', 'CAP', '-c', 'S', 'evt.type', '=', 'open'),
  line('-r', 'CAP', '-c', 'S', 'evt.type=open', 'and', 'evt.dir=<'),
  line('-r', 'CAP', '-c', 'S', '--', 'evt.type=read'),
  lineOwn('-r', 'CAP', '-c', 'R', 'x', '-c'),
  lineOwn('-r', 'CAP', '-c'),
  line('-r', 'CAP', '-c', 'nonexistent'),
  line('-r', 'CAP', '-c', 'nonexistent.lua'),
  lineOwn('-r', 'CAP', '-c', ''),
  lineOwn('-r', 'CAP', '-c', 'N', 'bogus.field=1'),
  line('-r', 'CAP', '-c', 'N', '-c', 'nonexistent'),
  lineOwn('-r', 'nofile.scap', '-c', 'N'),
  lineOwn('-r', 'CAP', '-r', 'nofile.scap', '-c', 'N'),
  lineOwn('-r', 'CAP', '-n', '0', '-c', 'N'),
  lineOwn('-r', 'CAP', '-n', 'x', '-c', 'N'),
  ...[
    'a  b',
    "'a b' `c d`",
    "'' x",
    "x ''",
    '"a b"',
    'x=1 y=2',
    "ab'c d'",
    "'a b'c",
    'a',
    ' a ',
    'a\tb',
    "'a",
    "a'",
    "''",
    "`a' b",
    "'a`b'c",
    "'a''b'",
    "a '' b",
    '   a   b',
    '\ta\t',
    "'a  b'",
    "a'b'c d",
    "''''",
    "'x' 'y'",
    'a\nb',
    'é ü',
    'a b c d e',
    'a b c d e f',
    "\\'a b",
    '-x',
    '5 6',
  ].map(word),

  interval('plain 1 s', 'chisel.set_interval_s(1)'),
  interval('plain 10 ms', 'chisel.set_interval_ns(10000000)'),
  interval('plain 1 ms', 'chisel.set_interval_ns(1000000)'),
  interval('plain 7', 'chisel.set_interval_ns(7)'),
  interval('precise 1 ms', 'chisel.set_precise_interval_ns(1000000)'),
  interval('precise 10 ms', 'chisel.set_precise_interval_ns(10000000)'),
  interval('precise 100 us', 'chisel.set_precise_interval_ns(100000)'),
  interval('precise 1 s', 'chisel.set_precise_interval_ns(1000000000)'),
  interval('both', 'chisel.set_precise_interval_ns(10000000) chisel.set_interval_ns(30000000)'),
  interval('half a second', 'chisel.set_interval_s(0.5)'),
  interval('zero', 'chisel.set_interval_s(0)'),
  interval('1.9 s', 'chisel.set_interval_s(1.9)'),
  interval('fraction of ns', 'chisel.set_interval_ns(1000000.9)'),
  interval('text', 'chisel.set_interval_ns("10000000")'),
  interval('filter', 'chisel.set_interval_ns(10000000)', ['-c', 't', 'evt.type=read']),
  interval('filter that nothing passes', 'chisel.set_interval_ns(50000000)', ['-c', 't', 'evt.type=pivot_root']),
  interval('filter that passes late', 'chisel.set_interval_ns(10000000)', ['-c', 't', 'evt.num > 5000']),
  interval('own filter', 'chisel.set_filter("evt.type=read") chisel.set_interval_ns(10000000)'),
  interval('precise, filter', 'chisel.set_precise_interval_ns(10000000)', ['-c', 't', 'evt.type=read']),
  interval('-n', 'chisel.set_interval_ns(1000000)', ['-n', '500', '-c', 't']),
  interval('two files', 'chisel.set_interval_ns(100000000)', ['-r', 'CAP', '-r', 'CAP', '-c', 't']),
  interval('precise, two files', 'chisel.set_precise_interval_ns(100000000)', ['-r', 'CAP', '-r', 'CAP', '-c', 't']),
  interval(
    'switched off inside',
    'chisel.set_interval_ns(1000000)',
    ['-c', 't'],
    'if shown == 3 then chisel.set_interval_ns(0) end',
  ),
  interval(
    'changed inside',
    'chisel.set_interval_ns(1000000)',
    ['-c', 't'],
    'if shown == 3 then chisel.set_interval_ns(20000000) end',
  ),
  interval(
    'plain to precise',
    'chisel.set_interval_ns(1000000)',
    ['-c', 't'],
    'if shown == 3 then chisel.set_interval_ns(0) chisel.set_precise_interval_ns(20000000) end',
  ),
  interval(
    'set in on_event',
    '',
    ['-c', 't'],
    '',
    'function on_event() n = (n or 0) + 1 if n == 100 then chisel.set_interval_ns(10000000) end return true end',
  ),
  interval(
    'set in on_event, 1 s',
    '',
    ['-c', 't'],
    '',
    'function on_event() n = (n or 0) + 1 if n == 100 then chisel.set_interval_s(1) end return true end',
  ),
  interval(
    'set in on_capture_start',
    '',
    ['-c', 't'],
    '',
    'function on_capture_start() chisel.set_interval_ns(10000000) return true end',
  ),
  interval(
    'event of on_interval',
    'chisel.set_interval_ns(10000000) chisel.set_filter("evt.type=close")',
    ['-c', 't'],
    'if shown < 10 then print(evt.get_num(), evt.get_type(), evt.get_ts()) end',
  ),
  one(
    'interval: no on_interval',
    'args={} function on_init() chisel.set_interval_ns(1000000) return true end function on_capture_end() print("end") end',
  ),
  one(
    'interval: on_interval is a number',
    'args={} on_interval = 5 function on_init() chisel.set_interval_ns(1000000) return true end function on_capture_end() print("end") end',
  ),
  one(
    'interval: negative',
    'args={} function on_init() chisel.set_interval_ns(-1) return true end function on_interval() n = (n or 0) + 1 return true end function on_capture_end() print(n) end',
  ),
  one(
    'interval: nil',
    'args={} function on_init() print(pcall(chisel.set_interval_ns, nil)) print(pcall(chisel.set_interval_s)) print(pcall(chisel.set_interval_s, "x")) print(pcall(chisel.set_precise_interval_ns, {})) return true end',
    ['-c', 't'],
    { explains: /./ },
  ),
  {
    name: 'interval: two chisels',
    files: {
      'a.lua':
        'args={} function on_init() chisel.set_interval_ns(20000000) return true end function on_interval(s, ns) print("a", s, ns) return true end function on_event() return true end',
      'b.lua':
        'args={} function on_init() chisel.set_precise_interval_ns(30000000) return true end function on_interval(s, ns) print("b", s, ns) return true end',
    },
    words: ['-c', 'a', '-c', 'b'],
  },

  one(
    'exec',
    'args={} function on_init() print("t") chisel.exec("u", "x", 5, "with blank") print("still") end function on_capture_end() print("t end") end',
    ['-c', 't'],
    {
      files: { 'u.lua': args(REQUIRED('a') + REQUIRED('b') + OPTIONAL('c') + OPTIONAL('d')) },
    },
  ),
  one('exec returns false', 'args={} function on_init() chisel.exec("u") return false end', ['-c', 't'], {
    files: { 'u.lua': N },
  }),
  one(
    'exec, empty in the middle',
    'args={} function on_init() chisel.exec("u", "x", "", "z") return true end',
    ['-c', 't'],
    { files: { 'u.lua': args(OPTIONAL('a') + OPTIONAL('b') + OPTIONAL('c')) } },
  ),
  one('exec, empty last', 'args={} function on_init() chisel.exec("u", "x", "") return true end', ['-c', 't'], {
    files: { 'u.lua': args(OPTIONAL('a') + OPTIONAL('b') + OPTIONAL('c')) },
  }),
  one(
    'exec, nil ends the list',
    'args={} function on_init() chisel.exec("u", "x", nil, "z") return true end',
    ['-c', 't'],
    { files: { 'u.lua': args(OPTIONAL('a') + OPTIONAL('b') + OPTIONAL('c')) } },
  ),
  one('exec, quote', `args={} function on_init() chisel.exec("u", "it's") return true end`, ['-c', 't'], {
    files: { 'u.lua': S },
  }),
  one('exec, numbers', 'args={} function on_init() chisel.exec("u", 1, 2.5, 1e15, -3) return true end', ['-c', 't'], {
    files: { 'u.lua': args(OPTIONAL('a') + OPTIONAL('b') + OPTIONAL('c') + OPTIONAL('d')) },
  }),
  one(
    'exec, table argument',
    'args={} function on_init() print(pcall(chisel.exec, "u", {})) return true end',
    ['-c', 't'],
    { files: { 'u.lua': S }, explains: /./ },
  ),
  one(
    'exec, boolean argument',
    'args={} function on_init() print(pcall(chisel.exec, "u", "a", true)) return true end',
    ['-c', 't'],
    { files: { 'u.lua': OO }, explains: /./ },
  ),
  one('exec, too many', 'args={} function on_init() chisel.exec("u", 1, 2) return true end', ['-c', 't'], {
    files: { 'u.lua': S },
  }),
  one('exec, too few', 'args={} function on_init() chisel.exec("u") return true end', ['-c', 't'], {
    files: { 'u.lua': R },
  }),
  one(
    'exec of nil',
    'args={} function on_init() print(pcall(chisel.exec)) print(pcall(chisel.exec, nil)) return true end',
  ),
  one(
    'exec of what is not there',
    'args={} function on_init() chisel.exec("nosuch") return true end function on_capture_end() print("end") end',
    ['-c', 't'],
    {
      own: { why: 'sysdig crashes', stderr: /can't open file nosuch/, status: 1 },
    },
  ),
  one(
    'exec outside on_init',
    'args={} function on_event() if not x then x = true chisel.exec("u") print("no effect") end return true end function on_capture_end() print("end") end',
    ['-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one(
    'exec in on_capture_start',
    'args={} function on_capture_start() chisel.exec("u") return true end function on_capture_end() print("end") end',
    ['-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one(
    'exec in on_set_arg',
    `args={{name="a", argtype="int"}} function on_set_arg(n, v) chisel.exec("u") return true end function on_init() print("init") return true end function on_capture_end() print("end") end`,
    ['-c', 't', '5'],
    { files: { 'u.lua': N } },
  ),
  one('exec chain', 'args={} function on_init() chisel.exec("u", "a") return true end', ['-c', 't'], {
    files: { 'u.lua': `${S}\nfunction on_init() print("u") chisel.exec("v", "b") end`, 'v.lua': S },
  }),
  one(
    'exec twice in one on_init',
    'args={} function on_init() chisel.exec("u") chisel.exec("v") return true end',
    ['-c', 't'],
    { files: { 'u.lua': S, 'v.lua': F } },
  ),
  one(
    'exec, then error',
    'args={} function on_init() chisel.exec("u") error("x") end function on_capture_end() print("end") end',
    ['-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one(
    'exec keeps filter?',
    'args={} function on_init() chisel.set_filter("evt.type=read") chisel.set_event_formatter("%evt.num") chisel.set_interval_ns(1000000) chisel.exec("u") return true end',
    ['-n', '200', '-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one(
    'exec, two files',
    'args={} function on_init() print("t init") chisel.exec("u") return true end',
    ['-r', 'CAP', '-r', 'CAP', '-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one('exec, errors name', 'args={} function on_init() chisel.exec("u") return true end', ['-c', 't'], {
    files: { 'u.lua': 'args={} function on_init() error("x") end' },
  }),
  one('exec, in the second', N, ['-c', 't', '-c', 'e', '-c', 't'], {
    files: { 'e.lua': 'args={} function on_init() chisel.exec("u") end', 'u.lua': N },
  }),

  one(
    'run_app',
    'args={} function on_init() sysdig.run_app("-r CAP -n 3 -p %evt.num") return true end function on_capture_end() print("end") end',
    ['-n', '2', '-c', 't'],
    {},
  ),
  one(
    'run_app, quotes',
    'args={} function on_init() sysdig.run_app([[-r CAP -n 3 -p "%evt.num %evt.type" evt.type=read]]) return true end function on_capture_end() print("end") end',
    ['-n', '2', '-c', 't'],
  ),
  one(
    'run_app, filter in quotes',
    'args={} function on_init() sysdig.run_app([[-r CAP -n 3 -p %evt.num "evt.type=read and evt.dir=<"]]) return true end',
    ['-n', '2', '-c', 't'],
    { own: { why: 'the last word keeps its quotes, and the filter matches nothing', stdout: /^\d+\n/, status: 0 } },
  ),
  one(
    'run_app, another chisel',
    'args={} function on_event() return true end function on_capture_end() print("end") sysdig.run_app("-r CAP -n 2 -c u") end',
    ['-n', '2', '-c', 't'],
    { files: { 'u.lua': N } },
  ),
  one(
    'run_app, last wins',
    'args={} function on_init() sysdig.run_app("-r CAP -n 1 -p a") sysdig.run_app("-r CAP -n 1 -p b") return true end',
    ['-n', '2', '-c', 't'],
  ),
  one(
    'run_app, status',
    'args={} function on_init() sysdig.run_app("-r nofile.scap -n 1") return true end',
    ['-n', '2', '-c', 't'],
    { ownWords: true },
  ),
  one(
    'run_app, second request',
    'args={} function on_init() print("run") sysdig.run_app("-r CAP -n 1 -c t") return true end',
    ['-n', '2', '-c', 't'],
  ),
  one(
    'run_app, misuse',
    'args={} function on_init() print(pcall(sysdig.run_app)) print(pcall(sysdig.run_app, nil)) return true end',
    ['-n', '2', '-c', 't'],
    { own: { why: 'sysdig crashes', stdout: /^false\tC\+\+ exception\nfalse\tC/, status: 0 } },
  ),

  ...(
    [
      [
        'first to last',
        {
          'd1/n.lua': 'print("d1") args={}',
          'd2/n.lua': 'print("d2") args={}',
          'n.lua': 'print("here") args={}',
          'chisels/n.lua': 'print("chisels") args={}',
        },
        ['-c', 'n'],
        'd1;d2',
      ],
      [
        'here before chisels',
        { 'n.lua': 'print("here") args={}', 'chisels/n.lua': 'print("chisels") args={}' },
        ['-c', 'n'],
        '',
      ],
      ['chisels', { 'chisels/n.lua': 'print("chisels") args={}' }, ['-c', 'n'], ''],
      ['with .lua', { 'chisels/n.lua': 'print("chisels") args={}' }, ['-c', 'n.lua'], ''],
      [
        '.lua is tried everywhere first',
        { n: 'print("n") args={}', 'chisels/n.lua': 'print("n.lua") args={}' },
        ['-c', 'n'],
        '',
      ],
      ['without .lua', { 'chisels/n': 'print("n") args={}' }, ['-c', 'n'], ''],
      [
        'n.lua.lua',
        { 'n.lua': 'print("n.lua") args={}', 'n.lua.lua': 'print("n.lua.lua") args={}' },
        ['-c', 'n.lua'],
        '',
      ],
      ['path', { 'a/b/n.lua': 'print("path") args={}' }, ['-c', './a/b/n.lua'], ''],
      ['path without .lua', { 'a/b/n.lua': 'print("path") args={}' }, ['-c', 'a/b/n'], ''],
      ['path below an own folder', { 'd1/b/n.lua': 'print("path") args={}' }, ['-c', 'b/n'], 'd1'],
      ['trailing slash and empty ones', { 'd1/n.lua': 'print("d1") args={}' }, ['-c', 'n'], ';;d1/;'],
      ['a folder', { 'n/x': '' }, ['-c', 'n'], ''],
      ['a folder, and a file further on', { 'n/x': '', 'chisels/n.lua': 'print("ok") args={}' }, ['-c', 'n'], ''],
      [
        'require from here, not beside the chisel',
        {
          'a/n.lua': 'args={} print(pcall(require, "lib") and lib_from)',
          'a/lib.lua': 'lib_from = "a"',
          'lib.lua': 'lib_from = "here"',
        },
        ['-c', 'a/n'],
        '',
      ],
      [
        'require from SYSDIG_CHISEL_DIR',
        {
          'd1/n.lua': 'args={} require "lib" print(lib_from)',
          'd1/lib.lua': 'lib_from = "d1"',
          'chisels/lib.lua': 'lib_from = "chisels"',
        },
        ['-c', 'n'],
        'd1',
      ],
      [
        'require of a folder module',
        { 'n.lua': 'args={} print(require "d.m")', 'd/m.lua': 'return ...' },
        ['-c', 'n'],
        '',
      ],
      ['require of an unreadable module', { 'n.lua': 'args={} print((pcall(require, "nosuch")))' }, ['-c', 'n'], ''],
      ['no such folder', { 'n.lua': 'print("here") args={}' }, ['-c', 'n'], 'nosuch'],
      ['name with a dot', { 'a.b.lua': 'print("dots") args={}' }, ['-c', 'a.b'], ''],
    ] as [string, Record<string, string>, string[], string][]
  ).map(
    ([name, files, words, dir]): ApiCase => ({
      name: `search: ${name}`,
      files,
      words: ['-n', '1', ...words],
      ownWords: name === 'a folder',
      env: dir === '' ? {} : { SYSDIG_CHISEL_DIR: dir },
    }),
  ),
  {
    name: 'search: ~/.chisels',
    files: { '.chisels/n.lua': 'args={} print("home")', 'w/x': '' },
    words: ['-n', '1', '-c', 'n'],
    own: { why: 'broken in 0.29.3', stdout: /^home\n$/, status: 0 },
  },
  {
    name: 'search: XDG folder',
    files: { '.local/share/burin/chisels/n.lua': 'args={} print("xdg")' },
    words: ['-n', '1', '-c', 'n'],
    own: { why: 'unknown to 0.29.3', stdout: /^xdg\n$/, status: 0 },
  },

  ...(
    [
      ['-i of a plain one', ['-i', 'z']],
      ['-i with long texts', ['-i', 'long']],
      ['-i of a view', ['-i', 'view']],
      ['-i of a hidden one', ['-i', 'hid']],
      ['-i of a library', ['-i', 'lib']],
      ['-i without category', ['-i', 'nocat']],
      ['-i without short description', ['-i', 'noshort']],
      ['-i with numbers', ['-i', 'numbers']],
      ['-i with a broken main chunk', ['-i', 'broken']],
      ['-i with bad args', ['-i', 'badargs']],
      ['-i with odd args', ['-i', 'oddargs']],
      ['-i unknown', ['-i', 'nosuch']],
      ['-i with .lua', ['-i', 'z.lua']],
      ['-i by long name', ['--chisel-info', 'z']],
    ] as [string, string[]][]
  ).map(
    ([name, words]): ApiCase => ({
      name: `list: ${name}`,
      files: LISTED(),
      words: ['--', ...words].slice(1),
      env: { SYSDIG_CHISEL_DIR: 'd' },
    }),
  ),
];

function LISTED(): Record<string, string> {
  const meta = (name: string, category: string, more = 'args = {}') =>
    `description = "About ${name}."; short_description = "Short ${name}"; category = "${category}"; ${more}`;
  return {
    'd/z.lua': meta('z', 'Zoo'),
    'd/long.lua': `description = "${'A long description of many words. '.repeat(12)}"; short_description = "${'short but long '.repeat(12)}"; category = "Zoo"
      args = {{name="one", description="${'what it means '.repeat(14)}", argtype="string"}, {name="two", description="second", argtype="int", optional=true}, {name="three", description="untyped"}}`,
    'd/view.lua': 'view_info = {id="v", name="V", description="d", columns={{name="N", field="evt.num", is_key=true}}}',
    'd/hid.lua': meta('hid', 'Zoo', 'args = {} hidden = true'),
    'd/lib.lua': 'x = 1',
    'd/nocat.lua': 'description = "d"; short_description = "s"; args = {}',
    'd/noshort.lua': 'description = "d"; category = "Zoo"; args = {}',
    'd/numbers.lua': 'description = 1; short_description = 2; category = 3; args = {}',
    'd/broken.lua': 'description = "d"; short_description = "s"; category = "c"; args = {} error("x")',
    'd/badargs.lua': meta('badargs', 'Zoo', 'args = {{name="a", argtype={}}}'),
    'd/oddargs.lua': meta(
      'oddargs',
      'Zoo',
      'args = {{name="a", optional="true", extra=5, flag=true}, {name=5, description=6, argtype=7}}',
    ),
  };
}
