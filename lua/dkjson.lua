-- dkjson: JSON for chisels, with the interface and output of the module of that
-- name, version 2.4.
--
--   local json = require "dkjson"
--   json.encode({ 1, 2, a = "b" }, { indent = true })   -> text
--   json.decode('{"a":[1,null]}')                       -> value, next position
--   json.decode("[1")                                   -> nil, position, message
--
-- encode(value [, state]); state may hold indent (boolean), level (number), keyorder
-- (array of keys that come first), and buffer/bufferlen (array of pieces to append to;
-- encode then returns true). Metatables may hold __jsontype ("object" for an empty
-- table), __jsonorder (as keyorder) and __tojson(value, state) -> text. Values
-- that JSON has no word for raise an error.
--
-- decode(text [, position [, null [, objectmeta [, arraymeta]]]]).

local byte, char, find, format, gsub, rep, sub =
  string.byte, string.char, string.find, string.format, string.gsub, string.rep, string.sub
local concat, floor = table.concat, math.floor

local json = { version = "dkjson 2.4" }

json.null = setmetatable({}, { __tojson = function() return "null" end })

-- ---- writing ----

local SHORT_ESCAPE = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape_byte(c)
  return SHORT_ESCAPE[c] or format("\\u%04x", byte(c))
end

local function escape_two(c)
  local a, b = byte(c, 1, 2)
  return format("\\u%04x", (a - 0xc0) * 0x40 + b - 0x80)
end

local function escape_three(c)
  local a, b, d = byte(c, 1, 3)
  return format("\\u%04x", ((a - 0xe0) * 0x40 + b - 0x80) * 0x40 + d - 0x80)
end

-- Characters that are invisible or that JavaScript engines have tripped over, as UTF-8 patterns.
local UNSAFE = {
  { "\194[\128-\159\173]", escape_two },
  { "\216[\128-\132]", escape_two },
  { "\220\143", escape_two },
  { "\225\158[\180\181]", escape_three },
  { "\226\128[\140-\143\168-\175]", escape_three },
  { "\226\129[\160-\175]", escape_three },
  { "\239\187\191", escape_three },
  { "\239\191[\176-\191]", escape_three },
}

-- quotestring(text) -> the text as a JSON string
function json.quotestring(text)
  if find(text, '[%z\1-\31"\\\127]') then text = gsub(text, '[%z\1-\31"\\\127]', escape_byte) end
  if find(text, "[\194\216\220\225\226\239]") then
    for _, rule in ipairs(UNSAFE) do text = gsub(text, rule[1], rule[2]) end
  end
  return '"' .. text .. '"'
end
local quote = json.quotestring

-- A writer is { pieces, n, indent, active, order }: the pieces so far, the tables
-- being written (to notice a cycle) and the key order asked for.

local function push(w, piece)
  local n = w.n + 1
  w.n = n
  w.pieces[n] = piece
end

local function push_newline(w, level)
  push(w, "\n")
  push(w, rep("  ", level))
end

