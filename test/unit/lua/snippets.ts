/**
 * Small Lua programs for differential tests: each prints something, and every tier has to print what LuaJIT prints.
 * They are grouped by topic; a group's lines are independent programs. Addresses in the output are ignored.
 */

const numbers = String.raw`
print(1, 1.0, -1, 0.1, 1/3, 100/2, 2^53, 2^63, 1e14, 1e15, 123456789012345, -0.0)
print(1/0, -1/0, 0/0, -(0/0), 1e308*10, 5e-324, 2.5e-8, 12345.678e3)
print(0xff, 0xFFFFFFFF, 0x1p4, 0x.8, 1e2, 1E+2, .5, 5., 3e-2, 0xA.8p1)
print(10 % 3, -10 % 3, 10 % -3, -10 % -3, 5.5 % 2, -5.5 % 2, 5 % math.huge, 1 % 0)
print(7 / 2, 7 * 2, 7 - 2, 7 ^ 2, 2 ^ 0.5, -2 ^ 2, 2 ^ 3 ^ 2, (-8) ^ (1/3))
print(1024 * 1024 * 1024 * 1024, 2147483647 + 1, 1000000000 * 10, 2^31, 2^32, 4294967296 * 4294967296)
print("10" + 5, "0x10" + 0, " 7 " * "2", "1e1" / 2, 10 .. 20, 1.5 .. "", -"3")
print(1 == 1.0, "1" == 1, 0 == -0, 0/0 == 0/0, 1 < 2, 2 <= 2, "a" < "b", "a" < "B", "" < "a")
print(tonumber("10"), tonumber("  0x1F  "), tonumber("1e"), tonumber(""), tonumber("1 2"), tonumber("inf"), tonumber("nan"))
print(tonumber("ff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("-101", 2), tonumber("7fffffffffffffff", 16), tonumber("1.5", 10))
print(tonumber(nil), tonumber({}), tonumber(true), pcall(tonumber), pcall(tonumber, "1", 99))
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.abs(-5), math.sqrt(16))
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.modf(3.7), math.modf(-3.7), math.modf(1/0))
print(math.max(1, 5, 3), math.min(4, 2, 8), math.pow(2, 10), math.exp(0), math.log(1), math.log10(1000), math.log(8, 2))
print(math.ldexp(0.5, 4), math.frexp(8), math.frexp(0), math.frexp(-0.3), math.ldexp(1, -1074))
print(math.sinh(0), math.cosh(0), math.tanh(0), math.deg(math.pi), math.rad(180), math.atan2(1, 1), math.huge, math.pi)
math.randomseed(42) local a = math.random() math.randomseed(42) print(a == math.random(), math.random(5) <= 5, math.random(3, 4) >= 3)
print((pcall(math.random, 0)), pcall(math.floor, "x"), math.floor("3.9"))
for i = 1, 3 do io.write(i, " ") end for i = 3, 1, -1 do io.write(i, " ") end for i = 1, 2, 0.5 do io.write(i, " ") end print()
for i = 1, 0 do print("never") end for i = 0.1, 0.35, 0.1 do io.write(i, " ") end print(pcall(function() for i = 1, "x" do end end))
for i = "1", 2 do io.write(i, " ") end print(pcall(function() for i = {}, 2 do end end)) print(pcall(function() for i = 1, 2, {} do end end))
local n = 0 for i = 1, math.huge do n = n + 1 if n > 4 then break end end print(n) for i = math.huge, 1 do print("no") end for i = -math.huge, 0 do print(i) break end
print(#"abc", #"", #"a\0b", -"2" + 0, not nil, not 0, 1 and 2, nil and 1, false or "x", nil or false)
print(bit.band(0xff, 0x0f), bit.bor(1, 2, 4), bit.bxor(5, 3), bit.bnot(0), bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-16, 2))
print(bit.tobit(0xffffffff), bit.tobit(2^40 + 5), bit.tohex(255), bit.tohex(-1, 4), bit.tohex(255, -8), bit.bswap(0x12345678), bit.rol(0x12345678, 8), bit.ror(1, 1))
print(bit.tobit(1.5), bit.tobit(2.5), bit.tobit(-1.5), bit.band("0xff", 15), pcall(bit.band), pcall(bit.band, nil))
print(2^31 | 0)
print(7 // 2)
print(1e, 2)
print(0x, 2)
print(3 .. 4, 3..4)
local x = 5 x = x + 1 print(x) local y = -x print(y, - - y, not not y)
print(8 % 3.5, 2^-1, 1e300 * 1e10, -1e300 * 1e10, 5 // 1)
print(string.format("%.14g", 2^53), 2^53 == 2^53 + 1, 9007199254740993)
`;

