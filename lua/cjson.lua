-- cjson: JSON with the interface of lua-cjson 2.1 (and the array helpers of its
-- OpenResty branch), for libraries that ask for it by name.
--
--   local cjson = require "cjson"
--   cjson.encode({ 1, 2, { a = cjson.null } })   -> '[1,2,{"a":null}]'
--   cjson.decode('{"a":[1,null]}')               -> table; null is cjson.null
--   require("cjson.safe").decode("[")            -> nil, message
--
-- Errors are raised ("Expected value but found T_END at character 2"). Each function
-- whose name starts with encode_ or decode_ sets what it is called after and returns
-- the setting; without arguments it only returns it. cjson.new() gives a module
-- with settings of its own.

local byte, char, find, format, gsub, sub = string.byte, string.char, string.find, string.format, string.gsub, string.sub
local concat, floor, huge = table.concat, math.floor, math.huge

-- JSON null must be a value that is neither nil nor false; libraries also expect userdata.
local null
if newproxy then
  null = newproxy(true)
  getmetatable(null).__tostring = function() return "userdata: NULL" end
else
  null = setmetatable({}, { __tostring = function() return "userdata: NULL" end })
end

-- An array even if empty.
local array_mt, empty_array_mt, empty_array = {}, {}, {}

-- ---- writing ----

local ESCAPE = { ['"'] = '\\"', ["\\"] = "\\\\", ["/"] = "\\/", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c)
  return ESCAPE[c] or format("\\u%04x", byte(c))
end

local function fail(kind, reason)
  error("Cannot serialise " .. kind .. ": " .. reason, 0)
end

local function write_number(s, out, n, value)
  if value ~= value or value == huge or value == -huge then
    local how = s.encode_invalid_numbers
    if not how then fail("number", "must not be NaN or Infinity") end
    out[n] = how == "null" and "null" or value ~= value and "NaN" or value > 0 and "Infinity" or "-Infinity"
  else
    out[n] = format(s.number_format, value)
  end
end

-- Length of t as an array, or nil for an object.
local function array_length(s, t)
  local highest, count = 0, 0
  for k in next, t do
    if type(k) ~= "number" or k < 1 or floor(k) ~= k then return nil end
    if k > highest then highest = k end
    count = count + 1
  end
  if count == 0 then
    local meta = getmetatable(t)
    if t == empty_array or meta == empty_array_mt or meta == array_mt then return 0 end
    if s.encode_empty_table_as_object then return nil end
    return 0
  end
  if s.sparse_ratio > 0 and highest > count * s.sparse_ratio and highest > s.sparse_safe then
    if not s.sparse_convert then fail("table", "excessively sparse array") end
    return nil
  end
  return highest
end

local function quoted(s, text)
  return '"' .. gsub(text, s.escaped, escape) .. '"'
end

-- Appends value to out after n pieces; returns the new number of pieces.
local function write(s, out, n, value, depth)
  local kind = type(value)
  if kind == "string" then
    out[n + 1] = quoted(s, value)
    return n + 1
  elseif kind == "number" then
    write_number(s, out, n + 1, value)
    return n + 1
  elseif kind == "boolean" then
    out[n + 1] = value and "true" or "false"
    return n + 1
  elseif value == nil or value == null then
    out[n + 1] = "null"
    return n + 1
  elseif kind ~= "table" then
    fail(kind, "type not supported")
  end

  depth = depth + 1
  if depth > s.encode_max_depth then error("Cannot serialise, excessive depth (" .. depth .. ")", 0) end
  local length = array_length(s, value)
  if length then
    out[n + 1] = "["
    n = n + 1
    for i = 1, length do
      if i > 1 then
        out[n + 1] = ","
        n = n + 1
      end
      n = write(s, out, n, rawget(value, i), depth)
    end
    out[n + 1] = "]"
    return n + 1
  end

  local separator = "{"
  for k, v in next, value do
    out[n + 1] = separator
    separator = ","
    if type(k) == "string" then
      out[n + 2] = quoted(s, k)
    elseif type(k) == "number" then
      write_number(s, out, n + 2, k)
      out[n + 2] = '"' .. out[n + 2] .. '"'
    else
      fail(type(k), "table key must be a number or string")
    end
    out[n + 3] = ":"
    n = write(s, out, n + 3, v, depth)
  end
  if separator == "{" then
    out[n + 1] = "{}"
  else
    out[n + 1] = "}"
  end
  return n + 1
end

-- ---- reading ----
-- A token is a name, the position where it starts, the position after it, and a value.

