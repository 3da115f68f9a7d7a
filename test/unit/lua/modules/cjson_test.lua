-- cjson: encoding, decoding, settings, error texts.
local check = require "check"
local cjson, safe = require "cjson", require "cjson.safe"
local eq = check.eq

eq("encode", cjson.encode { 1, 2.5, "a/b\"\0\127é", true, cjson.null, { x = 1 } }, '[1,2.5,"a\\/b\\"\\u0000\\u007fé",true,null,{"x":1}]')
eq("an empty table is an object", cjson.encode {}, "{}")
eq("holes", cjson.encode { [3] = 1 }, "[null,null,1]")
eq("number keys", cjson.encode { [1.5] = 1 }, '{"1.5":1}')
eq("decode", cjson.decode ' {"a":[1,-2.5e3,"\\u00e9\\ud83d\\ude00\\n"],"b":{}} ', { a = { 1, -2500, "é😀\n" }, b = {} })
eq("null", { cjson.decode("null") == cjson.null, type(cjson.null), tostring(cjson.null) }, { true, "userdata", "userdata: NULL" })
eq("round trip", cjson.decode(cjson.encode { a = { { b = "c" } } }), { a = { { b = "c" } } })

local function problem(f, value)
  local result, message = f(value)
  return result == nil and message
end
for text, message in pairs {
  [""] = "Expected value but found T_END at character 1",
  ["[1"] = "Expected comma or array end but found T_END at character 3",
  ["[1,]"] = "Expected value but found T_ARR_END at character 4",
  ['{1:2}'] = "Expected object key string but found T_NUMBER at character 2",
  ['{"a"1}'] = "Expected colon but found T_NUMBER at character 5",
  ['{"a":1 "b"}'] = "Expected comma or object end but found T_STRING at character 8",
  ["1 2"] = "Expected the end but found T_NUMBER at character 3",
  ["nul"] = "Expected value but found invalid token at character 1",
  ['"a'] = "Expected value but found unexpected end of string at character 3",
  ['"\\x"'] = "Expected value but found invalid escape code at character 2",
  ['"\\ud800"'] = "Expected value but found invalid unicode escape code at character 2",
} do
  eq("decode error of " .. text, problem(safe.decode, text), message)
end
eq("too deep to read", problem(safe.decode, ("["):rep(1001)), "Found too many nested data structures (1001) at character 1001")
local cycle = {}
cycle[1] = cycle
eq("too deep to write", problem(safe.encode, cycle), "Cannot serialise, excessive depth (1001)")
eq("sparse", problem(safe.encode, { [100] = 1 }), "Cannot serialise table: excessively sparse array")
eq("function", problem(safe.encode, print), "Cannot serialise function: type not supported")
eq("boolean key", problem(safe.encode, { [true] = 1 }), "Cannot serialise boolean: table key must be a number or string")
eq("nan", problem(safe.encode, 0 / 0), "Cannot serialise number: must not be NaN or Infinity")
check.fails("decode raises", "Expected value", cjson.decode, "")

local own = cjson.new()
own.encode_sparse_array(true)
own.encode_invalid_numbers("null")
own.encode_number_precision(3)
eq("settings", { own.encode { [100] = 1 }, own.encode { 0 / 0 }, own.encode(1 / 3) }, { '{"100":1}', "[null]", "0.333" })
eq("settings are per module", cjson.encode(1 / 3), "0.33333333333333")
eq("array helpers", own.encode { own.empty_array, setmetatable({}, own.array_mt) }, "[[],[]]")
check.fails("bad setting", "bad argument #1 to 'encode_max_depth'", cjson.encode_max_depth, 0)
eq("odd numbers are read", { cjson.decode "0x10", cjson.decode "-inf", cjson.decode "+1" }, { 16, -1 / 0, 1 })
