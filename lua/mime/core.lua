-- mime.core: the low-level filters of LuaSocket's mime module: base64, quoted-printable, line
-- wrapping, line ends and dot-stuffing, on pieces of data. `require "mime"` makes ltn12
-- filters of them.
--
--   local core = require "mime.core"
--   core.b64("abc")                -> "YWJj", ""
--
-- Each takes what was left over and the next piece, and returns what is ready and what
-- is left; without a piece it finishes.

local byte, char, floor = string.byte, string.char, math.floor

local core = { _VERSION = "MIME 1.0.3" }

-- ---- base64 ----

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local LETTER, VALUE = {}, {}
for i = 1, 64 do
  LETTER[i - 1] = ALPHABET:sub(i, i)
  VALUE[byte(ALPHABET, i)] = i - 1
end

local function encode_three(a, b, c)
  return LETTER[floor(a / 4)] .. LETTER[a % 4 * 16 + floor(b / 16)] .. LETTER[b % 16 * 4 + floor(c / 64)] .. LETTER[c % 64]
end

-- What can be encoded, and the bytes that have to wait for more, unless this is the end.
local function b64_part(data, finish)
  local out, whole = {}, #data - #data % 3
  for i = 1, whole, 3 do out[#out + 1] = encode_three(byte(data, i, i + 2)) end
  local rest = data:sub(whole + 1)
  if finish and #rest == 1 then
    out[#out + 1] = encode_three(byte(rest), 0, 0):sub(1, 2) .. "=="
  elseif finish and #rest == 2 then
    local a, b = byte(rest, 1, 2)
    out[#out + 1] = encode_three(a, b, 0):sub(1, 3) .. "="
  end
  return table.concat(out), finish and "" or rest
end

local function unb64_part(data)
  local out, group, count, padding, used = {}, 0, 0, 0, 0
  for i = 1, #data do
    local c = byte(data, i)
    local value = VALUE[c]
    if c == 61 then value, padding = 0, padding + 1 end
    if value then
      group, count = group * 64 + value, count + 1
      if count == 4 then
        local three = char(floor(group / 65536), floor(group / 256) % 256, group % 256)
        out[#out + 1] = three:sub(1, 3 - math.min(padding, 2))
        group, count, padding, used = 0, 0, 0, i
      end
    end
  end
  return table.concat(out), count > 0 and data:sub(used + 1) or ""
end

-- The calling convention of the pairwise filters: f(left, piece) with the results
-- (ready, left); f(nil) is nil, f(left, nil) finishes.
local function pairwise(part, finish)
  return function(left, piece, extra)
    if left == nil then return nil, nil end
    local ready, rest = part(left, false, extra)
    if piece == nil then
      ready = ready .. finish(rest, extra)
      if ready == "" then return nil, nil end
      return ready, nil
    end
    local more
    more, rest = part(rest .. piece, false, extra)
    return ready .. more, rest
  end
end

core.b64 = pairwise(b64_part, function(rest) return (b64_part(rest, true)) end)
core.unb64 = pairwise(unb64_part, function() return "" end)

-- ---- quoted-printable ----

local function quoted(c) return string.format("=%02X", byte(c)) end

-- Blanks stay unless a line ends after them, so the last few bytes wait for what follows.
local function qp_part(data, finish, marker)
  marker = marker or "\r\n"
  local rest = ""
  if not finish then
    rest = data:match("[ \t]?\r?$")
    if rest ~= "" then data = data:sub(1, #data - #rest) end
  end
  data = data:gsub("[^\r\n \t!-<>-~]", quoted)
  data = data:gsub("([ \t])\r\n", function(blank) return quoted(blank) .. "\r\n" end)
  data = data:gsub("\r\n", "\0"):gsub("[\r\n]", quoted):gsub("%z", (marker:gsub("%%", "%%%%")))
  return data, rest
end

core.qp = pairwise(qp_part, function(rest)
  if rest == "" then return "" end
  return (rest:gsub("[ \t\r]", quoted)) .. "=\r\n"
end)

local function unqp_part(data)
  local rest = data:match("=[%x\r]?$") or ""
  if rest ~= "" then data = data:sub(1, #data - #rest) end
  data = data:gsub("=\r?\n", ""):gsub("=(%x%x)", function(hex) return char(tonumber(hex, 16)) end)
  return data, rest
end

core.unqp = pairwise(unqp_part, function(rest) return rest end)

-- ---- lines ----

-- wrp(left, piece [, length]) -> piece wrapped with CRLF, what is left of the line
function core.wrp(left, piece, length)
  length = length or 76
  if piece == nil then
    if left < length then return "\r\n", length end
    return nil, length
  end
  local out = {}
  for c in piece:gmatch(".") do
    if c == "\n" then
      out[#out + 1] = "\r\n"
      left = length
    elseif c ~= "\r" then
      if left <= 0 then
        out[#out + 1] = "\r\n"
        left = length
      end
      out[#out + 1] = c
      left = left - 1
    end
  end
  return table.concat(out), left
end

-- qpwrp(left, piece [, length]): soft line breaks that do not cut an escape
function core.qpwrp(left, piece, length)
  length = length or 76
  if piece == nil then
    if left < length then return "=\r\n", length end
    return nil, length
  end
  local out = {}
  for c in piece:gmatch(".") do
    if c == "\n" then
      out[#out + 1] = "\r\n"
      left = length
    elseif c ~= "\r" then
      local needed = c == "=" and 3 or 1
      if left <= needed then
        out[#out + 1] = "=\r\n"
        left = length
      end
      out[#out + 1] = c
      left = left - 1
    end
  end
  return table.concat(out), left
end

-- eol(previous, piece [, marker]) -> piece with all line ends made alike, last candidate
function core.eol(previous, piece, marker)
  marker = marker or "\r\n"
  if piece == nil then return nil, 0 end
  local out = {}
  for i = 1, #piece do
    local c = byte(piece, i)
    if c == 10 or c == 13 then
      if previous ~= 0 then
        -- The second half of CR LF or LF CR ends the same line.
        if c == previous then out[#out + 1] = marker end
        previous = c == previous and c or 0
      else
        out[#out + 1] = marker
        previous = c
      end
    else
      out[#out + 1] = char(c)
      previous = 0
    end
  end
  return table.concat(out), previous
end

-- dot(state, piece) -> piece with dots at line starts doubled, state (2 at a line start)
function core.dot(state, piece)
  if piece == nil then return nil, 2 end
  local out = {}
  for i = 1, #piece do
    local c = piece:sub(i, i)
    if c == "\r" then
      state = 1
    elseif c == "\n" then
      state = state == 1 and 2 or 0
    else
      if c == "." and state == 2 then out[#out + 1] = "." end
      state = 0
    end
    out[#out + 1] = c
  end
  return table.concat(out), state
end

return core