const formats = String.raw`
print(string.format("%d %i %u %c %x %X %o", 3.7, -2.5, 42, 65, 255, 255, 8))
print(string.format("%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d", 42, 42, 42, 42, 42, 42, 42))
print(string.format("%x %u %d %d", -1, -1, 2^40, -2^40), string.format("%u", 2^63), string.format("%d", 1e20))
print(string.format("%f %.2f %10.3f %-10.1f| %e %.3e %g %g %g", 1.5, 2.345, 3.14159, 2.5, 12345.678, 0.00012, 1e20, 0.0001, 100000))
print(string.format("%s %10s %-10s| %.2s %5.1s|", "hi", "hi", "hi", "hello", "xyz"))
print(string.format("%s %s %s %s", nil, true, 12, 1.5), string.format("%%"), string.format("%5s%%", "x"))
print(string.format("%q", 'a "quoted"\n\\line\0end\r\t\1\0019'))
print(string.format("%a %A", 1, 0.5), string.format("%#x %#o %+.1e", 255, 8, 12345))
print(pcall(string.format, "%d", "x")) print(pcall(string.format, "%d")) print(pcall(string.format, "%y", 1)) print(pcall(string.format, "%", 1))
print(pcall(function() string.format("%d", {}) end)) print(pcall(function() ("%d"):format("q") end)) print(pcall(function() string.format("%s") end))
print(string.format("%d", "10"), string.format("%s", 10), string.format("%.3f", "1.5"), string.format("%c%c", 72, 105))
print(string.format("%.2f %.2f %.0f %.0f %.1f", 1.125, 1.135, 0.5, 1.5, 0.25), string.format("%5.1f|%-8.3f|%08.2f", 3.14159, 2.5, -1.5))
print(string.format("%g %g %g %g", 0.1, 1e15, 123456789, 1e-10), string.format("%.3g|%10.4g|%G", 1234.5, 0.00001234, 1e-20))
print(string.format("%s", setmetatable({}, {__tostring = function() return "custom" end})))
print(string.format("%-20.20s|%20.5s|", "a long string that is cut off here", "truncated"))
print(string.format("%f %f %f %.1f %5.1f", 1/0, -1/0, 0/0, 1/0, -1/0), string.format("%d %x", 1/0, 0/0))
print(string.format("%.20f", 0.1), string.format("%.17g", 0.1), string.format("%.99f", 1/3))
print(#string.format("%99d", 1), pcall(string.format, "%100d", 1), pcall(string.format, "%.100f", 1))
print(string.format("%i|%5i|%-5i|%+i", 1, 2, 3, 4), string.format("%.0s|%s", "gone", "kept"), string.format("\0%s\0", "x") == "\0x\0")
print(tostring(1e100), tostring(-1e-100), tostring(1e14 + 0.5), tostring(99999999999999), tostring(0.1 + 0.2))
print(tostring(nil), tostring(true), tostring("x"), pcall(tostring), tostring(print):match("^function"), tostring({}):match("^table: "))
`;

