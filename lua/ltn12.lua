-- ltn12: moving data in pieces: sources give, filters change, sinks take, pumps move
-- (the interface of the module of that name in LuaSocket).
--
--   local ltn12 = require "ltn12"
--   ltn12.pump.all(ltn12.source.file(io.open("a")), ltn12.sink.file(io.open("b", "w")))
--
-- A source is a function that returns a piece, or nil at the end, or nil and a message.
-- A sink takes a piece, or nil for the end, and returns something true, or nil and a message.
-- A filter takes a piece and returns one: "" asks for more, nil in means the end.

local ltn12 = { _VERSION = "LTN12 1.0.3", BLOCKSIZE = 2048, source = {}, sink = {}, filter = {}, pump = {} }
local source, sink, filter, pump = ltn12.source, ltn12.sink, ltn12.filter, ltn12.pump

-- ---- filters ----

-- cycle(low [, context [, extra]]): a filter from low(context, piece, extra) -> piece, context
function filter.cycle(low, context, extra)
  return function(piece)
    local result
    result, context = low(context, piece, extra)
    return result
  end
end

-- Two filters, one after the other. At the end of data each is asked until it has no more.
local function chain_two(first, second)
  local pending = nil
  local ending = false
  return function(piece)
    if piece == nil then ending = true end
    if not ending then return second(first(piece)) end
    while true do
      if pending == nil then pending = first(nil) or false end
      local result = second(pending or nil)
      if not pending then return result end
      if result == "" or result == nil then
        pending = nil
      else
        pending = ""
        return result
      end
    end
  end
end

function filter.chain(first, ...)
  for _, following in ipairs { ... } do first = chain_two(first, following) end
  return first
end

-- ---- sources ----

local function nothing() return nil end

function source.empty() return nothing end

function source.error(message)
  return function() return nil, message end
end

-- simplify(f): a source whose f may return its successor as second result
function source.simplify(f)
  return function()
    local piece, following = f()
    f = following or f
    if not piece then return nil, following end
    return piece
  end
end

function source.file(file, message)
  if not file then return source.error(message or "unable to open file") end
  return function()
    local piece = file:read(ltn12.BLOCKSIZE)
    if not piece then file:close() end
    return piece
  end
end

function source.string(text)
  if not text then return source.empty() end
  local at = 1
  return function()
    local piece = text:sub(at, at + ltn12.BLOCKSIZE - 1)
    at = at + ltn12.BLOCKSIZE
    if piece == "" then return nil end
    return piece
  end
end

function source.table(pieces)
  local at = 0
  return function()
    at = at + 1
    return pieces[at]
  end
end

-- rewind(s): a source that takes pieces back: what it is called with comes next
function source.rewind(s)
  local returned = {}
  return function(piece)
    if piece then
      returned[#returned + 1] = piece
      return
    end
    return table.remove(returned) or s()
  end
end

local function source_through(s, f)
  local ended, finished = false, false
  return function()
    while not finished do
      local piece, message
      if not ended then
        piece, message = s()
        if message then return nil, message end
        ended = piece == nil
      end
      local result = f(piece)
      if result == nil then
        finished = ended
        if not ended then return nil, "filter returned inappropriate nil" end
      elseif result ~= "" then
        return result
      elseif ended then
        finished = true
      end
    end
    return nil
  end
end

-- chain(source, filter, ...)
function source.chain(s, f, ...)
  s = source_through(s, f)
  for _, following in ipairs { ... } do s = source_through(s, following) end
  return s
end

-- cat(source, ...): one after the other
function source.cat(...)
  local list = { ... }
  return function()
    while list[1] do
      local piece, message = list[1]()
      if piece or message then return piece, message end
      table.remove(list, 1)
    end
    return nil
  end
end

-- ---- sinks ----

-- table([t]) -> sink, t
function sink.table(t)
  t = t or {}
  return function(piece)
    if piece then t[#t + 1] = piece end
    return 1
  end, t
end

function sink.simplify(f)
  return function(piece, message)
    local ok, following = f(piece, message)
    if not ok then return nil, following end
    f = following or f
    return 1
  end
end

function sink.file(file, message)
  if not file then return sink.error(message or "unable to open file") end
  return function(piece)
    if piece then return file:write(piece) end
    file:close()
    return 1
  end
end

function sink.null()
  return function() return 1 end
end

function sink.error(message)
  return function() return nil, message end
end

local function through_sink(f, s)
  return function(piece, message)
    if message then return s(nil, message) end
    if piece == "" then return 1 end
    local result = f(piece)
    while true do
      if result and result ~= "" then
        local ok, problem = s(result)
        if not ok then return nil, problem end
      end
      -- At the end the filter may have several pieces left.
      if piece ~= nil then return 1 end
      if result == nil or result == "" then return s(nil) end
      result = f(nil)
    end
  end
end

-- chain(filter, ..., sink)
function sink.chain(...)
  local list = { ... }
  local s = table.remove(list)
  for i = #list, 1, -1 do s = through_sink(list[i], s) end
  return s
end

-- ---- pumps ----

-- step(source, sink): moves one piece; nil at the end or with a message
function pump.step(from, to)
  local piece, problem = from()
  local ok, refusal = to(piece, problem)
  if piece and ok then return 1 end
  return nil, problem or refusal
end

-- all(source, sink [, step]) -> 1, or nil and a message
function pump.all(from, to, step)
  step = step or pump.step
  while true do
    local ok, problem = step(from, to)
    if not ok then
      if problem then return nil, problem end
      return 1
    end
  end
end

return ltn12
