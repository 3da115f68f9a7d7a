/** The functions of `chisel`, `evt` and `sysdig`: results, nil rules, misuse. */
import { type ApiCase, one } from './case.js';

const init = (body: string, more = '') => `args = {}\nfunction on_init() ${body} return true end\n${more}`;
const event = (body: string, before = '') => `args = {}\n${before}\nfunction on_event() ${body} return true end`;

/** Prints what a call gives, wherever it is made. */
const tries = (calls: readonly string[]) =>
  calls.map((call) => `print(${JSON.stringify(call)}, pcall(function() return ${call} end))`).join('\n');

const BAD_FIELDS = [
  'nil',
  '',
  'foo.bar',
  'evt',
  'evt.',
  'EVT.NUM',
  'evt.num ',
  ' evt.num',
  'evt.num,evt.type',
  'evt.numx',
  'evt.arg',
  'evt.arg[0]',
  'evt.arg[x]',
  'evt.arg.nosuch',
  'evt.rawarg',
  'evt.rawarg[0]',
  'evt.rawarg.res',
  'evt.rawarg.nosuchthing',
  'evt.around',
  'evt.type.is',
  'evt.type.is.5',
  'evt.type.is.x',
  'evt.type.is.100000',
  'thread.cgroup',
  'thread.cgroup.cpu',
  'thread.cgroup.nosuch',
  'container.mount',
  'container.mount[0]',
  'span.tag',
  'span.tag.x',
  'span.arg',
  'fd.ip',
  'fd.port',
  'fd.proto',
  'fd.net',
  'fd.cnet',
  'fd.snet',
  'fd.lnet',
  'fd.rnet',
  'k8s.pod.label',
  'k8s.pod.label.x',
  'mesos.task.label',
  'marathon.app.label',
  'proc.aname',
  'proc.aname[2]',
  'proc.apid[1]',
  'proc.apid',
  'proc.env',
  'proc.name[1]',
  'proc.env[PATH]',
  'evt.abspath',
  'evt.abspath.src',
  'evt.deltatime.s',
  'evt.latency.human',
  'evt.count.error.file',
  'evt.count.error.nosuch',
  'syslog.message',
  'fdlist.nums',
  'jevt.time',
];