const strings = String.raw`
local function m(s) return s:zap() end string.zap = function(s) return s .. 1 end print(m("a"), m("b")) string.zap = nil print(pcall(m, "a")) string.zap = function(s) return s .. 2 end print(m("a")) local mt = getmetatable("") mt.__index = function(s, k) return function() return k end end print(m("a"), ("x"):upper()) mt.__index = string print(m("a")) mt.__index = nil print(pcall(m, "a")) mt.__index = string print(m("a")) debug.setmetatable("", {__index = {zap = function() return "new" end}}) print(m("a")) debug.setmetatable("", nil) print(pcall(m, "a")) debug.setmetatable("", mt) print(m("a"))
for _ = 1, 2 do print(("aZ9_-"):upper(), ("aZ9_-"):lower(), ("ABC"):upper(), ("abc"):lower(), ("\228b"):upper():byte(1, -1)) print(("a long text of lower case"):upper(), ("A LONG TEXT OF UPPER CASE"):lower(), (""):upper()) end
print(("hello"):sub(2, 4), ("hello"):sub(-3), ("hello"):sub(2), ("hello"):sub(0), ("hello"):sub(10), ("hello"):sub(-100, 2), ("hello"):sub(3, 2))
print(("hello"):byte(), ("hello"):byte(2), ("hello"):byte(1, -1), ("hello"):byte(10), string.char(), string.char(104, 105))
print(("abc"):rep(3), ("abc"):rep(0), ("abc"):rep(-1), ("ab"):rep(3, "-"), ("x"):rep(2.9), ("abc"):reverse(), ("aBc"):upper(), ("AbC"):lower())
print(#("\0\0\0"), ("a\0b"):byte(1, -1), "a\0b" == "a\0c", "a\0b" < "a\0c", ("a\0b"):find("\0", 1, true), ("a\0b"):len())
print("\65\066\0067", "\x41\x7a", "a\z
       b", '\'', "\"", 'tab\tend', "line\
next", [[long
string]], [==[with ]] inside]==])
local t = {} t["a\1\1b"] = 1 t["a\17b"] = 2 print(t["a\1\1b"], t["a\17b"], "\1\1" == "\17", "\n" < "0", "\200" > "a")
print(("hello world"):find("wor"), ("hello world"):find("o", 6), ("hello"):find("l+"), ("hello"):find("xyz"), ("hello"):find(""), ("hello"):find("", 10), ("a.b"):find(".", 1, true))
print(("key = value"):match("^(%w+)%s*=%s*(%w+)$"), ("2024-01-15"):match("(%d+)-(%d+)-(%d+)"), ("abc"):match("()b()"), ("abc"):match(".-"), ("abc"):match("a(.*)c"))
for w in ("one two three"):gmatch("%a+") do io.write(w, ";") end for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do io.write(k, v, ";") end print()
for a in ("abc"):gmatch("") do io.write("[", a, "]") end for p in ("abc"):gmatch("()") do io.write(p, ",") end print()
print(("hello"):gsub("l", "L"), ("hello"):gsub("l", "L", 1), ("hello"):gsub("", "-"), ("abc"):gsub("%w", "%0%0"), ("abc"):gsub("(a)(b)", "%2%1"))
print(("hello world"):gsub("o", {o = "0"}), ("hello"):gsub("%w", function(c) if c == "l" then return "1" end end), ("x y"):gsub("%s", "%%"))
print(("abc"):gsub("b", "%1"), pcall(string.gsub, "abc", "b", "%2"), pcall(string.gsub, "abc", "(b", "x"), pcall(string.gsub, "abc", "b)", "x"))
print(pcall(string.find, "a", "[a")) print(pcall(string.find, "a", "%")) print(pcall(string.find, "a", "%f")) print(pcall(string.find, "a", "%b")) print(pcall(string.match, "aa", "(a)%2"))
print(("THE (quick) fox"):find("%((%a+)%)"), ("f(a(b)c)d"):match("%b()"), ("THE (quick) fox"):gsub("%f[%a]%a+", string.lower), ("x"):match("%f[%z]"))
print(("  trim  "):match("^%s*(.-)%s*$") .. "|", ("a,b,,c"):gsub(",", ";"), ("%d"):gsub("%%d", "x"), ("a-b"):gsub("%-", "+"))
print(("äöü"):len(), ("äöü"):byte(1, -1), ("äöü"):upper() == "äöü", ("\255\254"):byte(1, 2), ("x\200y"):find("\200"))
print(("abc123"):match("%a+"), ("abc123"):match("%d+"), ("a_b"):match("[%w_]+"), ("a]b"):match("[]]"), ("a^b"):match("[%^]"), ("a-z"):match("[a%-z]+"), ("x"):match("[^a-c]"))
print(("aaa"):match("a-"), ("aaa"):match("a-$"), ("aaab"):match("a-b"), ("aXb"):match("a%ub"), ("a b"):match("a%sb"), ("a.b"):match("a%pb"), ("\1"):match("%c") == "\1", ("fF9"):match("%x+"), ("!~ "):match("%g+"))
print(("abc"):gsub(".", {a = 1, b = true}))
print(pcall(string.gsub, "abc", ".", function() return {} end)) print(pcall(string.gsub, "abc", ".", 1, "x")) print(pcall(string.gsub, "abc")) print(pcall(string.gsub, "abc", ".", true))
print(pcall(string.rep)) print(pcall(string.rep, "x")) print(pcall(string.sub)) print(pcall(string.char, 256)) print(pcall(string.char, -1)) print(pcall(string.byte, nil))
print(("x"):rep(3, nil), pcall(function() return ("x"):bad() end), pcall(function() local s = "x" return s.y.z end), ("x").len, #"x")
print(table.concat({1, 2, "x"}), table.concat({}, ","), table.concat({1, 2, 3}, ", "), table.concat({1, 2, 3}, "-", 2), table.concat({1, 2, 3}, "-", 2, 3), pcall(table.concat, {1, {}, 3}))
print(("%s"):format("a"), ("x"):len(), ("abc"):find("b", -2), ("abc"):find("a", -2), ("aXbX"):find("X", 3), string.find("abc", "b", nil, true))
print(pcall(string.dump, print)) print(loadstring(string.dump(function(a) return a * 2 end))(21))
print(string.len("abc"), string.upper("x"), pcall(string.upper), pcall(string.len, {}), (" "):rep(3) .. "|", ("a"):byte(-1))
print(("one;two;;four"):gsub(";;", ";nil;"), ("abc"):find("c", 3), ("abc"):find("c", 4), ("abc"):match("(a)(b)(c)"), ("k: v"):match("(%w+):%s(%w+)"))
print(("a\nb\nc"):gsub("\n", "|"), ("path/to/file.txt"):match("([^/]+)%.(%w+)$"), ("3.14"):match("^-?%d+%.?%d*$"), ("x=1"):gsub("=", " = "))
print(string.gsub("hello", "(l)(l)", function(a, b) return a:upper() .. b end), string.gsub("abc", "^a", "x"), string.gsub("aaa", "^a", "x"), string.gsub("abc", "c$", "x"), string.gsub("a$c", "$", "x"))
print("a" .. 1 .. 2.5 .. "b", pcall(function() return "a" .. nil end), pcall(function() return {} .. "a" end), pcall(function() local x return "a" .. x end))
print(("abcabc"):find("(b)(c)%1"), ("abab"):find("(ab)%1"), ("abcabc"):gsub("%w%w", "%0 "), ("aab"):gsub("a-b", "x"), ("test123"):gsub("%d", function(d) return d + 1 end))
print(#("x"):rep(1000), ("ab"):rep(5):find("ba", 3), ("x"):rep(10):gsub("x", "y", 3))
`;

