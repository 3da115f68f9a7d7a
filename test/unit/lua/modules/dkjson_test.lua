-- dkjson: output and errors of version 2.4.
local check = require "check"
local json = require "dkjson"
local eq = check.eq

for text, value in pairs {
  ["1"] = 1, ["1.5"] = 1.5, ["1e+15"] = 1e15, ["0.33333333333333"] = 1 / 3, ["[1,2,3]"] = { 1, 2, 3 }, ["[]"] = {},
  ["[1,null,3]"] = { 1, nil, 3 }, ["[null,1]"] = { [2] = 1 }, ["[1,null,null]"] = { 1, n = 3 }, ['{"1.5":2}'] = { [1.5] = 2 },
  ['"a\\"b\\\\c/\\n\\u0000\\u007f"'] = 'a"b\\c/\n\0\127', ['"\\u00ad\\u2028\\ufeff"'] = "\194\173\226\128\168\239\187\191",
  ['"é\255"'] = "é\255", ["true"] = true,
} do
  eq("encode " .. text:gsub("%c", "?"), json.encode(value), text)
end
eq("encode nan, inf, nil", { json.encode(0 / 0), json.encode(1 / 0), json.encode(nil), json.encode(json.null) }, { "null", "null", "null", "null" })
eq("a sparse table is an object", json.decode(json.encode({ [1] = 1, [100] = 3 })), { ["1"] = 1, ["100"] = 3 })
eq("an empty object", json.encode(setmetatable({}, { __jsontype = "object" })), "{}")
eq("indent", json.encode({ a = { 1, 2, { b = 1 } } }, { indent = true }), '{\n  "a":[1,2,{\n      "b":1\n    }]\n}')
eq("indent in an array", json.encode({ { a = 1 }, { a = 2 } }, { indent = true }), '[{\n    "a":1\n  },{\n    "a":2\n  }]')
eq("level", json.encode({ a = 1 }, { indent = true, level = 2 }), '{\n      "a":1\n    }')
eq("keyorder", json.encode({ a = 1, b = 2, c = 3 }, { keyorder = { "c", "a", "b" } }), '{"c":3,"a":1,"b":2}')
eq("__tojson", json.encode({ setmetatable({}, { __tojson = function() return "custom" end }) }), "[custom]")
local state = { buffer = { "x" }, bufferlen = 1 }
eq("into a buffer", { json.encode({ 1 }, state), table.concat(state.buffer), state.bufferlen }, { true, "x[1]", 4 })
check.fails("boolean key", "type 'boolean' is not supported as a key by JSON.", json.encode, { [true] = 1 })
check.fails("function", "type 'function' is not supported by JSON.", json.encode, { print })
local cycle = {}
cycle[1] = cycle
check.fails("cycle", "reference cycle", json.encode, cycle)

eq("decode", json.decode('{"a":[1,2,{"b":"\\u00e9\\ud83d\\ude00"}],"c":true}'), { a = { 1, 2, { b = "é😀" } }, c = true })
eq("decode returns the next position", { json.decode("[1] tail") }, { { 1 }, 4 })
eq("decode from a position", { json.decode("xx5", 3) }, { 5, 4 })
eq("decode null", json.decode("[null]", 1, "NULL"), { "NULL" })
eq("metatables", { getmetatable(json.decode("[]")).__jsontype, getmetatable(json.decode("{}")).__jsontype }, { "array", "object" })
eq("no metatables", getmetatable((json.decode("[]", 1, nil, nil))), nil)
eq("lenient commas", { (json.decode("[1,]")), (json.decode('{"a":1,}')) }, { { 1 }, { a = 1 } })
local function problem(text)
  local _, position, message = json.decode(text)
  return position .. " " .. message
end
eq("nothing", problem(""), "1 no valid JSON value (reached the end)")
eq("open array", problem("[1"), "3 unterminated array at line 1, column 1")
eq("open string", problem('"a'), "3 unterminated string at line 1, column 1")
eq("bad word", problem("[\n nope]"), "4 no valid JSON value at line 2, column 2")
eq("nil key", problem("{null:1}"), "6 cannot use nil as table index (at line 1, column 6)")
