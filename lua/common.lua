-- common: the helpers that most chisels lean on: text columns, byte counts and
-- durations for people, sorted tables, argument parsing.
--
--   require "common"
--
-- Everything here is a global on purpose: chisels written for sysdig call
-- these names without a prefix. Widths count bytes.

json = require "dkjson"

ONE_S_IN_NS = 1e9
ONE_MS_IN_NS = 1e6
ONE_US_IN_NS = 1e3

-- Composite table keys are their parts joined with this.
local KEY_SEPARATOR = "\1\1"

local COLUMN = 20
local RULE = string.rep("-", 80)

-- More blanks than this are never added by extend_string.
local WIDEST_PADDING = 167

-- st(value [, name [, one_line [, depth]]]) -> string
-- A value as text, for looking at it. Keys must be strings or numbers.
function st(value, name, one_line, depth)
  depth = depth or 0
  local margin = string.rep(" ", depth)
  local head = margin
  if name then head = head .. name .. " = " end

  local kind = type(value)
  if kind == "number" or kind == "boolean" then return head .. tostring(value) end
  if kind == "string" then return head .. string.format("%q", value) end
  if kind ~= "table" then return head .. '"[inserializeable datatype:' .. kind .. ']"' end

  local newline = one_line and "" or "\n"
  local out = { head, "{", newline }
  for k, v in pairs(value) do
    out[#out + 1] = st(v, k, one_line, depth + 1)
    out[#out + 1] = ","
    out[#out + 1] = newline
  end
  out[#out + 1] = margin
  out[#out + 1] = "}"
  return table.concat(out)
end

-- extend_string(text, width) -> string
-- Text as a column: padded with blanks, or cut so that one blank remains.
function extend_string(text, width)
  local missing = width - #text
  if missing > 0 then
    return text .. string.rep(" ", missing < WIDEST_PADDING and missing or WIDEST_PADDING)
  end
  return width > 0 and text:sub(1, width - 1) .. " " or ""
end

-- split(text, delimiter) -> array of strings
-- The delimiter is a Lua pattern, as it always was: escape magic characters.
function split(text, delimiter)
  local parts = {}
  for part in string.gmatch(text .. delimiter, "(.-)" .. delimiter) do
    parts[#parts + 1] = part
  end
  return parts
end

function starts_with(text, prefix)
  return text:sub(1, #prefix) == prefix
end

function ends_with(text, suffix)
  return suffix == "" or text:sub(-#suffix) == suffix
end

local BYTE_UNITS = { { 1024 ^ 5, "%.2fP" }, { 1024 ^ 4, "%.2fT" }, { 1024 ^ 3, "%.2fG" }, { 1024 ^ 2, "%.2fM" }, { 1024, "%.2fKB" } }

-- format_bytes(count) -> string: 1536 -> "1.50KB". A unit starts above its size, not at it.
function format_bytes(count)
  for _, unit in ipairs(BYTE_UNITS) do
    if count > unit[1] then return string.format(unit[2], count / unit[1]) end
  end
  return string.format("%dB", count)
end

-- Each row: from this many nanoseconds on, in units of, with this format;
-- two-part formats also get the hundredths.
local TIME_UNITS = {
  { from = 1e9, unit = 1e9, format = "%u.%02us", fine = true },
  { from = 1e7, unit = 1e6, format = "%ums" },
  { from = 1e6, unit = 1e6, format = "%u.%02ums", fine = true },
  { from = 1e4, unit = 1e3, format = "%uus" },
  { from = 1e3, unit = 1e3, format = "%u.%02uus", fine = true },
}

-- format_time_interval(nanoseconds) -> string: 1234567 -> "1.23ms". Cut, not rounded.
function format_time_interval(ns)
  for _, row in ipairs(TIME_UNITS) do
    if ns >= row.from then
      local whole = math.floor(ns / row.unit)
      if row.fine then return string.format(row.format, whole, (ns % row.unit) / (row.unit / 100)) end
      return string.format(row.format, whole)
    end
  end
  return string.format("%uns", ns)
end

-- pairs_top_by_val(t, count, before) -> iterator over key, value
-- The first `count` entries (0: all) in the order that before(t, a, b) gives the
-- keys. Keys that tie come in no promised order.
function pairs_top_by_val(t, count, before)
  local order = {}
  for key in pairs(t) do order[#order + 1] = key end
  table.sort(order, function(a, b) return before(t, a, b) end)

  local at = 0
  return function()
    at = at + 1
    local key = order[at]
    if key ~= nil and (count == 0 or at <= count) then return key, t[key] end
  end
end

-- ts_to_str(seconds, nanoseconds) -> string of nanoseconds since the epoch, exact.
function ts_to_str(seconds, nanoseconds)
  return string.format("%u%.9u", seconds, nanoseconds)
end

local function by_value_downwards(t, a, b)
  return t[b] < t[a]
end

-- How a number looks, by viz_info.value_units.
local RENDER = {
  none = function(value) return tostring(value) end,
  bytes = function(value) return format_bytes(value) end,
  time = function(value) return format_time_interval(value) end,
  timepct = function(value, elapsed)
    pctstr = elapsed > 0 and string.format("%.2f%%", value / elapsed * 100) or "0.00%"
    return pctstr
  end,
}

local function print_as_json(rows, ts_s, ts_ns, viz_info)
  local data = {}
  for key, value in rows do
    local row = split(key, KEY_SEPARATOR)
    row[#row + 1] = value
    data[#data + 1] = row
  end

  local info = {}
  for i, name in ipairs(viz_info.key_fld) do
    info[i] = { name = name, desc = viz_info.key_desc[i], is_key = true }
  end
  -- The value always describes itself in slot 3: readers of the format rely on it.
  info[3] = { name = viz_info.value_fld, desc = viz_info.value_desc, is_key = false }

  print(json.encode({ ts = sysdig.make_ts(ts_s, ts_ns), data = data, info = info }, { indent = true }))
end

-- print_sorted_table(t, ts_s, ts_ns, elapsed_ns, viz_info)
-- Prints t (key -> number), largest value first. viz_info holds key_fld and key_desc
-- (arrays), value_fld, value_desc, value_units ("none", "bytes", "time" or "timepct"),
-- top_number (0: all) and output_format ("normal" or "json").
function print_sorted_table(t, ts_s, ts_ns, elapsed_ns, viz_info)
  local rows = pairs_top_by_val(t, viz_info.top_number, by_value_downwards)
  if viz_info.output_format == "json" then
    print_as_json(rows, ts_s, ts_ns, viz_info)
    return
  end

  local header = extend_string(viz_info.value_desc, COLUMN)
  for _, title in ipairs(viz_info.key_desc) do header = header .. extend_string(title, COLUMN) end
  print(header)
  print(RULE)

  local render = RENDER[viz_info.value_units]
  for key, value in rows do
    local parts = split(key, KEY_SEPARATOR)
    for i = 1, #parts - 1 do parts[i] = extend_string(parts[i]:sub(1, COLUMN), COLUMN) end
    if render then print(extend_string(render(value, elapsed_ns), COLUMN) .. table.concat(parts)) end
  end
end

-- parse_numeric_input(text, name) -> number
-- For numeric chisel arguments. Anything else than a number ends the program.
function parse_numeric_input(text, name)
  val = tonumber(text)
  if not val then
    print("Input " .. name .. " must be a number.")
    os.exit()
  end
  return val
end

-- copytable(value) -> a deep copy: keys, values and metatables.
function copytable(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for k, v in next, value do copy[copytable(k)] = copytable(v) end
  return setmetatable(copy, copytable(getmetatable(value)))
end

-- concattable(dst, src) -> dst, with the array part of src appended.
function concattable(dst, src)
  local n = #dst
  for i = 1, #src do dst[n + i] = src[i] end
  return dst
end

-- typeof(value) -> type name, or what the value's metatable says in _NAME.
function typeof(value)
  local kind = type(value)
  if kind == "table" or kind == "userdata" then
    local meta = getmetatable(value)
    if meta and meta._NAME ~= nil then return meta._NAME end
  end
  return kind
end