local SINGLE = { ["{"] = "T_OBJ_BEGIN", ["}"] = "T_OBJ_END", ["["] = "T_ARR_BEGIN", ["]"] = "T_ARR_END", [","] = "T_COMMA", [":"] = "T_COLON" }
local PLAIN = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function utf8_of(code)
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xc0 + floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return char(0xe0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
  end
  return char(0xf0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
end

local function hex_at(text, at)
  local digits = sub(text, at, at + 3)
  return find(digits, "^%x%x%x%x$") and tonumber(digits, 16)
end

-- The \u escape whose backslash is at `at`: text and next position, or nil. Half
-- a surrogate pair is an error here.
local function unicode_escape(text, at)
  local code = hex_at(text, at + 2)
  if not code then return nil end
  if code >= 0xd800 and code <= 0xdfff then
    local low = code < 0xdc00 and sub(text, at + 6, at + 7) == "\\u" and hex_at(text, at + 8)
    if not low or low < 0xdc00 or low > 0xdfff then return nil end
    return utf8_of(0x10000 + (code - 0xd800) * 0x400 + low - 0xdc00), at + 12
  end
  return utf8_of(code), at + 6
end

local function string_token(text, start)
  local stop = find(text, '["\\]', start + 1)
  if stop and byte(text, stop) == 34 then return "T_STRING", start, stop + 1, sub(text, start + 1, stop - 1) end

  local pieces, at = {}, start + 1
  while true do
    stop = find(text, '["\\]', at)
    if not stop then return "unexpected end of string", #text + 1 end
    pieces[#pieces + 1] = sub(text, at, stop - 1)
    if byte(text, stop) == 34 then return "T_STRING", start, stop + 1, concat(pieces) end

    local letter = sub(text, stop + 1, stop + 1)
    local piece = PLAIN[letter]
    if letter == "u" then
      piece, at = unicode_escape(text, stop)
      if not piece then return "invalid unicode escape code", stop end
    elseif piece then
      at = stop + 2
    else
      return "invalid escape code", stop
    end
    pieces[#pieces + 1] = piece
  end
end

-- Numbers that JSON does not have: hexadecimal, infinity, nan, a plus sign.
local function odd_number(text, at)
  local _, stop = find(text, "^[+-]?0[xX]%x+", at)
  if stop then
    local sign = byte(text, at) == 45 and -1 or 1
    return sign * tonumber((gsub(sub(text, at, stop), "^[+-]", ""))), stop + 1
  end
  local word = sub(text, at, at + 8):lower()
  local sign, name = word:match("^([+-]?)(%a+)")
  if name then
    local value, length
    if name:sub(1, 8) == "infinity" then value, length = huge, 8
    elseif name:sub(1, 3) == "inf" then value, length = huge, 3
    elseif name:sub(1, 3) == "nan" then value, length = 0 / 0, 3 end
    if value then return sign == "-" and -value or value, at + #sign + length end
  end
  if byte(text, at) == 43 then
    _, stop = find(text, "^%+%d+%.?%d*", at)
    if stop then return tonumber(sub(text, at + 1, stop)), stop + 1 end
  end
end

local function number_token(s, text, at)
  local value, after = odd_number(text, at)
  if value then
    if s.decode_invalid_numbers then return "T_NUMBER", at, after, value end
    return "invalid number", at
  end
  local _, stop = find(text, "^%-?%d+%.?%d*", at)
  if not stop then _, stop = find(text, "^%-?%.%d+", at) end
  if not stop then return "invalid number", at end
  local _, exponent = find(text, "^[eE][+-]?%d+", stop + 1)
  stop = exponent or stop
  return "T_NUMBER", at, stop + 1, tonumber(sub(text, at, stop))
end

local function next_token(s, text, at)
  at = find(text, "[^ \t\r\n]", at) or #text + 1
  local c = sub(text, at, at)
  if SINGLE[c] then return SINGLE[c], at, at + 1 end
  if c == '"' then return string_token(text, at) end
  if c == "" then return "T_END", at, at end
  if find(c, "[%-%d]") then return number_token(s, text, at) end
  if sub(text, at, at + 3) == "true" then return "T_BOOLEAN", at, at + 4, true end
  if sub(text, at, at + 4) == "false" then return "T_BOOLEAN", at, at + 5, false end
  if sub(text, at, at + 3) == "null" then return "T_NULL", at, at + 4, null end
  if s.decode_invalid_numbers and find(c, "[iInN+]") then
    local value, after = odd_number(text, at)
    if value then return "T_NUMBER", at, after, value end
  end
  return "invalid token", at
end

local function unexpected(wanted, token, at)
  error("Expected " .. wanted .. " but found " .. token .. " at character " .. at, 0)
end

local SCALAR = { T_STRING = true, T_NUMBER = true, T_BOOLEAN = true, T_NULL = true }

local read_table

local function read(s, text, depth, token, start, after, value)
  if SCALAR[token] then return value, after end
  if token == "T_OBJ_BEGIN" or token == "T_ARR_BEGIN" then
    if depth >= s.decode_max_depth then
      error("Found too many nested data structures (" .. depth + 1 .. ") at character " .. start, 0)
    end
    return read_table(s, text, depth + 1, after, token == "T_OBJ_BEGIN")
  end
  unexpected("value", token, start)
end

read_table = function(s, text, depth, at, is_object)
  local t, n = {}, 0
  if not is_object and s.decode_array_with_array_mt then setmetatable(t, array_mt) end
  local closing = is_object and "T_OBJ_END" or "T_ARR_END"

  local token, start, after, value = next_token(s, text, at)
  if token == closing then return t, after end
  while true do
    local key
    if is_object then
      if token ~= "T_STRING" then unexpected("object key string", token, start) end
      key = value
      token, start, after = next_token(s, text, after)
      if token ~= "T_COLON" then unexpected("colon", token, start) end
      token, start, after, value = next_token(s, text, after)
    else
      n = n + 1
      key = n
    end
    t[key], after = read(s, text, depth, token, start, after, value)

    token, start, after = next_token(s, text, after)
    if token == closing then return t, after end
    if token ~= "T_COMMA" then unexpected(is_object and "comma or object end" or "comma or array end", token, start) end
    token, start, after, value = next_token(s, text, after)
  end
end

-- ---- the module ----

local function check(ok, position, name, wanted)
  if not ok then error("bad argument #" .. position .. " to '" .. name .. "' (" .. wanted .. ")", 3) end
end

local function is_integer(value, least, most)
  return type(value) == "number" and value == floor(value) and value >= least and (not most or value <= most)
end

-- cjson settings may be given as booleans or as "on" and "off".
local SWITCH = { on = true, off = false, [true] = true, [false] = false }

local BACKSLASHES = '[%z\1-\31"\\/\127]'

local function new()
  local s = {
    encode_max_depth = 1000, decode_max_depth = 1000, number_format = "%.14g", precision = 14,
    sparse_convert = false, sparse_ratio = 2, sparse_safe = 10, escaped = BACKSLASHES,
    encode_invalid_numbers = false, decode_invalid_numbers = true, encode_keep_buffer = true,
    encode_empty_table_as_object = true, decode_array_with_array_mt = false,
  }
  local cjson = {
    _NAME = "cjson", _VERSION = "2.1.0", null = null, new = new,
    array_mt = array_mt, empty_array_mt = empty_array_mt, empty_array = empty_array,
  }

  function cjson.encode(...)
    check(select("#", ...) == 1, 1, "encode", "expected 1 argument")
    local out = {}
    return concat(out, "", 1, write(s, out, 0, (...), 0))
  end

  function cjson.decode(...)
    local text = ...
    check(select("#", ...) == 1, 1, "decode", "expected 1 argument")
    if type(text) == "number" then text = tostring(text) end
    check(type(text) == "string", 1, "decode", "string expected, got " .. type(text))
    if #text >= 2 and (byte(text, 1) == 0 or byte(text, 2) == 0) then
      error("JSON parser does not support UTF-16 or UTF-32", 0)
    end
    local value, after = read(s, text, 0, next_token(s, text, 1))
    local token, start = next_token(s, text, after)
    if token ~= "T_END" then unexpected("the end", token, start) end
    return value
  end

  -- encode_sparse_array([convert [, ratio [, safe]]])
  function cjson.encode_sparse_array(convert, ratio, safe)
    if convert ~= nil then
      check(SWITCH[convert] ~= nil, 1, "encode_sparse_array", "invalid option")
      s.sparse_convert = SWITCH[convert]
    end
    if ratio ~= nil then
      check(is_integer(ratio, 0), 2, "encode_sparse_array", "expected integer between 0 and 2147483647")
      s.sparse_ratio = ratio
    end
    if safe ~= nil then
      check(is_integer(safe, 0), 3, "encode_sparse_array", "expected integer between 0 and 2147483647")
      s.sparse_safe = safe
    end
    return s.sparse_convert, s.sparse_ratio, s.sparse_safe
  end

  for _, name in ipairs { "encode_max_depth", "decode_max_depth" } do
    cjson[name] = function(depth)
      if depth ~= nil then
        check(is_integer(depth, 1), 1, name, "expected integer between 1 and 2147483647")
        s[name] = depth
      end
      return s[name]
    end
  end

  function cjson.encode_number_precision(digits)
    if digits ~= nil then
      check(is_integer(digits, 1, 16), 1, "encode_number_precision", "expected integer between 1 and 16")
      s.precision, s.number_format = digits, "%." .. digits .. "g"
    end
    return s.precision
  end

  for _, name in ipairs {
    "encode_invalid_numbers", "decode_invalid_numbers", "encode_keep_buffer",
    "encode_empty_table_as_object", "decode_array_with_array_mt",
  } do
    cjson[name] = function(value)
      if value ~= nil then
        if name == "encode_invalid_numbers" and value == "null" then
          s[name] = value
        else
          check(SWITCH[value] ~= nil, 1, name, "invalid option '" .. tostring(value) .. "'")
          s[name] = SWITCH[value]
        end
      end
      return s[name]
    end
  end

  -- encode_escape_forward_slash([on]): whether "/" becomes "\/"
  function cjson.encode_escape_forward_slash(on)
    if on ~= nil then s.escaped = SWITCH[on] and BACKSLASHES or (gsub(BACKSLASHES, "/", "")) end
    return s.escaped == BACKSLASHES
  end

  return cjson
end

return new()