/** Fields a chisel may ask for; values and Lua types are compared event by event. */
const VALUES: readonly (readonly string[])[] = [
  [
    'evt.num',
    'evt.time',
    'evt.time.s',
    'evt.datetime',
    'evt.rawtime',
    'evt.rawtime.s',
    'evt.rawtime.ns',
    'evt.reltime',
    'evt.reltime.s',
    'evt.reltime.ns',
  ],
  [
    'evt.latency',
    'evt.latency.s',
    'evt.latency.ns',
    'evt.latency.human',
    'evt.deltatime',
    'evt.deltatime.s',
    'evt.deltatime.ns',
    'evt.outputtime',
  ],
  [
    'evt.dir',
    'evt.type',
    'evt.type.is.5',
    'syscall.type',
    'evt.category',
    'evt.cpu',
    'evt.args',
    'evt.arg[0]',
    'evt.arg.fd',
    'evt.info',
  ],
  [
    'evt.buffer',
    'evt.buflen',
    'evt.buflen.in',
    'evt.buflen.out',
    'evt.buflen.file',
    'evt.buflen.net',
    'evt.buflen.file.in',
    'evt.res',
    'evt.rawres',
    'evt.failed',
  ],
  [
    'evt.is_io',
    'evt.is_io_read',
    'evt.is_io_write',
    'evt.io_dir',
    'evt.is_wait',
    'evt.wait_latency',
    'evt.is_syslog',
    'evt.count',
    'evt.count.error',
    'evt.count.error.file',
    'evt.count.procinfo',
    'evt.count.threadinfo',
    'evt.is_open_read',
    'evt.is_open_write',
    'evt.is_open_exec',
    'evt.abspath',
  ],
  [
    'evt.rawarg.res',
    'evt.rawarg.fd',
    'evt.rawarg.name',
    'evt.rawarg.flags',
    'evt.rawarg.mode',
    'evt.rawarg.dev',
    'evt.rawarg.size',
    'evt.rawarg.addr',
    'evt.rawarg.prot',
    'evt.rawarg.offset',
    'evt.rawarg.ret',
  ],
  [
    'evt.rawarg.data',
    'evt.rawarg.args',
    'evt.rawarg.env',
    'evt.rawarg.exe',
    'evt.rawarg.tid',
    'evt.rawarg.pid',
    'evt.rawarg.cwd',
    'evt.rawarg.comm',
    'evt.rawarg.cgroups',
    'evt.rawarg.uid',
    'evt.rawarg.request',
    'evt.rawarg.argument',
    'evt.rawarg.path',
    'evt.rawarg.sig',
  ],
  [
    'evt.arg.data',
    'evt.arg.res',
    'evt.arg.flags',
    'evt.arg.mode',
    'evt.arg.args',
    'evt.arg.env',
    'evt.arg.tuple',
    'evt.arg.fds',
    'evt.arg.exe',
    'evt.arg.cgroups',
  ],
  [
    'proc.pid',
    'proc.exe',
    'proc.name',
    'proc.args',
    'proc.env',
    'proc.cmdline',
    'proc.exeline',
    'proc.cwd',
    'proc.nthreads',
    'proc.nchilds',
    'proc.ppid',
    'proc.pname',
    'proc.pcmdline',
    'proc.apid[2]',
    'proc.aname[2]',
    'proc.loginshellid',
    'proc.duration',
    'proc.fdopencount',
    'proc.fdlimit',
    'proc.fdusage',
  ],
  [
    'proc.vmsize',
    'proc.vmrss',
    'proc.vmswap',
    'thread.pfmajor',
    'thread.pfminor',
    'thread.tid',
    'thread.ismain',
    'thread.cgroups',
    'thread.cgroup.cpu',
    'proc.sid',
    'proc.sname',
    'proc.tty',
    'proc.exepath',
    'proc.vpgid',
    'thread.vtid',
    'proc.vpid',
    'thread.cpu',
    'thread.cpu.user',
    'thread.cpu.system',
    'thread.vmsize',
    'thread.vmrss',
    'thread.nametid',
  ],
  [
    'fd.num',
    'fd.type',
    'fd.typechar',
    'fd.name',
    'fd.directory',
    'fd.filename',
    'fd.cip',
    'fd.sip',
    'fd.lip',
    'fd.rip',
    'fd.cport',
    'fd.sport',
    'fd.lport',
    'fd.rport',
    'fd.l4proto',
    'fd.sockfamily',
    'fd.is_server',
    'fd.uid',
    'fd.containername',
    'fd.containerdirectory',
    'fd.cproto',
    'fd.sproto',
    'fd.lproto',
    'fd.rproto',
    'fd.connected',
    'fd.name_changed',
  ],
  [
    'user.uid',
    'user.name',
    'user.homedir',
    'user.shell',
    'group.gid',
    'group.name',
    'container.id',
    'container.name',
    'container.image',
    'container.type',
    'container.privileged',
    'container.mounts',
    'container.image.id',
    'syslog.facility',
    'syslog.facility.str',
    'syslog.severity',
    'syslog.severity.str',
    'syslog.message',
    'fdlist.nums',
    'fdlist.names',
    'fdlist.cips',
    'fdlist.sports',
    'span.id',
    'span.time',
    'span.ntags',
    'evtin.span.id',
  ],
  // Fields that sysdig gets wrong somewhere: see KNOWN in api.test.ts.
  ['evt.arg[1]', 'evt.arg.name'],
  ['thread.exectime', 'thread.totexectime'],
  ['fd.dev', 'fd.dev.major', 'fd.dev.minor'],
  ['user.loginuid', 'user.loginname'],
];

/** A digest of values per Lua type, and the values of every nth event, escaped. */
const valuesChisel = (fields: readonly string[], step: number) => `args = {}
local names = {${fields.map((field) => `"${field}"`).join(', ')}}
local handles, sums, shown = {}, {}, 0
local function text(v)
  if type(v) == "string" then return (v:gsub("[^%w%p ]", function(c) return string.format("\\\\%d", c:byte()) end)) end
  return tostring(v)
end
function on_init()
  for i, name in ipairs(names) do handles[i] = chisel.request_field(name) sums[i] = {} end
  return true
end
function on_event()
  local num = evt.get_num()
  for i, handle in ipairs(handles) do
    local ok, v = pcall(evt.field, handle)
    local kind = ok and type(v) or "error"
    local s = sums[i][kind] or {0, 0}
    s[1] = s[1] + 1
    local t = text(v)
    local h = s[2]
    for j = 1, math.min(#t, 24) do h = (h * 31 + t:byte(j)) % 1000000007 end
    s[2] = (h * 7 + #t) % 1000000007
    sums[i][kind] = s
    if (num % ${step} == i % ${step}) then shown = shown + 1 if shown < 400 then print(num, names[i], kind, t:sub(1, 300)) end end
  end
  return true
end
function on_capture_end()
  for i, name in ipairs(names) do
    for _, kind in ipairs{"nil", "number", "string", "boolean", "userdata", "error"} do
      local s = sums[i][kind]
      if s then print(name, kind, s[1], s[2]) end
    end
  end
end`;

