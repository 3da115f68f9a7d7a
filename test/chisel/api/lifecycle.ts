/** Order of callbacks, what they may return, errors, exit status; several chisels and several files. */
import { type ApiCase, one } from './case.js';

const raw = String.raw;

/** A chisel that says who called what. */
const tracer = (tag: string, more = '') => raw`
description = "${tag}"; short_description = "${tag}"; category = "x"; args = {}
local n = 0
function on_init() print("${tag}", "init", sysdig.is_live(), sysdig.get_filter(), "[" .. sysdig.get_evtsource_name() .. "]",
  sysdig.get_firstevent_ts(), sysdig.get_lastevent_ts(), sysdig.get_output_format()) return true end
function on_capture_start() print("${tag}", "start", sysdig.is_live(), sysdig.get_evtsource_name() ~= "",
  sysdig.get_firstevent_ts(), sysdig.get_lastevent_ts()) return true end
function on_event() n = n + 1
  if n <= 3 then print("${tag}", "event", n, evt.get_num(), evt.get_type(), evt.get_cpuid(), sysdig.get_firstevent_ts(), sysdig.get_lastevent_ts()) end
  return n < 3 end
function on_capture_end(s, ns, delta) print("${tag}", "end", n, s, ns, delta, sysdig.get_firstevent_ts(), sysdig.get_lastevent_ts()) end
${more}`;

/** A chisel in which one callback does something. */
const doing = (callback: string, body: string, more = '') => raw`
args = {}
function on_init() print("init") chisel.set_interval_ns(1000000) return true end
function on_capture_start() print("start") return true end
local n = 0
function on_event() n = n + 1 return true end
function on_interval() return true end
function on_capture_end() print("end", n > 0) end
function ${callback}(...) ${body} end
${more}`;

const returns: ApiCase[] = ['on_init', 'on_capture_start', 'on_event', 'on_interval', 'on_capture_end'].flatMap(
  (callback) =>
    ['', 'return nil', 'return false', 'return true', 'return 1', 'return "x"', 'return {}', 'return true, false'].map(
      (body) => one(`returns ${callback}: ${body || 'nothing'}`, doing(callback, body)),
    ),
);

const errors: ApiCase[] = ['on_init', 'on_capture_start', 'on_event', 'on_interval'].flatMap((callback) =>
  [
    'local x = nil; x.y = 1',
    'error("plain text")',
    'error("no position", 0)',
    'error(12)',
    'undefined_function()',
    'return 1 < "x"',
    'return nil .. "x"',
    'return #5',
    'assert(false)',
    'assert(nil, "assert says")',
    'string.rep()',
    '("x"):bad()',
    'setmetatable(1, {})',
    'require "no_such_module_at_all"',
    'pcall(error, "caught") error("not caught")',
  ].map((body) =>
    one(`error in ${callback}: ${body}`, doing(callback, body), ['-c', 't'], { ownWords: body.startsWith('require') }),
  ),
);

const badValues: ApiCase[] = ['on_init', 'on_event', 'on_interval'].map((callback) =>
  one(`error value table in ${callback}`, doing(callback, 'error({})'), ['-c', 't'], {
    own: {
      why: 'sysdig crashes',
      stdout: /end\tfalse|end\ttrue/,
      stderr: /t.*error object is a table value/,
      status: 1,
    },
  }),
);

