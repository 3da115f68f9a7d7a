-- topcontainers_cpu: which containers use the most CPU time.
--
--   burin -c topcontainers_cpu
--   burin -j -r file.scap -c topcontainers_cpu
--
-- It adds up the CPU samples (procinfo events) of all threads of a container;
-- what runs outside of any container appears as "host".

description = "Lists the containers that use the most CPU time; everything outside of containers is listed as host."
short_description = "Containers that use the most CPU time"
category = "CPU Usage"
args = {}

local livetable = require "burin.livetable"

-- One percent of a second, in nanoseconds.
local NS_PER_PERCENT = 1e9 / 100

local screen = livetable.new {
  key_fld = { "container.name" },
  key_desc = { "container.name" },
  value_fld = "thread.exectime",
  value_desc = "CPU%",
  value_units = "timepct",
  top_number = 10,
}
-- A global: what it holds survives when this file is changed and reloaded.
busy = {}
local container, cpu

function on_init()
  container = chisel.request_field("container.name")
  cpu = chisel.request_field("thread.cpu")
  chisel.set_filter("evt.type=procinfo")
  return true
end

function on_capture_start()
  return screen:start()
end

function on_event()
  local name = evt.field(container)
  if name == nil then return end
  busy[name] = (busy[name] or 0) + evt.field(cpu) * NS_PER_PERCENT
  return true
end

function on_interval(ts_s, ts_ns, delta)
  screen:redraw(busy, ts_s, delta)
  busy = {}
  return true
end

function on_capture_end(ts_s, ts_ns, delta)
  screen:finish(busy, ts_s, delta)
end
