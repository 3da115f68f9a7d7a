-- common: columns, units, tables.
local check = require "check"
require "common"
local eq = check.eq

eq("extend_string pads", extend_string("abc", 6), "abc   ")
eq("extend_string cuts", extend_string("abcdefg", 6), "abcde ")
eq("extend_string exact", extend_string("abcdef", 6), "abcde ")
eq("extend_string one", extend_string("abc", 1), " ")
eq("extend_string none", extend_string("abc", 0), "")
eq("extend_string negative", extend_string("", -4), "")
eq("extend_string pads at most 167", #extend_string("x", 200), 168)
check.fails("extend_string of nil", "length", extend_string, nil, 3)

eq("split", split("a,b,c", ","), { "a", "b", "c" })
eq("split empty", split("", ","), { "" })
eq("split edges", split(",a,", ","), { "", "a", "" })
eq("split takes a pattern", #split("a.b", "."), 4)
eq("split by two bytes", split("curl\1\00117497", "\1\1"), { "curl", "17497" })
eq("split of a number", split(15, ","), { "15" })

eq("starts_with", { starts_with("abc", "ab"), starts_with("abc", "b"), starts_with("abc", "") }, { true, false, true })
eq("ends_with", { ends_with("abc", "bc"), ends_with("abc", "b"), ends_with("abc", "") }, { true, false, true })

for n, text in pairs {
  [0] = "0B", [1024] = "1024B", [1025] = "1.00KB", [1536] = "1.50KB", [1023.9] = "1023B", [0.4] = "0B", [-5] = "-5B",
  [1048576] = "1024.00KB", [1048577] = "1.00M", [2621440] = "2.50M", [1073741825] = "1.00G",
  [3298534883328] = "3.00T", [2251799813685248] = "2.00P",
} do
  eq("format_bytes " .. n, format_bytes(n), text)
end
for ns, text in pairs {
  [0] = "0ns", [1.5] = "1ns", [999] = "999ns", [1000] = "1.00us", [1234.9] = "1.23us", [10000] = "10us", [999999] = "999us",
  [1000000] = "1.00ms", [1234567] = "1.23ms", [9999999] = "9.99ms", [10000000] = "10ms", [999999999] = "999ms",
  [1000000000] = "1.00s", [1050000000] = "1.05s", [3661000000000] = "3661.00s", [-1] = "18446744073709551615ns",
} do
  eq("format_time_interval " .. ns, format_time_interval(ns), text)
end

eq("ts_to_str", ts_to_str(1534527342, 999999999), "1534527342999999999")
eq("ts_to_str pads", ts_to_str(5, 7), "5000000007")

eq("st", st({ 1, 2 }), "{\n 1 = 1,\n 2 = 2,\n}")
eq("st on one line", st({ a = 1 }, "n", true), "n = { a = 1,}")
eq("st deeper", st({ x = 1 }, "name", false, 2), "  name = {\n   x = 1,\n  }")
eq("st nil", st(nil), '"[inserializeable datatype:nil]"')
eq("st boolean", st(true, "b"), "b = true")

local top = {}
for k, v in pairs_top_by_val({ a = 1, b = 3, c = 2 }, 2, function(t, a, b) return t[b] < t[a] end) do top[#top + 1] = k .. v end
eq("pairs_top_by_val", top, { "b3", "c2" })

local layout = {
  key_fld = { "proc.name", "proc.pid" }, key_desc = { "Process", "PID" }, value_fld = "evt.rawarg.res",
  value_desc = "Bytes", value_units = "bytes", top_number = 10, output_format = "normal",
}
local rows = { ["curl\1\00117497"] = 11672, ["a name that is longer than a column\1\1" .. "8"] = 5 }
eq("print_sorted_table", check.captured(print_sorted_table, rows, 1, 0, 0, layout),
  "Bytes               Process             PID                 \n" .. ("-"):rep(80) .. "\n"
    .. "11.40KB             curl                17497\n"
    .. "5B                  a name that is long 8\n")
layout.value_units = "timepct"
eq("print_sorted_table in percent", check.captured(print_sorted_table, { ["a\1\1b"] = 5 }, 1, 0, 200, layout):match("\n([%d.%%]+)%s+a"), "2.50%")
layout.value_units = "something"
eq("print_sorted_table of unknown units", select(2, check.captured(print_sorted_table, rows, 1, 0, 0, layout):gsub("\n", "")), 2)

sysdig = { make_ts = function(s) return s .. "000000000" end }
layout.output_format = "json"
local decoded = json.decode(check.captured(print_sorted_table, { ["curl\1\00117497"] = 11672 }, 7, 0, 0, layout))
eq("print_sorted_table in JSON", { decoded.ts, decoded.data[1], decoded.info[3] },
  { "7000000000", { "curl", "17497", 11672 }, { name = "evt.rawarg.res", desc = "Bytes", is_key = false } })

eq("parse_numeric_input", parse_numeric_input("0x10", "n"), 16)
eq("copytable", copytable({ 1, { a = "b" } }), { 1, { a = "b" } })
eq("concattable", concattable({ 1 }, { 2, 3 }), { 1, 2, 3 })
eq("typeof", { typeof(1), typeof({}), typeof(setmetatable({}, { _NAME = "thing" })) }, { "number", "table", "thing" })
