-- proc_exec_time: processes that ended, and how long they had run.
--
--   burin -c proc_exec_time
--   burin -c proc_exec_time disable_colors "proc.pname=make"
--   burin -pc -c proc_exec_time                with container id and name
--
-- Yellow: longer than 3 seconds; red: longer than 10; else green, or blue in containers.

description = "Lists processes as they end, with the time they had run. Longer than 3 seconds is shown in yellow, longer than 10 in red, the rest in green, or in blue if in a container. With -pc or -pcontainer the container is shown too."
short_description = "Processes that ended and how long they ran"
category = "Performance"

args = {
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_colors' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

local SLOW_NS, VERY_SLOW_NS = 3e9, 10e9

function on_set_arg(_, text)
  if text == "disable_colors" or text == "disable_color" then terminal.enable_color(false) end
  return true
end

local name, arguments, duration, container, container_id
local show_container

local function row(time, id, where, command, rest)
  if show_container then
    return string.format("%-13.13s %-20.20s %-20.20s %-12.12s %s", time, id, where, command, rest)
  end
  return string.format("%-13.13s %-12.12s %s", time, command, rest)
end

function on_init()
  name = chisel.request_field("proc.name")
  arguments = chisel.request_field("proc.args")
  duration = chisel.request_field("proc.duration")
  container = chisel.request_field("container.name")
  container_id = chisel.request_field("container.id")
  show_container = sysdig.is_print_container_data()
  chisel.set_filter("evt.type=procexit")

  local rule = string.rep("-", 20)
  print(row("proc.duration", "container.id", "container.name", "proc.name", "proc.args"))
  print(row(rule, rule, rule, rule, rule))
  return true
end

function on_event()
  local ns = evt.field(duration)
  if ns == nil then return true end

  local where = evt.field(container)
  local color = where == "host" and terminal.green or terminal.blue
  if ns > VERY_SLOW_NS then
    color = terminal.red
  elseif ns > SLOW_NS then
    color = terminal.yellow
  end
  print(color .. row(format_time_interval(ns), evt.field(container_id), where, evt.field(name), evt.field(arguments)))
  return true
end

function on_capture_end()
  print(terminal.reset)
end