const DUMP = `
local function dump(t, depth)
  if type(t) ~= "table" then return type(t) .. ":" .. tostring(t) end
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  local out = {}
  for _, k in ipairs(keys) do out[#out + 1] = type(k):sub(1, 1) .. tostring(k) .. "=" .. dump(t[k]) end
  return "{" .. table.concat(out, " ") .. "}"
end
local function show(title, t)
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys)
  print(title, #keys)
  for i, k in ipairs(keys) do print(title, k, dump(t[k])) end
end
`;

const threadCase = (name: string, call: string, words: readonly string[] = ['-c', 't'], when = 'on_capture_end') =>
  one(
    `thread table: ${name}`,
    `args = {}\n${DUMP}\nfunction ${when}() show("t", sysdig.${call}) return true end\nfunction on_event() return true end`,
    words,
  );

export const API: ApiCase[] = [
  one(
    'fields that may be requested',
    init(tries(BAD_FIELDS.map((field) => `type(chisel.request_field(${field === 'nil' ? 'nil' : `"${field}"`}))`))),
    ['-c', 't'],
    { explains: /./ },
  ),
  one('request_field of a number and a table', init(tries(['chisel.request_field(5)', 'chisel.request_field()'])), [
    '-c',
    't',
  ]),
  one(
    'request_field in on_event',
    event('local f = chisel.request_field("evt.type") n = (n or 0) + 1 if n < 4 then print(evt.field(f)) end'),
  ),
  one(
    'evt.field of odd things',
    event(
      'if evt.get_num() < 3 then print(evt.field(nil), evt.field(), evt.field(5), (select("#", evt.field(nil)))) end',
    ),
  ),
  one('evt.field of a name', event('print(pcall(evt.field, "evt.num"))'), ['-c', 't', '-n', '1'], {
    own: {
      why: 'sysdig crashes',
      stdout: /^false\tC\+\+ exception\n$/,
      stderr: /evt\.field: "evt\.num" is a name/,
      status: 0,
    },
  }),
  one('a handle is light userdata', init('print(type(chisel.request_field("evt.num")), type(sichisel))')),
  one('sievt', event('print(type(sievt), type(sichisel))'), ['-c', 't', '-n', '1']),
  one(
    'evt functions before an event',
    init(
      tries([
        'evt.get_num()',
        'evt.get_type()',
        'evt.get_ts()',
        'evt.get_cpuid()',
        'evt.field(nil)',
        'evt.field(chisel.request_field("evt.num"))',
      ]),
    ),
  ),
  one(
    'evt functions, number of results',
    event(
      'if evt.get_num() < 4 then print(select("#", evt.get_ts()), select("#", evt.get_num()), select("#", evt.get_type()), evt.get_ts()) end',
    ),
  ),
  ...VALUES.map((fields, index) => one(`values ${index}: ${fields[0]} ...`, valuesChisel(fields, 997))),
  ...['-x', '-X', '-A', '-b', '-j', '-jA', '-jb', '-jx', '-jX'].map((option) =>
    one(
      `buffers ${option}`,
      valuesChisel(['evt.buffer', 'evt.arg.data', 'evt.rawarg.data', 'evt.arg[1]', 'evt.args', 'evt.arg.name'], 499),
      [option, '-c', 't', 'evt.buflen > 0'],
    ),
  ),
  ...['normal', 'json', 'simple', 'hex', 'hexascii', 'ascii', 'base64', 'jsonbase64', 'nonsense', ''].map((word) =>
    one(
      `set_output_format ${word || 'empty'}`,
      `args={} local b function on_init() b = chisel.request_field("evt.buffer") print(pcall(sysdig.set_output_format, "${word}")) print(sysdig.get_output_format())
       chisel.set_event_formatter("%evt.num %evt.buffer") chisel.set_filter("evt.buflen > 0") return true end
       function on_event() if shown then return false end shown = true print(evt.field(b)) return true end`,
    ),
  ),
  ...['-A', '-j'].map((option) =>
    one(
      `set_output_format against ${option}`,
      `args={} local b function on_init() b = chisel.request_field("evt.buffer") sysdig.set_output_format("hex") print(sysdig.get_output_format())
       print(pcall(sysdig.set_output_format, "nonsense")) chisel.set_filter("evt.buflen > 0") return true end
       function on_event() if shown then return false end shown = true print(evt.field(b)) return true end`,
      [option, '-c', 't'],
    ),
  ),
  ...['nil', '5', '{}'].map((value) =>
    one(`set_output_format(${value})`, init(`print(pcall(sysdig.set_output_format, ${value}))`), ['-c', 't'], {
      explains: /./,
    }),
  ),
  one(
    'deltatime per handle',
    event(
      `n = (n or 0) + 1
    if n % 3 == 0 then evt.field(a) end
    if n < 40 then print(n, evt.field(b), evt.field(b), n % 5 == 0 and evt.field(a)) end`,
      'function on_init() a = chisel.request_field("evt.deltatime") b = chisel.request_field("evt.deltatime") return true end',
    ),
  ),
  one(
    'deltatime in formatter and handle',
    `args={} function on_init() a = chisel.request_field("evt.deltatime.ns") chisel.set_event_formatter("%evt.num %evt.deltatime.ns") return true end
    function on_event() if evt.get_num() > 60 then return false end print(evt.field(a)) return evt.get_num() % 3 == 0 end`,
  ),
  one(
    'chisel.set_filter: bad',
    init(
      tries([
        'chisel.set_filter("foo.bar=1")',
        'chisel.set_filter("evt.type=")',
        'chisel.set_filter("evt.num and")',
        'chisel.set_filter(nil)',
        'chisel.set_filter()',
        'chisel.set_filter("evt.num < abc")',
        'chisel.set_filter("(evt.num < 1")',
      ]),
    ),
    ['-c', 't'],
    { ownWords: true },
  ),
  one(
    'chisel.set_filter: replaced',
    `args={} function on_init() chisel.set_filter("evt.num < 3") chisel.set_filter("evt.num > 100 and evt.num < 103") return true end
    function on_event() print(evt.get_num()) return true end`,
  ),
  one(
    'chisel.set_filter: removed',
    `args={} function on_init() chisel.set_filter("evt.num < 3") chisel.set_filter("") return true end
    function on_event() n = (n or 0) + 1 if n < 5 then print(evt.get_num()) end return true end`,
  ),
  one(
    'chisel.set_filter: in on_event',
    `args={} function on_event() n = (n or 0) + 1 if n < 8 then print(evt.get_num(), evt.get_type()) end
    if n == 2 then chisel.set_filter("evt.type = close") elseif n == 5 then chisel.set_filter("evt.type = read") end return true end`,
  ),
  one(
    'chisel.set_filter: a bad one keeps the old',
    `args={} function on_init() chisel.set_filter("evt.num < 3") print(pcall(chisel.set_filter, "foo")) return true end
    function on_event() if evt.get_num() < 20 then print(evt.get_num()) end return true end`,
    ['-c', 't'],
    { ownWords: true },
  ),
  one(
    'chisel.set_filter in on_capture_end',
    `args={} function on_capture_end() print(pcall(chisel.set_filter, "evt.num=1")) end`,
  ),
  one(
    'both filters',
    `args={} function on_init() chisel.set_filter("evt.dir = <") return true end
    function on_event() n = (n or 0) + 1 if n < 5 then print(evt.get_num(), evt.get_type()) end return true end function on_capture_end() print(n) end`,
    ['-c', 't', 'evt.type=read'],
  ),
  one(
    'set_event_formatter: kinds',
    `args={} function on_event() local n = evt.get_num()
    if n == 1 then chisel.set_event_formatter("%evt.num %evt.type") elseif n == 4 then chisel.set_event_formatter("") elseif n == 7 then chisel.set_event_formatter("default")
    elseif n == 10 then chisel.set_event_formatter("*%evt.num %fd.name %evt.deltatime|") elseif n == 30 then chisel.set_event_formatter("%evt.num %fd.name") end return n < 200 end`,
  ),
  one(
    'set_event_formatter: bad',
    init(
      tries([
        'chisel.set_event_formatter("%foo.bar")',
        'chisel.set_event_formatter(nil)',
        'chisel.set_event_formatter()',
        'chisel.set_event_formatter("%")',
        'chisel.set_event_formatter("plain")',
        'chisel.set_event_formatter("%evt.arg")',
      ]),
    ),
    ['-c', 't', '-n', '2'],
    { explains: /./ },
  ),
  one(
    'set_event_formatter: plain text and widths',
    `args={} function on_init() chisel.set_event_formatter("[%10evt.type] %evt.num%evt.dir 100%% %3proc.name|") return true end`,
    ['-n', '40', '-c', 't'],
    { explains: /invalid format/ },
  ),
  ...['-j', '-jx', '-A', '-x'].map((option) =>
    one(
      `set_event_formatter ${option}`,
      `args={} function on_init() chisel.set_event_formatter("*%evt.num %evt.type %fd.name %evt.buffer %evt.rawtime %proc.pid %evt.is_io") return true end`,
      [option, '-n', '200', '-c', 't'],
    ),
  ),
  one('default formatter -j', `args={} function on_init() chisel.set_event_formatter("") return true end`, [
    '-j',
    '-n',
    '30',
    '-c',
    't',
  ]),
  one(
    'default formatter with procinfo',
    `args={} function on_init() chisel.set_event_formatter("default") return true end`,
    ['-n', '300', '-c', 't'],
  ),
  one('default formatter -pc', `args={} function on_init() chisel.set_event_formatter("") return true end`, [
    '-pc',
    '-n',
    '130',
    '-c',
    't',
  ]),
  one(
    'formatter of two chisels',
    `args={} function on_init() chisel.set_event_formatter("a %evt.num") return true end`,
    ['-n', '3', '-c', 't', '-c', 'u'],
    {
      files: {
        'u.lua':
          'args={} function on_init() chisel.set_event_formatter("b %evt.num") return true end function on_event() print("u") return true end',
      },
    },
  ),
  one(
    'print, io.write and formatter in order',
    `args={} function on_init() chisel.set_event_formatter("line %evt.num") return true end
    function on_event() print("p") io.write("w\\n") io.stdout:write("s\\n") return true end`,
    ['-n', '3', '-c', 't'],
  ),

  one(
    'sysdig.set_filter',
    `args={} function on_init() sysdig.set_filter("evt.type=read") print(sysdig.get_filter()) return true end
    function on_event() n = (n or 0) + 1 if n < 4 then print(evt.get_num(), evt.get_type()) end return true end function on_capture_end() print(n) end`,
  ),
  one(
    'sysdig.set_filter and -n',
    `args={} function on_init() sysdig.set_filter("evt.type=read") return true end
    function on_event() print(evt.get_num(), evt.get_type()) return true end`,
    ['-n', '2', '-c', 't'],
  ),
  one(
    'sysdig.set_filter against the command line',
    init('print(pcall(sysdig.set_filter, "evt.type=read")) print(sysdig.get_filter())'),
    ['-c', 't', 'evt.type=open'],
  ),
  one(
    'sysdig.set_filter twice',
    init(
      'print(pcall(sysdig.set_filter, "evt.type=read")) print(pcall(sysdig.set_filter, "evt.type=open")) print(sysdig.get_filter())',
    ),
  ),
  one(
    'sysdig.set_filter bad',
    init(
      'print(pcall(sysdig.set_filter, "foo=1")) print(pcall(sysdig.set_filter, nil)) print(pcall(sysdig.set_filter, "")) print("[" .. sysdig.get_filter() .. "]")',
    ),
    ['-c', 't'],
    { ownWords: true },
  ),
  one(
    'sysdig.set_filter in on_capture_start',
    `args={} function on_capture_start() print(pcall(sysdig.set_filter, "evt.type=read")) return true end
    function on_event() n = (n or 0) + 1 if n < 4 then print(evt.get_num(), evt.get_type()) end return true end function on_capture_end() print(n) end`,
  ),
  one(
    'sysdig.set_filter in on_event',
    `args={} function on_event() n = (n or 0) + 1 if n == 3 then print(pcall(sysdig.set_filter, "evt.type=read")) end
    if n < 7 then print(evt.get_num(), evt.get_type()) end return true end function on_capture_end() print(n, sysdig.get_filter()) end`,
  ),
  one(
    'sysdig.set_filter, two files',
    `args={} function on_init() print(pcall(sysdig.set_filter, "evt.type=read")) return true end
    function on_event() n = (n or 0) + 1 return true end function on_capture_end() print(n) end`,
    ['-r', 'CAP', '-r', 'CAP', '-c', 't'],
  ),
  one(
    'sysdig.set_filter, two chisels',
    init('print(pcall(sysdig.set_filter, "evt.type=read"))'),
    ['-c', 't', '-c', 'u'],
    {
      files: {
        'u.lua':
          'args={} function on_init() print(sysdig.get_filter(), pcall(sysdig.set_filter, "evt.type=open")) return true end function on_event() n = (n or 0) + 1 return true end function on_capture_end() print(n) end',
      },
    },
  ),
  one(
    'answers in every callback',
    `args={}
    local function say(where) print(where, sysdig.is_live(), sysdig.is_tty(), sysdig.get_filter(), sysdig.get_output_format(), sysdig.is_print_container_data(),
      sysdig.get_terminal_info().width, sysdig.get_terminal_info().height, (pcall(sysdig.get_machine_info))) end
    say2 = say
    function on_init() say("init") return true end
    function on_capture_start() say("start") return true end
    function on_event() if not once then once = true say("event") end return true end
    function on_capture_end() say("end") end`,
  ),
  ...[
    ['-pc'],
    ['-pk'],
    ['-pm'],
    ['-pcontainer'],
    ['-p', 'c'],
    ['-p', '%evt.num'],
    ['-j'],
    ['-A'],
    ['-jA'],
    ['-jx'],
    ['-jb'],
    ['-jX'],
    ['-x', '-j'],
  ].map((words) =>
    one(
      `is_print_container_data ${words.join(' ')}`,
      init('print(sysdig.is_print_container_data(), sysdig.get_output_format())'),
      [...words, '-c', 't'],
    ),
  ),
  one(
    'options after -c',
    'args={} print("main") function on_init() print(sysdig.is_print_container_data(), sysdig.get_output_format()) return true end',
    ['-c', 't', '-pc', '-j'],
  ),
  one(
    'machine info',
    `args={} function on_init() print(pcall(sysdig.get_machine_info)) return true end
    function on_capture_start() local m = sysdig.get_machine_info() print(m.num_cpus, m.memory_size_bytes, m.max_pid, m.hostname) for k, v in pairs(m) do n = (n or 0) + 1 end print(n) return true end`,
  ),
  one(
    'make_ts',
    init(
      tries([
        'sysdig.make_ts(1534527342, 999999999)',
        'sysdig.make_ts("12", "7")',
        'sysdig.make_ts(0, 0)',
        'sysdig.make_ts(4294967296, 1)',
        'sysdig.make_ts(-1, 0)',
        'sysdig.make_ts(1.9, 1.9)',
        'sysdig.make_ts(4294967295, 4294967295)',
        'type(sysdig.make_ts(1, 2))',
      ]),
    ),
  ),
  one(
    'add_ts and subtract_ts',
    init(
      tries([
        'sysdig.add_ts("1", "2")',
        'sysdig.add_ts("18446744073709551615", "1")',
        'sysdig.subtract_ts("1", "2")',
        'sysdig.subtract_ts("1534527342999999999", "1534527342999999998")',
        'sysdig.add_ts(1, 2)',
        'sysdig.add_ts("x", "2")',
        'sysdig.add_ts("", "2")',
        'sysdig.add_ts(nil, "2")',
        'sysdig.add_ts("1")',
        'sysdig.subtract_ts("5", "a")',
        'sysdig.add_ts(" 12", "1")',
        'sysdig.add_ts("12abc", "1")',
        'sysdig.add_ts("-1", "1")',
        'sysdig.add_ts("99999999999999999999", "1")',
        'sysdig.add_ts(1.5, 1)',
        'sysdig.add_ts("1.5", "1.5")',
        'sysdig.add_ts(1e15, 1)',
        'sysdig.add_ts("0x10", "1")',
        'sysdig.add_ts("+5", "1")',
      ]),
    ),
    ['-c', 't'],
    { explains: /./ },
  ),
  one(
    'log',
    init(
      tries([
        'sysdig.log("a", "info")',
        'sysdig.log("a", "nonsense")',
        'sysdig.log("a")',
        'sysdig.log()',
        'sysdig.log("a", 5)',
      ]),
    ),
    ['-c', 't'],
    { explains: /./ },
  ),
  one(
    'snaplen and dump mode',
    init(
      tries([
        'sysdig.set_snaplen(100)',
        'sysdig.set_snaplen(0)',
        'sysdig.set_fatfile_dump_mode(true)',
        'sysdig.set_fatfile_dump_mode(false)',
      ]),
    ),
  ),
  one(
    'udp',
    init(
      tries([
        'sysdig.udp_setpeername("nonsense", "8125")',
        'sysdig.udp_setpeername("127.0.0.1", "8125")',
        'select("#", sysdig.udp_send("x"))',
        'sysdig.udp_setpeername("127.0.0.1", 8125)',
      ]),
    ),
    ['-c', 't'],
  ),
  one(
    'number of results',
    init(
      tries([
        'select("#", chisel.set_filter("evt.num=1"))',
        'select("#", chisel.set_interval_s(1))',
        'select("#", sysdig.set_snaplen(5))',
        'select("#", sysdig.end_capture())',
        'select("#", sysdig.make_ts(1,2))',
        'select("#", sysdig.log("a", "b"))',
        'select("#", sysdig.set_output_format("normal"))',
        'select("#", chisel.set_event_formatter("x"))',
        'select("#", chisel.exec("t"))',
      ]),
    ),
    ['-c', 't'],
    { own: { why: 'sysdig never ends', stdout: /udp|log/, stderr: /handed over 100 times in a row/, status: 1 } },
  ),
  one(
    'names in the tables',
    `args={} function on_init() for _, name in ipairs{"chisel", "evt"} do local keys = {} for k, v in pairs(_G[name]) do if type(v) == "function" and k ~= "snapshot" then keys[#keys + 1] = k end end table.sort(keys) print(name, table.concat(keys, " ")) end
    for _, k in ipairs{"add_ts", "end_capture", "get_container_table", "get_evtsource_name", "get_filter", "get_firstevent_ts", "get_lastevent_ts", "get_machine_info", "get_output_format", "get_read_progress", "get_terminal_info", "get_thread_table", "get_thread_table_barebone", "get_thread_table_barebone_nofds", "get_thread_table_nofds", "is_live", "is_print_container_data", "is_tty", "log", "make_ts", "run_app", "set_fatfile_dump_mode", "set_filter", "set_output_format", "set_snaplen", "subtract_ts", "udp_send", "udp_setpeername"} do assert(type(sysdig[k]) == "function", k) end
    print(sysdig.islive, sysdig.request_field, package.loaded.sysdig == sysdig, package.loaded.chisel == chisel, package.loaded.evt == evt) return true end`,
  ),
  one(
    'read progress',
    `args={} local last = 0 function on_event() local p = sysdig.get_read_progress() if p < 0 or p > 100 or p < last then print("bad", p) end last = p return true end
    function on_capture_end() print(type(last), last >= 0, last <= 100) end`,
  ),

  one(
    'end_capture in on_event',
    `args={} function on_init() chisel.set_event_formatter("%evt.num") return true end
    function on_event() n = (n or 0) + 1 if n == 3 then sysdig.end_capture() print("still here") end return true end function on_capture_end() print("end", n) end`,
  ),
  one(
    'end_capture, the others',
    `args={} function on_event() n = (n or 0) + 1 if n == 3 then sysdig.end_capture() end return true end function on_capture_end() print("end", n) end`,
    ['-c', 'u', '-c', 't', '-c', 'u'],
    {
      files: {
        'u.lua':
          'args={} function on_event() n = (n or 0) + 1 return true end function on_capture_end() print("u", n) end',
      },
    },
  ),
  one(
    'end_capture in on_interval',
    `args={} function on_init() chisel.set_interval_ns(1000000) return true end function on_event() n = (n or 0) + 1 return true end
    function on_interval() if not done then done = true print("at", n) sysdig.end_capture() end return true end function on_capture_end() print("end", n, evt.get_num()) end`,
  ),
  one(
    'end_capture in on_interval, filtered',
    `args={} function on_init() chisel.set_filter("evt.type=close") chisel.set_interval_ns(1000000) return true end function on_event() n = (n or 0) + 1 return true end
    function on_interval() if not done then done = true print("at", n) sysdig.end_capture() end return true end function on_capture_end() print("end", n, evt.get_num()) end`,
  ),
  one(
    'end_capture without on_event',
    `args={} function on_init() chisel.set_interval_ns(1000000) return true end
    function on_interval() sysdig.end_capture() return true end function on_capture_end() print("end", evt.get_num()) end`,
  ),
  one(
    'end_capture without on_event, formatter',
    `args={} function on_init() chisel.set_event_formatter("%evt.num") chisel.set_interval_ns(1000000) return true end
    function on_interval() sysdig.end_capture() return true end`,
    ['-n', '300', '-c', 't'],
  ),
  one(
    'end_capture in on_init',
    `args={} function on_init() sysdig.end_capture() return true end function on_event() n = (n or 0) + 1 return true end function on_capture_end() print("end", n) end`,
  ),
  one(
    'end_capture in on_capture_start',
    `args={} function on_capture_start() sysdig.end_capture() return true end function on_event() n = (n or 0) + 1 return true end function on_capture_end() print("end", n) end`,
  ),
  one(
    'end_capture, two files',
    `args={} function on_event() n = (n or 0) + 1 sysdig.end_capture() return true end function on_capture_end() print("end", n) end`,
    ['-r', 'CAP', '-r', 'CAP', '-c', 't'],
  ),
  one(
    'end_capture and error',
    `args={} function on_event() sysdig.end_capture() error("x") end function on_capture_end() print("end") end`,
  ),

  threadCase('all', 'get_thread_table()'),
  threadCase('nofds', 'get_thread_table_nofds()'),
  threadCase('barebone', 'get_thread_table_barebone()'),
  threadCase('barebone nofds', 'get_thread_table_barebone_nofds()'),
  threadCase('empty filter', 'get_thread_table_nofds("")'),
  threadCase('nil filter', 'get_thread_table_barebone_nofds(nil)'),
  ...[
    'fd.type=ipv4',
    'fd.type=file',
    'fd.num=1',
    'proc.name=bash',
    'fd.name contains a',
    'not fd.type=file',
    'fd.sport=22',
    'fd.typechar=4 or fd.typechar=6',
    'user.uid=0',
    'container.id=host',
    'thread.tid > 1000',
    'fd.num=100000',
  ].flatMap((filter) => [
    threadCase(`filter ${filter}`, `get_thread_table("${filter}")`),
    threadCase(`barebone filter ${filter}`, `get_thread_table_barebone("${filter}")`),
  ]),
  ...['fd.type=ipv4', 'proc.name=bash', 'fd.num=100000'].flatMap((filter) => [
    threadCase(`nofds filter ${filter}`, `get_thread_table_nofds("${filter}")`),
    threadCase(`barebone nofds filter ${filter}`, `get_thread_table_barebone_nofds("${filter}")`),
  ]),
  threadCase('in on_capture_start', 'get_thread_table()', ['-c', 't'], 'on_capture_start'),
  threadCase('in on_capture_start, filter', 'get_thread_table("fd.type=file")', ['-c', 't'], 'on_capture_start'),
  threadCase('in on_init', 'get_thread_table_nofds()', ['-c', 't'], 'on_init'),
  one(
    'thread table: in on_event',
    `args={}\n${DUMP} function on_event() if evt.get_num() == 150 then show("t", sysdig.get_thread_table("fd.num < 3")) print(evt.get_num(), evt.get_type()) sysdig.end_capture() end return true end`,
  ),
  one(
    'thread table: bad filters',
    `args={} function on_capture_start() ${tries(['sysdig.get_thread_table("foo=1")', 'sysdig.get_thread_table_nofds("evt.type=")', 'sysdig.get_thread_table_barebone("(")', 'sysdig.get_thread_table("evt.num > 0")', 'sysdig.get_thread_table("proc.pid=1 or not evt.num=2")', 'type(sysdig.get_thread_table("group.gid=0"))', 'sysdig.get_thread_table("syslog.message contains x")', 'type(sysdig.get_thread_table("fdlist.nums contains 1"))', 'sysdig.get_thread_table("span.id=1")', 'type(sysdig.get_thread_table("k8s.pod.name=x"))', 'type(sysdig.get_thread_table(5))', 'type(sysdig.get_thread_table({}))', 'type(sysdig.get_thread_table(true))'])} return true end`,
    ['-c', 't'],
    { ownWords: true },
  ),
  one(
    'container table',
    `args={} function on_capture_end() local t = sysdig.get_container_table() local lines = {} for i, c in ipairs(t) do lines[#lines + 1] = table.concat({c.id, c.name, c.image, c.type}, "|") end table.sort(lines) print(#t, table.concat(lines, "\\n")) print(#sysdig.get_container_table("x")) end`,
  ),
  one(
    'container table at start',
    `args={} function on_init() print(#sysdig.get_container_table()) return true end function on_capture_start() print(#sysdig.get_container_table()) return true end`,
  ),
];
