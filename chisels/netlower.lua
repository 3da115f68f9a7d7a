-- netlower: reads and writes of network sockets that took longer than some milliseconds.
--
--   burin -c netlower 100                    longer than 100 ms
--   burin -c netlower "1 disable_color" "fd.port=5432"
--   burin -pc -c netlower 100                with container id and name

description = "Prints network I/O that took longer than the given number of milliseconds. Lines are green for processes of the host and blue for those in containers; with -pc or -pcontainer the container is shown too."
short_description = "Network reads and writes that took too long"
category = "Performance"

args = {
  { name = "min_ms", argtype = "int", optional = false, description = "Show network I/O that takes longer than this many milliseconds" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

local slowlog = require "burin.slowlog"

on_set_arg = slowlog.set_arg

local log
local direction, latency, file

function on_init()
  direction = chisel.request_field("evt.dir")
  latency = chisel.request_field("evt.latency")
  file = chisel.request_field("fd.name")
  chisel.set_filter("evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6)")

  log = slowlog.new {
    { "evt.datetime", "%-23.23s" },
    { "container.id", "%-20.20s", only_with_containers = true },
    { "container.name", "%-20.20s", only_with_containers = true },
    { "proc.name", "%-12.12s" },
    { "evt.type", "%-8s" },
    { "LATENCY(ms)", "%12d", title_format = "%-12s" },
    { "fd.name", "%s", rule = 41 },
  }
  log:print_header()
  return true
end

function on_event()
  local ns = evt.field(latency)
  if evt.field(direction) ~= "<" or not slowlog.is_slow(ns) then return true end

  log:print_event(ns / 1e6)
  return true
end
