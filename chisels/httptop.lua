-- httptop: which HTTP requests are made most often, take longest or move most data.
--
--   burin -c httptop                   by number of requests
--   burin -c httptop time              by mean time to the response
--   burin -c httptop bytes             by bytes of response bodies
--   burin -pc -c httptop               per container

description = "Lists the HTTP requests, by method and URL, that were made most often, that took longest on average (time) or that brought the most bytes (bytes)."
short_description = "HTTP requests by number, time or size"
category = "Application"

args = {
  { name = "by", argtype = "string", optional = true, description = "What to sort by: ncalls, bytes or time; ncalls if not given" },
}

require "http"
local livetable = require "burin.livetable"

local layout = {
  key_fld = { "method", "url" },
  key_desc = { "method", "url" },
  value_fld = "ncalls",
  value_desc = "ncalls",
  value_units = "none",
  top_number = 30,
}
local screen = livetable.new(layout)

-- What one exchange adds to its row, and how that is shown.
local measures = {
  ncalls = { units = "none", of = function() return 1 end },
  bytes = { units = "bytes", of = function(t) return t.response.length end },
  time = { units = "time", of = function(t) return t.response.ts - t.request.ts end, mean = true },
}
local measure = measures.ncalls

function on_set_arg(_, text)
  if not measures[text] then
    print("Invalid argument! Valid options: ncalls, bytes, time")
    return false
  end
  measure = measures[text]
  layout.value_fld, layout.value_desc, layout.value_units = text, text, measure.units
  return true
end

-- Globals: what they hold survives when this file is changed and reloaded.
sums, calls = {}, {}
local by_container

function on_init()
  http_init()
  by_container = sysdig.is_print_container_data()
  if by_container then
    table.insert(layout.key_fld, 1, "container")
    table.insert(layout.key_desc, 1, "container")
  end
  return true
end

function on_capture_start()
  return screen:start()
end

local function count(t)
  local key = t.request.method .. "\1\1" .. t.request.url
  if by_container then key = t.container .. "\1\1" .. key end
  sums[key] = (sums[key] or 0) + measure.of(t)
  calls[key] = (calls[key] or 0) + 1
end

function on_event()
  run_http_parser(evt, count)
end

local function take_rows()
  local rows = sums
  if measure.mean then
    for key, sum in pairs(rows) do rows[key] = sum / calls[key] end
  end
  sums, calls = {}, {}
  return rows
end

function on_interval(ts_s, ts_ns, delta)
  screen:redraw(take_rows(), ts_s, delta)
  return true
end

function on_capture_end(ts_s, ts_ns, delta)
  screen:finish(take_rows(), ts_s, delta)
end
