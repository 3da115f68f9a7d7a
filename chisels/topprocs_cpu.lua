-- topprocs_cpu: which processes use the most CPU time.
--
--   burin -c topprocs_cpu                a list redrawn every second
--   burin -pc -c topprocs_cpu            with container and the PID inside it
--   burin -j -r file.scap -c topprocs_cpu
--
-- It adds up procinfo events, the CPU samples that a capture takes once a second:
-- thread.cpu is the share of one CPU in percent since the sample before.

description = "Lists the processes that use the most CPU time. With -pc or -pcontainer also shows the container of each and its PID there."
short_description = "Processes that use the most CPU time"
category = "CPU Usage"
args = {}

local livetable = require "burin.livetable"

-- One percent of a second, in nanoseconds.
local NS_PER_PERCENT = 1e9 / 100

local layout = {
  key_fld = { "proc.name", "proc.pid" },
  key_desc = { "Process", "PID" },
  value_fld = "thread.exectime",
  value_desc = "CPU%",
  value_units = "timepct",
  top_number = 10,
}
local screen = livetable.new(layout)
-- A global: what it holds survives when this file is changed and reloaded.
busy = {}
local keys, cpu

function on_init()
  if sysdig.is_print_container_data() then
    layout.key_fld = { "proc.name", "proc.pid", "proc.vpid", "container.name" }
    layout.key_desc = { "Process", "Host_pid", "Container_pid", "container.name" }
  end
  keys = livetable.request(layout.key_fld)
  cpu = chisel.request_field("thread.cpu")
  chisel.set_filter("evt.type=procinfo")
  return true
end

function on_capture_start()
  return screen:start()
end

function on_event()
  local key = livetable.key_of(keys)
  if key == nil then return end
  busy[key] = (busy[key] or 0) + evt.field(cpu) * NS_PER_PERCENT
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
