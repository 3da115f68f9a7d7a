-- stderr: what processes write to their standard error.
--
--   burin -c stderr
--   burin -c stderr "proc.name=nginx"
--   burin -pc -c stderr                    with container id and name
--   burin -pc -c stderr disable_colors

description = "Prints what processes write to standard error (descriptor 2). Filter by process to tell them apart. With -pc or -pcontainer each line names the container: green for the host, blue for containers."
short_description = "What processes write to standard error"
category = "I/O"

args = {
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_colors' to print without colors" },
}

local terminal = require "ansiterminal"
terminal.enable_color(true)

function on_set_arg(_, text)
  local off = text == "disable_colors" or text == "disable_color"
  if off then terminal.enable_color(false) end
  return off
end

local data, container, container_id
local show_container

function on_init()
  data = chisel.request_field("evt.rawarg.data")
  container = chisel.request_field("container.name")
  container_id = chisel.request_field("container.id")
  show_container = sysdig.is_print_container_data()
  sysdig.set_snaplen(2000)
  chisel.set_filter("fd.num=2 and evt.is_io=true")
  return true
end

function on_event()
  local text = evt.field(data)
  if text == nil then return true end
  if show_container then
    local name = evt.field(container)
    local color = name == "host" and terminal.green or terminal.blue
    text = color .. string.format("%-20.20s %-20.20s %s", evt.field(container_id), name, text)
  end
  print(text)
  return true
end
