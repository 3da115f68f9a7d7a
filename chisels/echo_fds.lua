-- echo_fds: the data that processes read and write, with a line before each
-- transfer that says how much, where and who.
--
--   burin -c echo_fds "proc.name=cat"
--   burin -c echo_fds disable_color "fd.name contains /etc"
--   burin -X -c echo_fds "fd.port=80"         data as hex and text
--   burin -pc -c echo_fds                     with container name and id
--
-- The data itself is printed by an event formatter, after on_event has printed its line.

description = "Prints the data that is read from and written to any file descriptor; a filter narrows it down. Lines about reads are red, about writes blue. With -pc or -pcontainer each line also names the container, host in green and others in cyan."
short_description = "Data read and written on any descriptor"
category = "I/O"

args = {
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

function on_set_arg(name, text)
  if text == "disable_color" then terminal.enable_color(false) end
  return true
end

local is_read, bytes, file, process, container, container_id
local show_container

function on_init()
  is_read = chisel.request_field("evt.is_io_read")
  bytes = chisel.request_field("evt.rawarg.res")
  file = chisel.request_field("fd.name")
  process = chisel.request_field("proc.name")
  container = chisel.request_field("container.name")
  container_id = chisel.request_field("container.id")
  show_container = sysdig.is_print_container_data()

  sysdig.set_snaplen(2000)
  chisel.set_filter("evt.is_io=true and evt.dir=< and evt.rawres>0")
  chisel.set_event_formatter("%evt.arg.data")
  return true
end

function on_event()
  local count = evt.field(bytes)
  if count <= 0 then return true end

  local color, verb = terminal.blue, "Write %s to"
  if evt.field(is_read) then color, verb = terminal.red, "Read %s from" end

  local where = ""
  if show_container then
    local name = evt.field(container)
    local tint = name == "host" and terminal.green or terminal.cyan
    where = string.format("%s [%s] [%s]", tint, name, evt.field(container_id))
  end

  local done = string.format(verb, format_bytes(count))
  print(string.format("%s------ %s %s %s %s (%s)",
    color, done, where, color, evt.field(file) or "<NA>", evt.field(process)))
  return true
end

function on_capture_end()
  print(terminal.reset)
end