-- addnewline(state): for __tojson functions that write into state.buffer.
function json.addnewline(state)
  if not state.indent then return end
  local w = { pieces = state.buffer, n = state.bufferlen or #state.buffer }
  push_newline(w, state.level or 0)
  state.bufferlen = w.n
end

-- The length of t as an array, or nil when it is an object: all keys are positive
-- whole numbers (a count in "n" is allowed), and not too many are missing.
local function array_length(t)
  local highest, count, stated = 0, 0, 0
  for k, v in pairs(t) do
    if k == "n" and type(v) == "number" then
      stated = v
      if v > highest then highest = v end
    elseif type(k) == "number" and k >= 1 and floor(k) == k then
      if k > highest then highest = k end
      count = count + 1
    else
      return nil
    end
  end
  if highest > 10 and highest > stated and highest > count * 2 then return nil end
  return highest
end

local write

local function write_array(w, t, length, level)
  push(w, "[")
  for i = 1, length do
    if i > 1 then push(w, ",") end
    local problem = write(w, t[i], level)
    if problem then return problem end
  end
  push(w, "]")
end

local function write_object(w, t, meta, level)
  local first = true
  local function member(key, value)
    local kind = type(key)
    if kind ~= "string" and kind ~= "number" then
      return "type '" .. kind .. "' is not supported as a key by JSON."
    end
    if not first then push(w, ",") end
    first = false
    if w.indent then push_newline(w, level) end
    push(w, quote(kind == "number" and tostring(key) or key))
    push(w, ":")
    return write(w, value, level)
  end

  push(w, "{")
  local order, done = meta and meta.__jsonorder or w.order, nil
  if order then
    done = {}
    for i = 1, #order do
      local key = order[i]
      if t[key] then
        done[key] = true
        local problem = member(key, t[key])
        if problem then return problem end
      end
    end
  end
  for key, value in pairs(t) do
    if not (done and done[key]) then
      local problem = member(key, value)
      if problem then return problem end
    end
  end
  if w.indent then push_newline(w, level - 1) end
  push(w, "}")
end

-- The value asks to write itself: it may return text, or write into state.buffer and return true.
local function write_custom(w, value, level, tojson)
  local state = {
    indent = w.indent, level = level, buffer = w.pieces, bufferlen = w.n, tables = w.active, keyorder = w.order,
  }
  local text, problem = tojson(value, state)
  -- An empty problem text still stops the writing.
  if not text then return problem or "" end
  w.n = state.bufferlen
  if type(text) == "string" then push(w, text) end
end

-- Appends value; returns nil, or what is wrong with it.
write = function(w, value, level)
  local kind, meta = type(value), getmetatable(value)
  if type(meta) ~= "table" then meta = nil end
  local tojson = meta and meta.__tojson

  if tojson or kind == "table" then
    if w.active[value] then return "reference cycle" end
    w.active[value] = true
    local problem
    if tojson then
      problem = write_custom(w, value, level, tojson)
    else
      local length = array_length(value)
      if length == 0 and meta and meta.__jsontype == "object" then length = nil end
      if length then
        problem = write_array(w, value, length, level + 1)
      else
        problem = write_object(w, value, meta, level + 1)
      end
    end
    if problem then return problem end
    w.active[value] = nil
  elseif kind == "string" then
    push(w, quote(value))
  elseif kind == "number" then
    local finite = value == value and value < math.huge and value > -math.huge
    push(w, finite and (gsub(tostring(value), ",", ".")) or "null")
  elseif kind == "boolean" then
    push(w, value and "true" or "false")
  elseif kind == "nil" then
    push(w, "null")
  else
    return "type '" .. kind .. "' is not supported by JSON."
  end
end

function json.encode(value, state)
  state = state or {}
  local w = {
    pieces = state.buffer or {}, n = state.bufferlen or 0,
    indent = state.indent, active = state.tables or {}, order = state.keyorder,
  }
  local problem = write(w, value, state.level or 0)
  if problem then error(problem ~= "" and problem or nil, 2) end
  if state.buffer then
    state.bufferlen = w.n
    return true
  end
  return concat(w.pieces)
end

-- ---- reading ----
-- Readers return value and next position, or nil, position and message.

local function place(text, at)
  local line, start = 1, 0
  local newline = find(text, "\n", 1, true)
  while newline and newline < at do
    line, start = line + 1, newline
    newline = find(text, "\n", newline + 1, true)
  end
  return "line " .. line .. ", column " .. at - start
end

local function unfinished(text, what, at)
  return nil, #text + 1, "unterminated " .. what .. " at " .. place(text, at)
end

-- The next position that is neither white space nor a byte order mark.
local function skip(text, at)
  at = find(text, "%S", at)
  while at and byte(text, at) == 0xef and sub(text, at, at + 2) == "\239\187\191" do
    at = find(text, "%S", at + 3)
  end
  return at
end

local PLAIN = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function utf8_of(code)
  local low = 0x80 + code % 0x40
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xc0 + floor(code / 0x40), low) end
  local middle = 0x80 + floor(code / 0x40) % 0x40
  if code < 0x10000 then return char(0xe0 + floor(code / 0x1000), middle, low) end
  return char(0xf0 + floor(code / 0x40000), 0x80 + floor(code / 0x1000) % 0x40, middle, low)
