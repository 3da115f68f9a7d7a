-- burin.livetable: the screen of the top* chisels. On a capture file the table is
-- printed once, at the end; live, it is redrawn every second and then starts afresh.
--
--   local livetable = require "burin.livetable"
--   local screen = livetable.new { key_fld = { "proc.name" }, key_desc = { "Process" },
--     value_fld = "evt.count", value_desc = "Events", value_units = "none", top_number = 10 }
--   function on_capture_start() return screen:start() end
--   function on_interval(ts_s, ts_ns, delta) screen:redraw(rows, ts_s, delta) rows = {} return true end
--   function on_capture_end(ts_s, ts_ns, delta) screen:finish(rows, ts_s, delta) end
--
-- The description is what common's print_sorted_table takes; with -j it prints JSON.

require "common"
local terminal = require "ansiterminal"

local Screen = {}
Screen.__index = Screen

local function new(layout)
  return setmetatable({ layout = layout, live = false }, Screen)
end

-- start() -> true. For on_capture_start: only then is it known whether the capture is live.
function Screen:start()
  self.live = sysdig.is_live()
  self.layout.output_format = sysdig.get_output_format()
  if self.live then
    chisel.set_interval_s(1)
    if not self:is_json() then
      terminal.clearscreen()
      terminal.hidecursor()
    end
  end
  return true
end

function Screen:is_json()
  return self.layout.output_format == "json"
end

local function wipe()
  terminal.clearscreen()
  terminal.moveto(0, 0)
end

-- redraw(rows, seconds, elapsed_ns): rows maps keys to numbers. Time is told to the second.
function Screen:redraw(rows, ts_s, elapsed)
  if not self:is_json() then wipe() end
  print_sorted_table(rows, ts_s, 0, elapsed, self.layout)
end

-- finish(rows, seconds, elapsed_ns): gives a live terminal back, or prints the one table.
function Screen:finish(rows, ts_s, elapsed)
  if self.live and not self:is_json() then
    wipe()
    terminal.showcursor()
  else
    print_sorted_table(rows, ts_s, 0, elapsed, self.layout)
  end
end

-- request(names) -> array of field handles
local function request(names)
  local handles = {}
  for i, name in ipairs(names) do handles[i] = chisel.request_field(name) end
  return handles
end

-- key_of(handles) -> this event's row: the one value itself, or several joined;
-- nil when the event lacks one of them.
local function key_of(handles)
  local key = evt.field(handles[1])
  if key == nil then return nil end
  for i = 2, #handles do
    local part = evt.field(handles[i])
    if part == nil then return nil end
    key = key .. "\1\1" .. part
  end
  return key
end

return { new = new, request = request, key_of = key_of }