const tables = String.raw`
for k, v in pairs({10, 20, 30}) do io.write(k, "=", v, " ") end for i, v in ipairs({1, 2, nil, 4}) do io.write(i, ":", v, " ") end print()
local t = {1, 2, 3} print(#t) t[#t + 1] = 4 print(#t) t[#t] = nil print(#t) t[2] = nil print(t[1], t[2], t[3])
local t = {n = 1, [1] = "a", "b", [2 + 1] = "c"; "d"} print(t[1], t[2], t[3], t.n, #t)
local t = {} t[1.0] = "a" t[2^53] = "b" print(t[1], t[2^53], t["1"]) t[-0.0] = "z" print(t[0])
print(pcall(function() local t = {} t[nil] = 1 end)) print(pcall(function() local t = {} t[0/0] = 1 end)) print(({})[nil], ({})[0/0])
local t = {5, 2, 8, 1} table.sort(t) print(table.concat(t, " ")) table.sort(t, function(a, b) return a > b end) print(table.concat(t, " "))
local t = {"b", "a", "C", "B"} table.sort(t) print(table.concat(t, " ")) print(pcall(table.sort, {1, "a", 2})) print(pcall(table.sort, {3, 1, 2}, function() error("x") end))
print(pcall(table.sort, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, function() return true end))
local t = {} for i = 1, 20 do t[i] = {k = i % 3, i = i} end table.sort(t, function(a, b) return a.k < b.k end) for _, v in ipairs(t) do io.write(v.i, " ") end print()
local t = {1, 2, 3} table.insert(t, 4) table.insert(t, 1, 0) print(table.concat(t, ",")) print(table.remove(t), table.remove(t, 1), table.concat(t, ",")) print(table.remove({}), table.remove(t, 10), #t)
print(pcall(table.insert, {})) print(pcall(table.insert, {}, 1, 2, 3)) print(pcall(table.insert, nil, 1)) print(pcall(table.insert, {}, "x", 1)) print(pcall(table.remove))
print(table.getn({1, 2}), table.maxn({1, 2, [10] = 3, [2.5] = 1}), table.maxn({}))
local t = {10, 20, nil, 40} for i = 0, 6 do io.write(tostring(t[i]), " ") end for i = 3, -3, -1 do io.write(tostring(t[i]), " ") end print()
local t = {} for i = 5, 1, -1 do t[i] = i * i end for i = 0, 2 do t[i] = nil end for i = -2, 7 do io.write(tostring(t[i]), " ") end t[2] = 1 t[1] = 0 print(#t, next(t))
local t = {1, 2, 3} for i = 1, 3 do t[i] = nil end print(#t, next(t)) for i = 1, 3 do t[i] = i end print(#t, t[1], t[3]) for i = 3, 1, -1 do t[i] = nil end print(#t, next(t))
local t = setmetatable({7}, {__index = function(_, k) return "no " .. k end, __newindex = function(t, k, v) rawset(t, k, v .. "!") end}) for i = 1, 3 do io.write(t[i], " ") t[i] = "x" io.write(t[i], " ") end print()
local u for i = 1, 2 do print(pcall(function() return u[i] end)) print(pcall(function() u[i] = i end)) end print(pcall(function() local n = 5 for i = 1, 1 do return n[i] end end))
local s = "abc" for i = 1, 2 do print(s[i], (s)[1], pcall(function() s[i] = 1 end)) end print(pcall(function() return ("x")[1][2] end), pcall(function() local b = true for i = 1, 1 do return b[i] end end))
local t, n = {1, 2, 3}, 0 for i, v in ipairs(t) do n = n + 1 if n < 6 then t[#t + 1] = v * 10 end io.write(i, ":", v, " ") end for i, v in ipairs(t) do t[i + 1] = nil io.write(i, ":", v, " ") end print(#t)
local t = {[2] = "b", [3] = "c"} t[1] = "a" for i, v in ipairs(t) do io.write(i, v, " ") end local u = {} u[3] = 3 u[2] = 2 for i in ipairs(u) do print("never", i) end for i in ipairs({5, 6}) do io.write(i, " ") end print()
do local t = {4, 5} local list = {} for i, v in ipairs(t) do list[i] = function() i = i + 1 return i, v end end print(list[1](), list[1](), list[2]()) end print(pcall(function() for i, v, w in ipairs(nil) do end end))
local old = ipairs ipairs = function(t) return function(_, k) if k < 3 then return k + 1, t, "third" end end, nil, 0 end for i, v, w in ipairs("odd") do io.write(i, v, w, " ") end ipairs = old for i, v, w in ipairs({"x"}) do print(i, v, w) end
local t = {f = 1, [1] = 2} local function get(x) return x.f end print(get(t), get({}), pcall(get, 1), pcall(get, nil), pcall(get, print), get("s")) t.f = nil t.g = 3 print(get(t), t.g)
table.foreach({1, x = 2}, print) table.foreachi({3, 4}, print) print(table.foreach({1, 2, 3}, function(k, v) if v == 2 then return "found" end end))
print(unpack({1, 2, 3}), unpack({1, 2, 3}, 2), unpack({1, 2, 3}, 2, 3), unpack({}, 1, 3), select("#", unpack({}, 1, 3))) print(pcall(unpack)) print(pcall(unpack, {}, 1, 1e8))
print(next({}), next({1}), next({a = 1}), pcall(next, {}, "x"), pcall(next), rawget({a = 1}, "a"), rawequal("a", "a"), rawequal({}, {}), type(next))
local t = {a = 1, b = 2, c = 3} local n = 0 for k in pairs(t) do t[k] = nil n = n + 1 end print(n, next(t))
local t = {} for i = 1, 10 do t[i] = i end for i = 1, 10 do if i % 2 == 0 then t[i] = nil end end local n = 0 for _ in pairs(t) do n = n + 1 end print(n)
print(table.move({1, 2, 3}, 1, 3, 2)[3], table.concat(table.move({1, 2, 3}, 1, 3, 3), ","), table.concat(table.move({1, 2, 3}, 2, 3, 1), ","))
local a, b, c = (function() return 1, 2, 3 end)() print(a, b, c) local t = {(function() return 1, 2 end)(), (function() return 1, 2 end)()} print(#t) print(((function() return 1, 2 end)()))
local t = setmetatable({}, {__index = function(t, k) return k .. "!" end}) print(t.x, t[1], rawget(t, "x")) t.x = 5 print(t.x)
local t = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) t.a = 1 print(t.a) t.a = 7 print(t.a)
local b = {x = 1} local t = setmetatable({}, {__index = b, __newindex = b}) print(t.x) t.y = 2 print(b.y, rawget(t, "y"))
local mt = {__add = function(a, b) return "add" end, __concat = function() return "cat" end, __unm = function() return "neg" end, __len = function() return 42 end} local t = setmetatable({1}, mt) print(t + 1, 1 + t, t .. "x", "x" .. t, 1 .. t, -t, #t)
local mt = {__eq = function() return true end, __lt = function() return true end, __le = function() return false end} local a, b = setmetatable({}, mt), setmetatable({}, mt) print(a == b, a < b, a <= b, a > b, a >= b, a ~= b, a == 1)
local mt = {__lt = function() return true end} local a, b = setmetatable({}, mt), setmetatable({}, mt) print(a <= b, a >= b, pcall(function() return a < {} end), pcall(function() return a < 1 end))
local mt = {__call = function(self, ...) return select("#", ...), ... end} local t = setmetatable({}, mt) print(t(1, 2), t(), pcall(t, 5))
print(getmetatable("").__index == string, getmetatable({}), getmetatable(setmetatable({}, {__metatable = "locked"})), pcall(setmetatable, setmetatable({}, {__metatable = 1}), {})) print(pcall(setmetatable, 1, {})) print(pcall(setmetatable, {}, 1)) print(pcall(setmetatable, {}))
local t = setmetatable({}, {__tostring = function() return "me" end}) print(t, tostring(t)) print(pcall(print, setmetatable({}, {__tostring = function() return {} end})))
local t = setmetatable({}, {__index = function(t, k) error("no " .. k) end}) print(pcall(function() return t.foo end))
local t = {} for i = 1, 100 do t[i] = i end print(#t, select("#", unpack(t))) for i = 1, 50 do table.remove(t, 1) end print(#t, t[1], t[50])
local t = {1, 2, 3, nil} print(#t) local t = {nil} print(#t) local t = {n = 0} print(#t, #"", #{{}, {}})
local s = 0 for _, v in ipairs({1, 2, 3}) do s = s + v end for k, v in pairs({a = 1}) do s = s + v end for k, v in next, {5} do s = s + v end print(s)
local t = {} t.x, t.y = 1, 2 t.x, t.y = t.y, t.x print(t.x, t.y) local i = 1 i, t[i] = i + 1, 20 print(i, t[1], t[2])
local t = {[1] = 1, [2] = 2, [4] = 4} t[3] = 3 print(#t) t[5] = 5 print(#t) t[5] = nil t[4] = nil print(#t)
local a = {} a.b = {} a.b.c = {d = 5} print(a.b.c.d, a["b"]["c"]["d"], pcall(function() return a.x.y end), pcall(function() a.x.y = 1 end))
`;