end

-- The \u escape at `at` (the backslash): text and next position, or nil.
local function unicode_escape(text, at)
  local code = tonumber(sub(text, at + 2, at + 5), 16)
  if not code or code < 0 then return nil end
  if code >= 0xd800 and code <= 0xdbff and sub(text, at + 6, at + 7) == "\\u" then
    local low = tonumber(sub(text, at + 8, at + 11), 16)
    if low and low >= 0xdc00 and low <= 0xdfff then
      return utf8_of((code - 0xd800) * 0x400 + low - 0xdc00 + 0x10000), at + 12
    end
  end
  return utf8_of(code), at + 6
end

local function read_string(text, start)
  local pieces, at = {}, start + 1
  while true do
    local stop = find(text, '["\\]', at)
    if not stop then return unfinished(text, "string", start) end
    if stop > at then pieces[#pieces + 1] = sub(text, at, stop - 1) end
    if byte(text, stop) == 34 then return concat(pieces), stop + 1 end

    local letter, piece, after = sub(text, stop + 1, stop + 1), nil, nil
    if letter == "u" then piece, after = unicode_escape(text, stop) end
    pieces[#pieces + 1] = piece or PLAIN[letter] or letter
    at = after or stop + 2
  end
end

local read

-- Arrays and objects share one loop; it is lenient about commas, and takes
-- "key": value in arrays and bare values in objects.
local function read_table(text, start, what, closing, options)
  local t = setmetatable({}, what == "object" and options.objectmeta or options.arraymeta)
  local n, at = 0, start + 1
  while true do
    at = skip(text, at)
    if not at then return unfinished(text, what, start) end
    if sub(text, at, at) == closing then return t, at + 1 end

    local first, problem
    first, at, problem = read(text, at, options)
    if problem then return nil, at, problem end
    at = skip(text, at)
    if not at then return unfinished(text, what, start) end

    if byte(text, at) == 58 then
      if first == nil then
        return nil, at, "cannot use nil as table index (at " .. place(text, at) .. ")"
      end
      at = skip(text, at + 1)
      if not at then return unfinished(text, what, start) end
      local value
      value, at, problem = read(text, at, options)
      if problem then return nil, at, problem end
      t[first] = value
      at = skip(text, at)
      if not at then return unfinished(text, what, start) end
    else
      n = n + 1
      t[n] = first
    end
    if byte(text, at) == 44 then at = at + 1 end
  end
end

read = function(text, at, options)
  at = skip(text, at)
  if not at then return nil, #text + 1, "no valid JSON value (reached the end)" end

  local c = sub(text, at, at)
  if c == '"' then return read_string(text, at) end
  if c == "{" then return read_table(text, at, "object", "}", options) end
  if c == "[" then return read_table(text, at, "array", "]", options) end

  local _, stop = find(text, "^%-?[%d%.]+[eE]?[%+%-]?%d*", at)
  local number = stop and tonumber(sub(text, at, stop))
  if number then return number, stop + 1 end

  _, stop = find(text, "^%a%w*", at)
  local word = stop and sub(text, at, stop)
  if word == "true" then return true, stop + 1 end
  if word == "false" then return false, stop + 1 end
  if word == "null" then return options.null, stop + 1 end
  return nil, at, "no valid JSON value at " .. place(text, at)
end

function json.decode(text, position, null, ...)
  local options = { null = null }
  if select("#", ...) > 0 then
    options.objectmeta, options.arraymeta = ...
  else
    options.objectmeta, options.arraymeta = { __jsontype = "object" }, { __jsontype = "array" }
  end
  return read(text, position or 1, options)
end

-- use_lpeg(): kept for callers; this reader needs no help.
function json.use_lpeg()
  return json
end

return json
