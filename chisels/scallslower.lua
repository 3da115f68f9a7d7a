-- scallslower: system calls that took longer than some milliseconds.
--
--   burin -c scallslower 1000
--   burin -c scallslower "1 disable_color" "proc.name=mysqld"
--   burin -pc -c scallslower 100             with container id and name

description = "Prints system calls that took longer than the given number of milliseconds. Lines are green for processes of the host and blue for those in containers; with -pc or -pcontainer the container is shown too."
short_description = "System calls that took too long"
category = "Performance"

args = {
  { name = "min_ms", argtype = "int", optional = false, description = "Show calls that take longer than this many milliseconds" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

local slowlog = require "burin.slowlog"

on_set_arg = slowlog.set_arg

local log, latency

function on_init()
  latency = chisel.request_field("evt.latency")
  log = slowlog.new {
    { "evt.datetime", "%-23.23s" },
    { "container.id", "%-20.20s", only_with_containers = true, rule = 20, title_format = "%-20.20s " },
    { "container.name", "%-20.20s", only_with_containers = true, rule = 20 },
    { "proc.name", "%-23.23s", rule = 23 },
    { "LATENCY(ms)", "%-20s", rule = 20 },
    { "evt.type", "%s", rule = 20 },
  }
  log:print_header()
  return true
end

function on_event()
  local ns = evt.field(latency)
  if slowlog.is_slow(ns) then log:print_event(ns / 1e6) end
end