const functions = String.raw`
local function f(...) return select("#", ...), ... end print(f()) print(f(nil)) print(f(1, nil, 3, nil)) print((f(1, 2)))
print(select(2, "a", "b", "c"), select(-1, "a", "b", "c"), select("#"), select("#", nil, nil), pcall(select, 0)) print(pcall(select, -5, 1)) print(pcall(select))
local function fact(n) if n <= 1 then return 1 end return n * fact(n - 1) end print(fact(10), fact(20), fact(30))
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end print(loop(100000))
local function mk() local n = 0 return function() n = n + 1 return n end end local a, b = mk(), mk() print(a(), a(), b(), a())
local fs = {} for i = 1, 3 do fs[i] = function() i = i + 10 return i end end print(fs[1](), fs[1](), fs[2](), fs[3]())
local fs = {} for _, v in ipairs({"a", "b"}) do fs[#fs + 1] = function() return v end end print(fs[1](), fs[2](), function() end == function() end)
local x = 1 do local x = 2 print(x) end print(x) local function g() return x end x = 5 print(g()) while true do local y = x if y then break end end repeat local z = 1 until z == 1
goto skip do print("skipped") end ::skip:: print("here") for i = 1, 3 do for j = 1, 3 do if j == 2 then goto continue end io.write(i, j, " ") end ::continue:: end print()
local i = 1 ::top:: if i <= 3 then io.write(i, " ") i = i + 1 goto top end print()
local goto_ = 1 local t = {goto_ = 2} print(goto_, t.goto_) local ok = loadstring("local goto = 5 return goto") print(ok and ok())
print(loadstring("break")) print(loadstring("goto nowhere")) print(loadstring("::a:: ::a::")) print(loadstring("do goto x; local a; ::x:: print(a) end"))
print(pcall(error, "msg")) print(pcall(error, "msg", 0)) print(pcall(error, {1}) == false) print(pcall(error)) print(pcall(error, nil)) print(pcall(function() error("lvl1") end)) print(pcall(function() error("lvl2", 2) end)) print(pcall(function() error() end))
print(pcall(function() local x = nil; x() end)) print(pcall(function() undefinedglobal() end)) print(pcall(function() local t = {} t.x.y() end)) print(pcall(function() local t = {} t:m() end)) print(pcall(function() ("x")() end))
print(pcall(function() return nil + 1 end)) print(pcall(function() local a = {} return a + 1 end)) print(pcall(function() return undefd * 2 end)) print(pcall(function() local t = {} return t.x - 1 end)) print(pcall(function() return "abc" + 1 end)) print(pcall(function() return -{} end))
print(pcall(function() return 1 < "2" end)) print(pcall(function() return {} < {} end)) print(pcall(function() return nil < 1 end)) print(pcall(function() return 1 > nil end)) print(pcall(function() return true <= false end)) print(pcall(function() return print < print end))
print(pcall(function() return #nil end)) print(pcall(function() return #5 end)) local u print(pcall(function() return #u end)) print(pcall(function() return u.x end)) print(pcall(function() u.x = 1 end)) print(pcall(function() return u .. "" end))
print(xpcall(function() error("e") end, function(m) return "handled: " .. m end)) print(xpcall(function(...) return ... end, print, 1, 2)) print(pcall(xpcall)) print(xpcall(function() error({code = 5}) end, function(e) return e.code end))
print(pcall(pcall)) print(pcall(pcall, error, "x")) print(pcall(assert, false)) print(pcall(assert, nil, "custom")) print(pcall(assert, false, {1})) print(assert(1, 2, 3)) print(pcall(assert))
print(loadstring("return 1 + 1")()) print(loadstring("syntax error here")) print(loadstring("x =")) print(loadstring("return '")) print(loadstring("for")) print(loadstring("local function")) print(loadstring("if x then")) print(loadstring("x = = 1"))
print(loadstring("return ...", "=name")(7)) print(loadstring("error('x')", "@file.lua")) print(pcall(loadstring("error('x')", "@file.lua"))) print(pcall(loadstring("error('x')", "=name"))) print(pcall(loadstring("error('x')"))) print(pcall(loadstring("\n\nerror('x')", "a long chunk name that is not a file and goes on and on for a while")))
local parts = {"return ", "1", "+2"} local i = 0 print(load(function() i = i + 1 return parts[i] end)()) print(load("return x", "n", "t", {x = 9})()) print(load("\27bad", "n", "t"))
print(pcall(load, nil)) print(loadfile("/nonexistent/x.lua")) print(pcall(dofile, "/nonexistent/x.lua"))
x = 1 local function f() return x end setfenv(f, {x = 2}) print(f(), x, getfenv(f).x, getfenv(1) == _G, getfenv(0) == _G, getfenv(print) == _G)
local env = setmetatable({}, {__index = _G}) setfenv(1, env) y = 5 print(y, env.y, rawget(_G, "y")) print(pcall(setfenv, print, {})) print(pcall(setfenv, 1)) print(pcall(getfenv, 100))
local function f() local function g() return z end return g end setfenv(f, {z = "inner"}) print(f()())
print(type(nil), type(1), type("x"), type({}), type(print), type(coroutine.create(function() end)), type(io.stdout), pcall(type))
print(_VERSION, _G._G == _G, type(jit), type(bit), unpack == table.unpack, type(loadstring), type(newproxy))
local p = newproxy(true) getmetatable(p).__index = function(_, k) return k end print(p.abc, type(p), pcall(newproxy, 5)) getmetatable(p).__len = function() return 7 end print(#p)
print(collectgarbage("count") > 0, collectgarbage(), pcall(collectgarbage, "bogus"), gcinfo() > 0)
local function outer() local function inner() error("deep") end inner() end print(select(2, xpcall(outer, debug.traceback)))
print(debug.traceback("msg", 1):match("^msg\nstack traceback:\n\tsnippet:1: in main chunk") ~= nil) print(debug.traceback({}) ~= nil, debug.traceback(nil) ~= nil)
local function f(a, b) local c = 3 local n, v = debug.getlocal(1, 1) local n2, v2 = debug.getlocal(1, 3) return n, v, n2, v2, debug.getlocal(1, 100) end print(f(1, 2))
local function f() return debug.getinfo(1, "nSl") end local i = f() print(i.name, i.namewhat, i.short_src, i.linedefined, i.currentline, i.what, i.source)
local i = debug.getinfo(print) print(i.what, i.short_src, i.currentline, i.linedefined, i.func == print) print(debug.getinfo(100), pcall(debug.getinfo, "x")) print(pcall(debug.getinfo, 1, "?"))
local up = 5 local function f() return up end print(debug.getupvalue(f, 1)) print(debug.setupvalue(f, 1, 9), up, debug.getupvalue(f, 2))
local n = 0 debug.sethook(function(e, l) n = n + 1 end, "l") local a = 1
local b = 2
debug.sethook() print(n > 0, debug.gethook()) local c = 0 debug.sethook(function() c = c + 1 end, "", 100) debug.sethook()
print(rawequal(debug.getmetatable("").__index, string), debug.getregistry() ~= nil, pcall(rawset, 1, 2, 3)) print(pcall(rawget, {}))
a = {} function a.b(x) return x end function a:c(x) return self == a, x end print(a.b(1), a:c(2), a.c(a, 3))
local function v(...) local a, b = ... local t = {...} return #t, a, b, select("#", ...) end print(v(1, 2, 3)) print((v()))
do local a <const> = 1 end
print(loadstring("return 1 & 2")) print(loadstring("return 1 | 2")) print(loadstring("return ~1")) print(loadstring("return 1 << 2")) print(loadstring("return 'a' ~ 'b'"))
print(loadstring("return '\\q'")) print(loadstring("return '\\300'")) print(loadstring("return '\\xZZ'")) print(loadstring("x = [==[ abc")) print(loadstring("--[[ abc")) print(loadstring("return 'abc\ndef'"))
print(loadstring("local a = {1, 2")) print(loadstring("f(")) print(loadstring("a.b:c = 1")) print(loadstring("return return")) print(loadstring("local 1 = 2")) print(loadstring("function f(a,) end")) print(loadstring("x = }")) print(loadstring("elseif")) print(loadstring("end"))
print(loadstring('f(1 "a")')) print(loadstring("f(1 'a')")) print(loadstring("f(1 [==[q]==])")) print(loadstring("f(1 [[\nq]])")) print(loadstring('f(1 "")')) print(loadstring('f(1 "\\65\\tb")')) print(loadstring('x = {a "b" "c"}')) print(loadstring('x = {a = 1 "c"}')) print(loadstring('f(a "b" 1)'))
_ENV = 5 print(_ENV, _G._ENV) local function f() local _ENV = {} return print ~= nil end print(f())
print(pcall(string.rep, "x", 1, 2, 3), (pcall(print)), pcall(ipairs), pcall(pairs, nil)) print(pcall(function() for i in 5 do end end)) print(pcall(function() for i in nil do end end)) print(pcall(ipairs))
print(tostring(2^31), 2^31 % 2, 1e15 % 7, -2^31, (2^53 + 1) % 2) print(string.format("%s %s", 1, 2.0), #tostring(12345.678))
local line = "return debug.getinfo(1).currentline" for _, code in ipairs{line, "\r\r" .. line, "x = [=[\rhi\r]=]\r" .. line, "y = 'a\\\rb'\r\n" .. line, "-- c\r\r" .. line, "\n\r\n\r" .. line, "--[[\r\n\r\n]]" .. line, "y = 'a\\z \r \n\r b' " .. line} do print(pcall(loadstring(code))) end print(("%q"):format(x), y)
local n = os.tmpname() do local f = io.open(n, "w") f:write("left open") end collectgarbage() collectgarbage() print(io.open(n):read("*a")) os.remove(n)
`;