export const LIFECYCLE: ApiCase[] = [
  one('trace', tracer('a')),
  one('trace with filter', tracer('a'), ['-c', 't', 'evt.type=open']),
  one('trace with filter that nothing passes', tracer('a'), ['-c', 't', 'evt.type=pivot_root']),
  one('trace with -n', tracer('a'), ['-n', '5', '-c', 't']),
  one('trace with -n and filter', tracer('a'), ['-n', '2', '-c', 't', 'evt.type=read']),
  one('trace with -j', tracer('a'), ['-j', '-c', 't', '-n', '4']),
  one('trace with -S', tracer('a'), ['-S', '-c', 't', '-n', '4']),
  one('trace with -q', tracer('a'), ['-q', '-c', 't', '-n', '4']),
  one('trace with -w', tracer('a'), ['-w', 'o.scap', '-c', 't', '-n', '4'], { progress: true }),
  one('trace with -d', tracer('a'), ['-d', '-c', 't', '-n', '4', 'evt.type=read']),
  one('trace with -p', tracer('a'), ['-p', '%evt.num', '-c', 't', '-n', '4']),
  one('two files', tracer('a'), ['-r', 'CAP', '-r', 'CAP', '-c', 't']),
  one('two files, -n', tracer('a'), ['-r', 'CAP', '-r', 'CAP', '-n', '5', '-c', 't']),
  one('two files, filter', tracer('a'), ['-r', 'CAP', '-r', 'CAP', '-c', 't', 'evt.type=read']),
  {
    name: 'two chisels',
    files: { 'a.lua': tracer('a'), 'b.lua': tracer('b') },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'two chisels, two files',
    files: { 'a.lua': tracer('a'), 'b.lua': tracer('b') },
    words: ['-c', 'a', '-r', 'CAP', '-c', 'b', '-r', 'CAP'],
  },
  one('the same chisel twice', tracer('a'), ['-c', 't', '-c', 't']),
  {
    name: 'globals are not shared',
    files: {
      'a.lua': 'args={} shared = 1 function on_init() shared = 2 return true end',
      'b.lua': 'args={} print(shared) function on_init() print(shared) return true end',
    },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'init of the first fails',
    files: {
      'a.lua': tracer('a', 'function on_init() return false end'),
      'b.lua': tracer('b'),
    },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'start of the first fails',
    files: { 'a.lua': tracer('a', 'function on_capture_start() return false end'), 'b.lua': tracer('b') },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'event of the first fails',
    files: { 'a.lua': tracer('a', 'function on_event() error("x") end'), 'b.lua': tracer('b') },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'event of the second fails',
    files: { 'a.lua': tracer('a'), 'b.lua': tracer('b', 'function on_event() error("x") end') },
    words: ['-c', 'a', '-c', 'b'],
  },
  {
    name: 'end of the first fails',
    files: { 'a.lua': tracer('a', 'function on_capture_end() error("late") end'), 'b.lua': tracer('b') },
    words: ['-c', 'a', '-c', 'b'],
    own: {
      why: 'sysdig swallows the error and skips the others',
      stdout: /b\tend/,
      stderr: /a chisel error: .*late/,
      status: 0,
    },
  },
  ...returns,
  ...errors,
  ...badValues,
  one('error value table in on_capture_end', doing('on_capture_end', 'error({})'), ['-c', 't'], {
    own: { why: 'sysdig says nothing', stderr: /t chisel error: .*table value/, status: 0 },
  }),
  one('error in on_capture_end', doing('on_capture_end', 'local x = nil; x.y = 1'), ['-c', 't'], {
    own: {
      why: 'sysdig says nothing',
      stderr: /t chisel error: .*:9: attempt to index local 'x' \(a nil value\)/,
      status: 0,
    },
  }),
  one('main chunk: error', 'args={}\nerror("oops")'),
  one('main chunk: error without position', 'args={} error("oops", 0)'),
  one('main chunk: syntax error', 'args={}\nlocal x = = 1'),
  one('main chunk: unfinished', 'args={}\nfunction f( '),
  one('main chunk: unfinished string', 'args={}\nx = "abc\ny'),
  one('main chunk: index nil', '\n\nargs={}\nfoo.bar = 1'),
  one('main chunk: long first line', `args={} -- ${'x'.repeat(100)}\nerror("oops")`),
  one('main chunk: one line', 'error("oops")'),
  one('main chunk: block comment', '--[[ a\nb ]]\nargs={}\nerror("oops")'),
  one('main chunk: no args', 'function on_init() return true end'),
  one('main chunk: args is text', 'args = "x"'),
  one('main chunk: args entry no table', 'args = {1}', ['-c', 't'], {
    own: { why: 'undefined in sysdig', stderr: /args/, status: 1 },
  }),
  one('main chunk: argtype is a table', 'args = {{name="a", argtype={}}}'),
  one('main chunk: name is a function', 'args = {{name=print, argtype="int"}}'),
  one('main chunk: empty file', ''),
  one('main chunk: api call', 'args={} chisel.request_field("evt.num")', ['-c', 't'], {
    own: { why: 'sysdig crashes', stdout: /^$/, status: 0 },
  }),
  one('error in a required file', 'args={} local m = require "lib"\nfunction on_event() m.f(nil) end', ['-c', 't'], {
    files: { 'lib.lua': 'local M = {}\nfunction M.f(x)\n return x.y\nend\nreturn M' },
  }),
  one('syntax error in a required file', 'args={} local m = require "lib"', ['-c', 't'], {
    files: { 'lib.lua': 'local M = {\n' },
  }),
  one(
    'on_event set in on_init is not called',
    'args={} function on_init() on_event = function() print("no") return true end return true end',
  ),
  one(
    'on_event replaced later',
    `args={} local n = 0
    function on_event() print("first") on_event = function() n = n + 1 if n < 3 then print("second") end return true end return true end`,
  ),
  one('on_event set to nil later', 'args={} function on_event() print("first") on_event = nil return true end'),
  one(
    'on_event is a table with __call',
    'args={} on_event = setmetatable({}, {__call = function() print("called") return true end})',
  ),
  one(
    'on_event decides about the line',
    `args={} function on_init() chisel.set_event_formatter("%evt.num %evt.type") return true end
    function on_event() local n = evt.get_num() if n % 1000 == 1 then return true elseif n % 2 == 0 then return false end end`,
  ),
  one('no callbacks at all', 'args={}'),
  one(
    'formatter without on_event',
    'args={} function on_init() chisel.set_event_formatter("%evt.num %evt.type") return true end',
    ['-c', 't', '-n', '5'],
  ),
  one(
    'on_init missing, formatter in start',
    'args={} function on_capture_start() chisel.set_event_formatter("%evt.num") return true end',
    ['-n', '3', '-c', 't'],
  ),
  one('on_end_of_sample is not called', 'args={} function on_end_of_sample() print("no") end'),
  one('on_end is not called', 'args={} function on_end() print("no") end'),
  one('no on_set_arg', 'args={{name="a", argtype="int"}}', ['-c', 't', '5']),
  one('on_set_arg returns nil', 'args={{name="a", argtype="int"}} function on_set_arg() end', ['-c', 't', '5']),
  one('on_set_arg returns false', 'args={{name="a", argtype="int"}} function on_set_arg() return false end', [
    '-c',
    't',
    '5',
  ]),
  one('on_set_arg returns a number', 'args={{name="a", argtype="int"}} function on_set_arg() return 1 end', [
    '-c',
    't',
    '5',
  ]),
  one('on_set_arg fails', 'args={{name="a", argtype="int"}} function on_set_arg() error("bad") end', ['-c', 't', '5']),
  one('on_set_arg exits', 'args={{name="a", argtype="int"}} function on_set_arg() print("x") os.exit(3) end', [
    '-c',
    't',
    '5',
  ]),
  ...[0, 1, 7, 255, 'true', 'false', ''].flatMap((code) => [
    one(`os.exit(${code}) in on_event`, doing('on_event', `print("bye") io.write("no newline") os.exit(${code})`)),
  ]),
  one('os.exit in on_init', doing('on_init', 'print("bye") os.exit(4)')),
  one('os.exit in on_capture_end', doing('on_capture_end', 'print("bye") os.exit(5)')),
  one('os.exit in the main chunk', 'print("bye") os.exit(6)'),
  one(
    'event functions in on_capture_end',
    `args={} local f function on_init() f = chisel.request_field("evt.type") return true end
    function on_event() return true end
    function on_capture_end() print(evt.get_num(), evt.get_type(), evt.field(f), evt.get_ts()) end`,
    ['-c', 't', 'evt.type=brk'],
  ),
  one(
    'event functions in on_capture_end without an event',
    `args={}
    function on_capture_end() print(pcall(evt.get_num)) print(pcall(evt.field, nil)) end`,
    ['-c', 't', 'evt.type=pivot_root'],
  ),
];
