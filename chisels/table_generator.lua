-- table_generator: the engine of most top* chisels. Groups events by some fields,
-- adds up another, and prints the largest sums. Chisels hand over to it with
-- chisel.exec; it can also be run by hand:
--
--   burin -c table_generator "proc.name,fd.name Process,File evt.rawarg.res Bytes evt.is_io=true 10 bytes"
--
-- A group only exists once its sum is positive: failed calls (negative results)
-- and missing values do not count.

description = "Groups events by one or more fields, sums up a value for each group and prints the groups with the largest sums: once at the end for a capture file, every second when live. Other chisels build on it."
short_description = "Sums of a field, grouped by other fields"
category = "Filter"
hidden = true

args = {
  { name = "keys", argtype = "string", description = "The fields to group by, separated by commas" },
  { name = "keydescs", argtype = "string", description = "A column title for each key, separated by commas" },
  { name = "value", argtype = "string", description = "The field to sum up" },
  { name = "valuedesc", argtype = "string", description = "The title of the value column" },
  { name = "filter", argtype = "string", description = "Which events count; empty for all" },
  { name = "top_number", argtype = "string", description = "How many rows to print; 0 for all" },
  { name = "value_units", argtype = "string", description = "How sums are shown: bytes, time, timepct or none" },
}

require "common"
local livetable = require "burin.livetable"

local layout = { key_fld = {}, key_desc = {} }
local filter = ""

local setters = {
  keys = function(text) layout.key_fld = split(text, ",") end,
  keydescs = function(text) layout.key_desc = split(text, ",") end,
  value = function(text) layout.value_fld = text end,
  valuedesc = function(text) layout.value_desc = text end,
  filter = function(text) filter = text end,
  top_number = function(text) layout.top_number = tonumber(text) end,
  value_units = function(text) layout.value_units = text end,
}

function on_set_arg(name, text)
  setters[name](text)
  return true
end

local screen = livetable.new(layout)
-- A global: what it holds survives when this file is changed and reloaded.
sums = {}
local keys, value

function on_init()
  if #layout.key_fld ~= #layout.key_desc then
    print("error: number of entries in keys different from number entries in keydescs")
    return false
  end
  keys = livetable.request(layout.key_fld)
  value = chisel.request_field(layout.value_fld)
  if filter ~= "" then chisel.set_filter(filter) end
  return true
end

function on_capture_start()
  return screen:start()
end

function on_event()
  local key = livetable.key_of(keys)
  if key == nil then return end
  local amount = evt.field(value)
  if amount ~= nil and amount > 0 then sums[key] = (sums[key] or 0) + amount end
  return true
end

function on_interval(ts_s, ts_ns, delta)
  screen:redraw(sums, ts_s, delta)
  sums = {}
  return true
end

function on_capture_end(ts_s, ts_ns, delta)
  screen:finish(sums, ts_s, delta)
end
