-- hist: distributions: counts in powers of two or in equal steps, percentiles, and
-- tables of them by key, printed with bars as DTrace and bpftrace do.
--
--   local hist = require "hist"
--   local sizes = hist.log2()
--   sizes:add(4096)
--   sizes:print { title = "bytes" }
--
--   [4K, 8K)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
--
--   local latency = hist.by(hist.percentiles)           -- one for each key
--   latency:add("read", 1500)
--   latency:print { format = format_time_interval, elapsed = 10 }
--
-- Kinds: log2(), linear(least, most, step), percentiles(). All have
--   add(value [, times])   count a value
--   merge(other)           add another one of the same kind and steps
--   clear()                start again
--   count, sum, min, max   fields; min and max are nil while empty
--   mean()                 nil while empty
--   quantile(q)            the value below which the share q (0 to 1) lies; nil while empty
--   buckets()              array of { from, to, count }, without gaps between the first and
--                          the last that are not empty; from or to is nil where it is open
--   lines(options), print(options)
-- Options: title (text above), format (function from a bound to its text), elapsed
-- (seconds: adds the rate per second), width (of the bars; 52), style ("bpftrace" or "dtrace").
-- Memory does not depend on how many values are added: a value costs one table update.

local floor, frexp = math.floor, math.frexp

local hist = {}

local BAR_WIDTH = 52

-- A percentile may be off by one part in this many.
local SUBSTEPS = 32

-- ---- how buckets are numbered ----
-- A scale maps a value to a bucket number, and a number to its bounds (from, to).

-- 0 below zero, 1 for [0, 1), 2 for [1, 2), 3 for [2, 4), ...
local LOG2 = {
  name = "log2",
  index = function(value)
    if value < 0 then return 0 end
    if value < 1 then return 1 end
    local _, exponent = frexp(value)
    return exponent + 1
  end,
  bounds = function(i)
    if i == 0 then return nil, 0 end
    if i == 1 then return 0, 1 end
    return 2 ^ (i - 2), 2 ^ (i - 1)
  end,
}

local function linear_scale(least, most, step)
  local last = math.ceil((most - least) / step) + 1
  return {
    name = "linear " .. least .. " " .. most .. " " .. step,
    index = function(value)
      if value < least then return 0 end
      if value >= most then return last end
      return floor((value - least) / step) + 1
    end,
    bounds = function(i)
      if i == 0 then return nil, least end
      if i == last then return most, nil end
      return least + (i - 1) * step, math.min(least + i * step, most)
    end,
  }
end

-- Each power of two is cut into equal steps, so the error is a share of the value.
-- What is below 1, or negative, has one bucket each.
local FINE = {
  name = "percentiles",
  index = function(value)
    if value < 0 then return 0 end
    if value < 1 then return 1 end
    local mantissa, exponent = frexp(value)
    return (exponent - 1) * SUBSTEPS + floor((mantissa * 2 - 1) * SUBSTEPS) + 2
  end,
  bounds = function(i)
    if i == 0 then return nil, 0 end
    if i == 1 then return 0, 1 end
    local power, step = 2 ^ floor((i - 2) / SUBSTEPS), (i - 2) % SUBSTEPS
    return power * (1 + step / SUBSTEPS), power * (1 + (step + 1) / SUBSTEPS)
  end,
}

-- ---- the distribution ----

local Distribution = {}
Distribution.__index = Distribution

local function new(scale, draw)
  return setmetatable({ scale = scale, index = scale.index, draw = draw }, Distribution):clear()
end

function Distribution:clear()
  self.counts = {}
  self.count, self.sum, self.min, self.max = 0, 0, nil, nil
  return self
end

function Distribution:add(value, times)
  -- NaN has no place in an order.
  if value ~= value then return end
  times = times or 1
  local counts, i = self.counts, self.index(value)
  counts[i] = (counts[i] or 0) + times
  self.count = self.count + times
  self.sum = self.sum + value * times
  local min, max = self.min, self.max
  if not min or value < min then self.min = value end
  if not max or value > max then self.max = value end
end