const coroutines = String.raw`
local co = coroutine.create(function(a, b) print(a, b) local c = coroutine.yield(a + b) print(c) local d, e = coroutine.yield(c * 2) print(d, e) return "end", 1 end) print(coroutine.resume(co, 1, 2)) print(coroutine.resume(co, 10)) print(coroutine.resume(co, "x", "y")) print(coroutine.resume(co)) print(coroutine.status(co))
local f = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(f(), f(), f(), f()) print(pcall(f))
local co = coroutine.create(function() error("oops") end) print(coroutine.resume(co)) print(coroutine.status(co)) local co = coroutine.create(function() error({}) end) print(coroutine.resume(co))
local f = coroutine.wrap(function() error("wrapped") end) print(pcall(f)) local f = coroutine.wrap(function() error({5}) end) print(select(2, pcall(f))[1])
print(coroutine.running()) local co co = coroutine.create(function() print(coroutine.running() == co, coroutine.status(co)) end) coroutine.resume(co) print(coroutine.status(co))
local co = coroutine.create(function() local ok, v = pcall(function() return coroutine.yield(1) + 1 end) print(ok, v) local ok, e = pcall(function() coroutine.yield(2) error("in") end) print(ok, e) return 3 end) print(coroutine.resume(co)) print(coroutine.resume(co, 41)) print(coroutine.resume(co)) print(coroutine.resume(co))
local t = setmetatable({}, {__index = function(t, k) return coroutine.yield(k) end, __add = function(a, b) return coroutine.yield("add") end}) local f = coroutine.wrap(function() local v = t.foo print("v", v) print("sum", t + 1) return "fin" end) print(f()) print(f("bar")) print(f(99))
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end local s = 0 for i in gen(10) do s = s + i end print(s)
print(pcall(coroutine.create)) print(pcall(coroutine.resume)) print(pcall(coroutine.status, 1)) print(pcall(coroutine.wrap, 5)) print(pcall(coroutine.yield)) print(coroutine.isyieldable())
local co co = coroutine.create(function() print(coroutine.resume(co)) end) coroutine.resume(co) local co = coroutine.create(function() end) coroutine.resume(co) print(coroutine.resume(co))
local co1, co2 co1 = coroutine.create(function() coroutine.resume(co2) end) co2 = coroutine.create(function() print(coroutine.status(co1), coroutine.resume(co1)) end) coroutine.resume(co1)
local function iter(t) for i = 1, #t do coroutine.yield(t[i]) end end for v in coroutine.wrap(function() iter({1, 2, 3}) end) do io.write(v, " ") end print()
local co = coroutine.wrap(function(...) local n = select("#", ...) while true do n = n + select("#", coroutine.yield(n)) end end) print(co(1, 2), co(1), co())
print(pcall(coroutine.wrap(function() table.sort({3, 2, 1}, function(a, b) coroutine.yield() end) end))) print(coroutine.resume(coroutine.create(function() ("x"):gsub("x", function() coroutine.yield() end) end)))
local co = coroutine.create(function(x) while true do x = coroutine.yield(x and x * 2) end end) for i = 1, 5 do io.write(tostring(select(2, coroutine.resume(co, i))), " ") end print()
local f = coroutine.wrap(function() for k, v in pairs({1, 2}) do coroutine.yield(k, v) end return "done" end) print(f()) print(f()) print(f())
local co = coroutine.create(function() local a = {} for i = 1, 3 do local x = coroutine.yield(i) a[#a + 1] = function() return x end end return a[1](), a[2](), a[3]() end) coroutine.resume(co) coroutine.resume(co, "a") coroutine.resume(co, "b") print(coroutine.resume(co, "c"))
local co = coroutine.create(function() return xpcall(function() coroutine.yield("y") error("z") end, function(m) return "h:" .. m end) end) print(coroutine.resume(co)) print(coroutine.resume(co))
print((debug.traceback(coroutine.create(function() end)):gsub("%[C%]: at.*", "")))
local co = coroutine.create(function() local zz = 1 coroutine.yield() end) coroutine.resume(co) print(debug.traceback(co))
`;

