/** What chisels find in their Lua: libraries, output, and habits of published chisels. */
import { type ApiCase, one } from './case.js';

const main = (name: string, body: string, more: Partial<ApiCase> = {}) =>
  one(name, `args={}\n${body}`, ['-n', '1', '-c', 't'], more);

export const LUA_SIDE: ApiCase[] = [
  main(
    'globals that exist',
    `for _, n in ipairs{"unpack","loadstring","load","setfenv","getfenv","module","newproxy","gcinfo","collectgarbage","table.getn","table.maxn","table.foreach","table.foreachi","table.move","math.pow","math.ldexp","math.log10","math.fmod","package.loaders","package.searchers","xpcall","bit","bit32","jit","utf8","ffi","string.pack","table.pack","table.unpack","rawlen","math.type","math.tointeger","_ENV","arg","io","os","debug","coroutine","coroutine.running","package.searchpath","package.config","package.cpath","debug.sethook","os.getenv","io.popen"} do
    local v = _G for part in n:gmatch("[^.]+") do v = v and v[part] end print(n, type(v)) end print(_VERSION)`,
  ),
  main(
    'names of Lua 5.0',
    'print(math.mod(-7, 3), math.mod == math.fmod) for k, v in string.gfind("a=1, b=2", "(%w+)=(%w+)") do print(k, v) end',
    {
      own: {
        why: 'LuaJIT has dropped them',
        stdout: /^-1\ttrue\na\t1\nb\t2\n/,
        status: 0,
      },
    },
  ),
  main(
    'numbers as text',
    'print(3.0, 100/2, 1/3, 1534527342, -0.0, 1e14, 123456789012345, 2^53, 1/0, -1/0, 7 % -3, -7 % 3, 1e100, 0.1, 1e-5, 123456.789e3, 0x10, 5e-324)',
  ),
  main(
    'string.format',
    `print(string.format("%d %d %d %u %u %x %X %o %c %e %g %f", 3.7, -2.5, "12", 3, 2^53, 255, 255, 8, 65, 1.5, 1e20, 1.25))
    print(string.format("%.9d|%9.9d|%-5s|%-20.20s|%5.1f|%+d|% d|%#x|%05d|%q|%s|%s|%%", 5, 5, "ab", "abc", 3.14159, 5, 5, 255, 42, "a\\nb\\0c\\"", nil, true))
    print(string.format("%5s|%.2s|%i|%5.3s|%-5d|", "é", "abc", 7, "abcdef", 3), #string.format("%20s", "x"))`,
  ),
  main(
    'string library',
    `print(("abc"):rep(3, "-"), ("x"):byte(), ("a,b"):find(",", 1, true), ("hello"):gsub("l", {l="L"}), ("%g"):len(), ("a b"):match("%g+"), ("\\0a"):byte(1, -1))
    print(string.char(0, 255):byte(1, 2), ("abc"):sub(-2), ("abc"):upper(), ("a.b.c"):gsub("%.", "%%"), ("key = val"):match("^(%w+)%s*=%s*(%w+)$"), ("f(a(b)c)d"):match("%b()"), ("THE (quick) fox"):find("%((%a+)%)"))
    print(pcall(string.rep, "x", -1), ("x"):rep(0), tostring(nil), tostring(12), tonumber("0x1F"), tonumber("  12  "), tonumber("1e2"), tonumber("z", 36), tonumber("12a"), tonumber(""), tonumber("10", 2))`,
  ),
  main(
    'table library',
    `local t = {5, 2, 8, 1} table.sort(t) print(table.concat(t, ",")) table.insert(t, 1, 0) table.insert(t, 9) print(table.remove(t), table.remove(t, 1), #t, table.concat(t, ","), table.maxn({1, 2, [10] = 1}), table.getn({1, 2}))
    print(unpack({1, 2, 3}, 2)) print(select("#", unpack({}, 1, 3))) print(pcall(table.concat, {1, {}, 3})) print(pcall(table.sort, {3, 1, "x"})) print(next({})) print(#"abc", #{1, 2, nil, 4} >= 2)`,
  ),
  main(
    'bit library',
    'print(bit.band(0xff, 0x0f), bit.bor(1, 2), bit.bxor(5, 3), bit.bnot(0), bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-1, 28), bit.tobit(2^32 + 5), bit.tohex(255), bit.tohex(255, -4), bit.rol(1, 33), bit.ror(1, 1), bit.bswap(0x12345678))',
  ),
  main(
    'os and io',
    `print(type(os.time()), os.date("!%Y-%m-%d %H:%M:%S", 0), os.getenv("HOME") ~= nil, os.getenv("NOPE"), type(os.clock()), os.time{year=2020, month=1, day=1, hour=12}, os.date("!*t", 86400).day)
    local f = io.open("out.txt", "w") f:write("one\\n", 2, "\\n", 3.5) f:close() for l in io.lines("out.txt") do io.write("[", l, "]") end print() print(io.open("nosuch/file", "r")) print(io.popen("echo hi"):read("*a")) print(os.execute("exit 3")) print(os.remove("out.txt"), os.remove("out.txt"))
    io.stderr:write("to stderr\\n") io.write(1, " ", 2.5, "\\n") print(io.type(io.stdout), io.type(5), tostring(io.stdout):match("^file"))`,
  ),
  main(
    'error values',
    `print(pcall(error)) print(pcall(error, nil)) print(pcall(error, {1}) == false) print(pcall(error, "x", 0)) print(pcall(error, "x")) print(pcall(error, "x", 2)) print(select("#", pcall(error)))
    print(xpcall(function() error("deep") end, function(m) return "handled " .. m end)) print(pcall(function() local a = {} ; return a.b.c end)) print(pcall(function() return 1 + {} end)) print(pcall(function() return {} < {} end)) print(pcall(function() return "a" < 1 end)) print(pcall(function() local t = nil; t[1] = 2 end)) print(pcall(function() return ("x")() end)) print(pcall(function() return #nil end)) print(pcall(next, {}, "nokey"))
    print(pcall(ipairs)) print(pcall(setmetatable, {})) print(pcall(tonumber)) print(pcall(string.rep)) print(pcall(string.format, "%d", "x")) print(pcall(string.format, "%d")) print(pcall(("x").rep, "x", {})) print(pcall(math.floor, "x")) print(pcall(string.char, 256)) print(pcall(string.find, "a", "[")) print(pcall(string.find, "a", "%")) print(pcall(string.gsub, "a", "(", "b")) print(pcall(loadstring, nil)) print(loadstring("x ="))`,
  ),
  main(
    'misuse through pcall',
    `function on_init() print(pcall(chisel.request_field, "foo.bar")) local ok, e = pcall(chisel.request_field, "foo.bar") print(type(e), e == "C++ exception") print(pcall(pcall, chisel.request_field, "foo.bar")) return true end`,
  ),
  main('misuse uncaught in on_init', 'function on_init() chisel.request_field("foo.bar") return true end'),
  main('misuse uncaught in on_event', 'function on_event() chisel.request_field("foo.bar") return true end'),
  main(
    'misuse uncaught in on_capture_start',
    'function on_capture_start() sysdig.set_output_format("foo") return true end',
  ),
  main(
    'misuse in a coroutine',
    'function on_init() local co = coroutine.create(function() chisel.request_field("foo.bar") end) print(coroutine.resume(co)) print(coroutine.status(co)) return true end',
  ),
  main(
    'evt in a coroutine',
    `function on_event() local co = coroutine.wrap(function() coroutine.yield(evt.get_num()) coroutine.yield(evt.get_type()) end) print(co(), co()) return true end`,
  ),
  main(
    'setfenv and api',
    `function on_event() local f = function() return evt.get_num() end setfenv(f, {evt = evt}) print(f()) return true end`,
  ),
  main('goto', 'for i = 1, 3 do if i == 2 then goto continue end print(i) ::continue:: end local goto_ = 1'),
  main(
    'metatables',
    `local mt = {__index = function(t, k) return k .. "!" end, __add = function(a, b) return "add" end, __concat = function() return "cat" end, __eq = function() return true end, __lt = function() return true end, __le = function() return false end, __call = function(self, x) return x end, __tostring = function() return "TS" end, __unm = function() return "neg" end, __len = function() return 42 end}
    local a, b = setmetatable({}, mt), setmetatable({}, mt) print(a.foo, a + 1, a .. "x", "x" .. a, a == b, a < b, a <= b, a(7), tostring(a), -a, #a)`,
  ),
  main(
    'string keys and numbers',
    `local t = {} t[1] = "n" t["1"] = "s" t[1.5] = "f" t[2^53] = "big" t["\\1\\1"] = "a" t["\\17"] = "b" print(t[1], t["1"], t[1.5], t[2^53], t["\\1\\1"], t["\\17"], t[1.0]) print(pcall(function() t[nil] = 1 end)) print(pcall(function() t[0/0] = 1 end)) print(t[nil])`,
  ),
  main(
    'integer loops and floats',
    'for i = 0, 1, 0.25 do io.write(i, " ") end for i = 3, 1, -1 do io.write(i, " ") end print(2^31, 2^31 * 2, 1024 * 1024 * 1024 * 1024, 5 // 1 == nil)',
    {},
  ),
  main(
    'large sums',
    'local s = 0 for i = 1, 100000 do s = s + i * 1000000 end print(s, s % 7, math.floor(s / 3), string.format("%d", s), string.format("%u", s))',
  ),
  main(
    'print of many things',
    'print(nil, true, 1, "x") print() print("tab\\there") io.write("no newline") print("") print(("x"):rep(5000):len())',
  ),
  main('binary output', 'io.write("\\0\\1\\255\\n") print("\\200\\201")'),
  main(
    'common functions',
    `require "common" print(format_bytes(1536), format_time_interval(1234567), extend_string("abc", 6) .. "|", #split("a,b", ","), starts_with("abc", "ab"), ends_with("abc", "bc"), ts_to_str(5, 7), st({1, a = 2}, "n", true))
    print_sorted_table({a = 3, b = 1, c = 2}, 1, 2, 3, {key_fld={"k"}, key_desc={"Key"}, value_fld="v", value_desc="Val", value_units="bytes", top_number=2, output_format="normal"})
    for k, v in pairs_top_by_val({x=1, y=5, z=3}, 2, function(t, a, b) return t[a] > t[b] end) do print(k, v) end`,
  ),
  main(
    'ansiterminal',
    'local t = require "ansiterminal" print(t.red) t.enable_color(true) print(t.red .. "x" .. t.reset) t.enable_color(false) print(t.red == "") t.moveto(1, 2) t.clearscreen() t.clearline() t.moveup(3) t.hidecursor() t.showcursor() t.setfgcol(5) t.setbgcol(6)',
  ),
  main(
    'dkjson',
    `local json = require "dkjson" print(json.encode({1, 2, {a = 1}}, {indent = true})) print(json.encode("a\\"b\\n\\127")) print(json.decode("[1,{\\"a\\":null,\\"b\\":[true,false]}]")[2].b[1]) print(json.decode("[1,")) print(json.encode({})) print(pcall(json.encode, {[true] = 1}))`,
  ),
  one(
    'print_sorted_table in JSON',
    `require "common" args={} function on_event() return true end function on_capture_end() print_sorted_table({a = 3}, 1, 2, 3, {key_fld={"k"}, key_desc={"Key"}, value_fld="v", value_desc="Val", value_units="none", top_number=0, output_format="json"}) end`,
    ['-j', '-n', '1', '-c', 't'],
    { json: true },
  ),
  main(
    'parse_numeric_input',
    'require "common" print(parse_numeric_input("12", "x"), val) parse_numeric_input("abc", "count") print("not reached")',
  ),
  main(
    'package.path',
    'local p = package.path p = p:gsub("/usr/share/sysdig/chisels/%?%.lua.*$", ""):gsub("[^;]*chisels/%?%.lua;[^;]*lua/%?%.lua$", "") print((p:match("^(.-%./chisels/%?%.lua)")))',
  ),
  main(
    'package.loaded',
    'print(package.loaded.string == string, package.loaded._G == _G, type(package.preload), package.loaded.common) require "common" print(package.loaded.common)',
  ),
  main('module()', 'print(require("mod").f())', {
    files: { 'mod.lua': 'module("mod", package.seeall) function f() return "from mod", type(print) end' },
  }),
  main('shebang', 'print("x")'),
  {
    name: 'shebang line',
    files: { 't.lua': '#!/usr/bin/env lua\nargs={} print("x")\nfunction on_init() error("here") end' },
    words: ['-c', 't'],
  },
  {
    name: 'CRLF source',
    files: { 't.lua': 'args={}\r\nprint("x")\r\nfunction on_init()\r\n error("here")\r\nend\r\n' },
    words: ['-c', 't'],
  },
  { name: 'BOM', files: { 't.lua': '\ufeffargs={}\nprint("x")' }, words: ['-n', '1', '-c', 't'] },
  main(
    'debug library',
    'print(debug.traceback("x"):match("^x\\nstack traceback:") ~= nil, debug.getinfo(1, "l").currentline, debug.getinfo(print).what, type(debug.getinfo(1, "S").short_src))',
  ),
  main('os.exit in pcall', 'function on_event() pcall(function() print("x") os.exit(9) end) print("no") end'),
  main(
    'many locals and closures',
    `local t = {} for i = 1, 100 do t[i] = function() return i end end local s = 0 for i = 1, 100 do s = s + t[i]() end print(s) local function f(...) local a, b = ... return select("#", ...), a, b end print(f(), f(nil), f(1, nil, nil))`,
  ),
  main(
    'coroutines',
    `local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error({b}) end) print(coroutine.resume(co, 1)) print(select("#", coroutine.resume(co, 2)), coroutine.status(co)) print(coroutine.resume(co)) print(pcall(coroutine.wrap(function() error("w") end)))`,
  ),
];