function Distribution:merge(other)
  if other.scale.name ~= self.scale.name then
    error("cannot merge a histogram of kind '" .. other.scale.name .. "' into one of kind '" .. self.scale.name .. "'", 2)
  end
  for i, count in pairs(other.counts) do self.counts[i] = (self.counts[i] or 0) + count end
  self.count, self.sum = self.count + other.count, self.sum + other.sum
  if other.min and (not self.min or other.min < self.min) then self.min = other.min end
  if other.max and (not self.max or other.max > self.max) then self.max = other.max end
end

function Distribution:mean()
  if self.count > 0 then return self.sum / self.count end
end

-- The numbers of the first and the last bucket in use.
local function range(counts)
  local first, last
  for i in pairs(counts) do
    if not first or i < first then first = i end
    if not last or i > last then last = i end
  end
  return first, last
end

function Distribution:buckets()
  local result = {}
  local first, last = range(self.counts)
  for i = first or 1, last or 0 do
    local from, to = self.scale.bounds(i)
    result[#result + 1] = { from = from, to = to, count = self.counts[i] or 0 }
  end
  return result
end

-- Within a bucket values are taken to be spread evenly.
function Distribution:quantile(q)
  if self.count == 0 then return nil end
  local rank, below = q * self.count, 0
  for _, bucket in ipairs(self:buckets()) do
    if bucket.count > 0 and below + bucket.count >= rank then
      local from = math.max(bucket.from or self.min, self.min)
      local to = math.min(bucket.to or self.max, self.max)
      return from + (to - from) * math.max(0, (rank - below) / bucket.count)
    end
    below = below + bucket.count
  end
  return self.max
end

-- ---- printing ----

local UNITS = { "", "K", "M", "G", "T", "P", "E" }

-- Powers of 1024 as letters: 4096 -> "4K"
local function short(value)
  local unit = 1
  while value ~= 0 and value % 1024 == 0 and unit < #UNITS do
    value, unit = value / 1024, unit + 1
  end
  return tostring(value) .. UNITS[unit]
end

local function interval(bucket, format)
  if not bucket.from then return "(..., " .. format(bucket.to) .. ")" end
  if not bucket.to then return "[" .. format(bucket.from) .. ", ...)" end
  -- Whole numbers have only one value in a bucket that is one wide.
  if bucket.to - bucket.from == 1 and bucket.to <= 2 then return "[" .. format(bucket.from) .. "]" end
  return "[" .. format(bucket.from) .. ", " .. format(bucket.to) .. ")"
end

local function bar(count, most, width)
  return string.rep("@", most > 0 and floor(count / most * width + 0.5) or 0)
end

local function rate(count, elapsed)
  if not elapsed or elapsed <= 0 then return "" end
  return string.format(" %10.1f/s", count / elapsed)
end

local STYLES = {}

-- Bars are relative to the fullest bucket.
function STYLES.bpftrace(buckets, options, out)
  local most, width = 0, options.width or BAR_WIDTH
  for _, bucket in ipairs(buckets) do most = math.max(most, bucket.count) end
  for _, bucket in ipairs(buckets) do
    local text = bar(bucket.count, most, width)
    out[#out + 1] = string.format("%-20s %8d%s |%s|", interval(bucket, options.format or short), bucket.count,
      rate(bucket.count, options.elapsed), text .. string.rep(" ", width - #text))
  end
end

-- Bars are relative to all values, and empty buckets frame the distribution.
function STYLES.dtrace(buckets, options, out, scale)
  local total, width = 0, options.width or 40
  for _, bucket in ipairs(buckets) do total = total + bucket.count end
  local heading = " Distribution "
  local left = floor((width - #heading) / 2)
  out[#out + 1] = string.format("%16s  %s%s%s count", "value", string.rep("-", left), heading,
    string.rep("-", width - #heading - left))
  local function row(label, count)
    local text = bar(count, total, width)
    out[#out + 1] = string.format("%16s |%s %d%s", label, text .. string.rep(" ", width - #text), count,
      rate(count, options.elapsed))
  end
  local format = options.format or tostring
  local first, last = buckets[1], buckets[#buckets]
  if not first then return end
  if first.from and first.from > 0 then
    local from = scale.bounds(scale.index(first.from) - 1)
    row(from and format(from) or "< " .. format(first.from), 0)
  end
  for _, bucket in ipairs(buckets) do
    if not bucket.from then
      row("< " .. format(bucket.to), bucket.count)
    else
      row((bucket.to and "" or ">= ") .. format(bucket.from), bucket.count)
    end
  end
  if last.to then row(format(last.to), 0) end
end

local function draw_bars(self, options, out)
  local style = STYLES[options.style or "bpftrace"]
  if not style then error("no style '" .. tostring(options.style) .. "': use bpftrace or dtrace", 0) end
  style(self:buckets(), options, out, self.scale)
end

local PERCENTILES = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 } }

local function round(value)
  return string.format("%.6g", value)
end

local function percentile_cells(self, options)
  local format = options.format or round
  local cells = { tostring(self.count) }
  if options.elapsed then cells[#cells + 1] = string.format("%.1f", self.count / options.elapsed) end
  if self.count == 0 then return cells end
  cells[#cells + 1] = format(self.min)
  cells[#cells + 1] = format(self:mean())
  for _, p in ipairs(PERCENTILES) do cells[#cells + 1] = format(self:quantile(p[2])) end
  cells[#cells + 1] = format(self.max)
  return cells
end

local function percentile_titles(options)
  local titles = { "count" }
  if options.elapsed then titles[#titles + 1] = "rate/s" end
  titles[#titles + 1] = "min"
  titles[#titles + 1] = "mean"
  for _, p in ipairs(PERCENTILES) do titles[#titles + 1] = p[1] end
  titles[#titles + 1] = "max"
  return titles
end

local function row_of(cells)
  local padded = {}
  for i, cell in ipairs(cells) do padded[i] = string.format("%10s", cell) end
  return table.concat(padded, " ")
end

local function draw_percentiles(self, options, out)
  out[#out + 1] = row_of(percentile_titles(options))
  out[#out + 1] = row_of(percentile_cells(self, options))
end

function Distribution:lines(options)
  options = options or {}
  local out = {}
  if options.title then out[1] = options.title .. ":" end
  self.draw(self, options, out)
  return out
end

function Distribution:print(options)
  for _, line in ipairs(self:lines(options)) do print(line) end
end

-- ---- one for each key ----

local Groups = {}
Groups.__index = Groups

-- by(make): make is hist.log2, hist.percentiles, or a function that returns a distribution
function hist.by(make)
  return setmetatable({ make = make, members = {} }, Groups)
end

function Groups:add(key, value, times)
  local member = self.members[key]
  if not member then
    member = self.make()
    self.members[key] = member
  end
  member:add(value, times)
end

function Groups:clear() self.members = {} end

-- keys([order]) -> array of keys: by "sum" (the default) or "count", largest first; by "key"
function Groups:keys(order)
  local keys, members = {}, self.members
  for key in pairs(members) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = members[a], members[b]
    if order == "count" and x.count ~= y.count then return x.count > y.count end
    if (order == nil or order == "sum") and x.sum ~= y.sum then return x.sum > y.sum end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- print(options): also top (how many keys; all if not given), order (as in keys) and
-- name (what a key is; the title of its column for percentiles)
function Groups:print(options)
  options = options or {}
  local keys = self:keys(options.order)
  local shown = math.min(options.top or #keys, #keys)
  local first = shown > 0 and self.members[keys[1]]

  if first and first.draw == draw_percentiles then
    print(string.format("%-20s %s", options.name or "key", row_of(percentile_titles(options))))
    for i = 1, shown do
      print(string.format("%-20.20s %s", tostring(keys[i]), row_of(percentile_cells(self.members[keys[i]], options))))
    end
    return
  end
  for i = 1, shown do
    if i > 1 then print("") end
    local own = { title = (options.title or "") .. "[" .. tostring(keys[i]) .. "]" }
    self.members[keys[i]]:print(setmetatable(own, { __index = options }))
  end
end

-- ---- kinds ----

function hist.log2() return new(LOG2, draw_bars) end

-- linear(least, most, step): equal steps from least to most, and one bucket on each side
function hist.linear(least, most, step)
  if not (step > 0 and most > least) then error("linear(least, most, step): need step > 0 and most > least", 2) end
  return new(linear_scale(least, most, step), draw_bars)
end

function hist.percentiles() return new(FINE, draw_percentiles) end

return hist