const system = String.raw`
print(os.time({year = 2020, month = 1, day = 1, hour = 12}), os.time({year = 2000, month = 13, day = 32, hour = 25, min = 61, sec = 61}), pcall(os.time, {}))
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%c", 86400), os.date("!%x %X %p %j %U %w %a %A %b %B", 1e9), os.date("!%%", 0), os.date("!%d/%m/%y %I", 1e9))
local t = os.date("!*t", 1e9) print(t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst) print(type(os.time()), os.difftime(10, 5), type(os.clock()))
print(os.getenv("NO_SUCH_VARIABLE_HERE"), os.getenv("PATH") ~= nil, os.execute("exit 3"), os.execute("true"), os.execute() ~= 0, os.setlocale(), os.setlocale("xx"))
local n = os.tmpname() print(n:match("^/tmp/lua_") ~= nil) local f = assert(io.open(n, "w")) print(f:write("line1\n", 2, " 3.5\nline3")) print(io.type(f), f:close(), io.type(f)) for l in io.lines(n) do io.write("[", l, "]") end print() local f = io.open(n) print(f:read("*l", "*n", "*n", "*l", "*a")) print(f:read("*l"), f:read("*a"), f:read(0)) f:close() print(os.remove(n), os.remove(n))
local n = os.tmpname() local f = io.open(n, "w+") f:write("hello world") print(f:seek("set", 6), f:read(5), f:seek("cur"), f:seek("end"), f:seek("set"), f:read("*a"), f:read(1)) f:seek("set", 0) f:write("J") f:seek("set") print(f:read("*a")) f:close() local f = io.open(n, "a") f:write("!") f:close() print(io.open(n):read("*a")) os.remove(n)
print(io.open("/nonexistent/file")) print(pcall(io.open, "/tmp/x", "bad")) print(pcall(io.lines, "/nonexistent/file")) print(io.type(5), io.type(io.stdout), pcall(io.type)) print(tostring(io.stdout):match("^file %("))
local n = os.tmpname() local f = io.open(n, "w") f:close() print(pcall(f.read, f)) print(pcall(function() f:write("x") end)) print(tostring(f)) os.remove(n) print(pcall(io.close)) print(pcall(function() io.stdout:seek("bad") end))
local p = io.popen("echo one; echo two") print(p:read("*a")) print(p:close()) local p = io.popen("cat > /dev/null", "w") print(p:write("data")) print(p:close()) for l in io.popen("printf 'a\\nb\\nc'"):lines() do io.write(l, ";") end print()
io.write("a", 1, 2.5, "\n") print(io.write("")) print(pcall(io.write, {})) print(pcall(io.write, nil)) io.stdout:write("x", "y\n") print(io.stdout:flush(), io.flush())
local n = os.tmpname() local f = io.open(n, "w") f:write("1 2\n0x1F -5e2 abc") f:close() f = io.open(n) print(f:read("*n"), f:read("*n"), f:read("*n"), f:read("*n"), f:read("*n")) f:close() for a, b in io.open(n):lines(1, "*l") do io.write(tostring(a), "|", tostring(b), ";") end print() os.remove(n)
local n = os.tmpname() io.output(n) io.write("via default") io.close() io.output(io.stdout) io.input(n) print(io.read("*a")) io.close(io.input()) io.input(io.stdin) os.remove(n)
local n = os.tmpname() local f = io.open(n, "w") print(f:setvbuf("full", 1024), f:setvbuf("no"), f:setvbuf("line"), pcall(f.setvbuf, f, "bad")) f:write(("x"):rep(10000)) f:flush() print(#io.open(n):read("*a")) f:close() print(os.rename(n, n .. ".moved"), os.remove(n .. ".moved"), os.rename(n, "/nonexistent/x"))
local f = io.tmpfile() f:write("tmp") f:seek("set") print(f:read("*a")) f:close() print(pcall(f.close)) print(io.open("/tmp", "r"):read("*a")) print(pcall(io.popen, "true", "bad"))
local n = os.tmpname() local f = io.open(n, "wb") f:write("a\r\nbc\n\nend") f:close() local f = io.open(n, "rb") print(#f:read("*l"), #f:read("*l"), f:read("*l"), f:read("*L"), f:read("*L")) f:close() for l in io.lines(n) do io.write(#l, " ") end print() os.remove(n)
print(package.path ~= nil, type(package.loaded), package.loaded.string == string, type(package.preload), #package.loaders, package.config:sub(1, 1)) package.preload.foo = function(n) return {name = n} end print(require("foo").name, require("foo") == package.loaded.foo)
print((select(2, pcall(require, "no.such.module")):match("^[^\n]*"))) package.preload.bar = function() end print(require("bar"), package.loaded.bar) package.preload.bad = function() error("load failed") end print(pcall(require, "bad"))
module("mymod", package.seeall) function hello() return "hi" end x = 5 print(_NAME, _M == package.loaded.mymod, _PACKAGE, hello(), _G.mymod.x)
module("a.b.c") _G_ = 1 local m = package.loaded["a.b.c"] m.print = nil
print(package.loadlib("x", "y") == nil, package.searchpath("nope", "./?.none") == nil, type(package.seeall))
local n = os.tmpname() local f = io.open(n, "w") f:write("#!shebang\nreturn ..., 42") f:close() print(loadfile(n)("arg")) print(dofile(n)) local f = io.open(n, "w") f:write("x = = 1") f:close() local a, b = loadfile(n) print(a, (b:gsub("/tmp/lua_%w+", "FILE"))) os.remove(n)
`;

function split(group: string): string[] {
  const programs: string[] = [];
  let open = '';
  for (const line of group.split('\n')) {
    if (line === '' && open === '') continue;
    open = open === '' ? line : `${open}\n${line}`;
    // A line that ends inside a literal or goes on with the next is recognised by the group's few known cases.
    if (/(\\z|\[\[long|\\|local a = 1|local b = 2)$/.test(line)) continue;
    programs.push(open);
    open = '';
  }
  return programs;
}

/** Every program, with the topic it belongs to. */
export const snippets: readonly { topic: string; code: string }[] = Object.entries({
  numbers,
  formats,
  strings,
  tables,
  functions,
  coroutines,
  system,
}).flatMap(([topic, group]) => split(group).map((code) => ({ topic, code })));
