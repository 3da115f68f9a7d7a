-- spy_syslog: every message that any process sends to the system log.
--
--   burin -c spy_syslog
--   burin -c spy_syslog "syslog.message contains usb"
--   burin -r file.scap -c spy_syslog "out.scap 200"   also save 200 ms around each
--   burin -pc -c spy_syslog                           with container id and name
--
-- On a terminal warnings are yellow, errors and worse red, others green, or blue
-- when they come from a container.

description = "Prints each message that a process writes to syslog. Combine it with filters, on proc.name or on syslog.message for example. With a file name as argument it also saves the events around each message to a new capture file."
short_description = "Messages sent to syslog, with an export of events around them"
category = "Logs"

args = {
  { name = "dump_file_name", argtype = "string", optional = true, description = "A capture file to save the events around each message to" },
  { name = "dump_range_ms", argtype = "int", optional = true, description = "How many milliseconds to save before and after each message; 1000 if not given" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

local terminal = require "ansiterminal"
local surroundings = require "burin.surroundings"
terminal.enable_color(true)

local WARNING = 4

local settings = { dump_range_ms = "1000" }
local messages = surroundings.new()
local started = false

function on_set_arg(name, text)
  if name ~= "disable_color" then
    settings[name] = text
    return true
  end
  local off = text == "disable_color" or text == "disable_colors"
  if off then terminal.enable_color(false) end
  return off
end

local facility, severity, severity_code, message, thread, process, container, container_id
local show_container, is_tty

function on_init()
  facility = chisel.request_field("syslog.facility.str")
  severity = chisel.request_field("syslog.severity.str")
  severity_code = chisel.request_field("syslog.severity")
  message = chisel.request_field("syslog.message")
  thread = chisel.request_field("thread.tid")
  process = chisel.request_field("proc.name")
  container = chisel.request_field("container.name")
  container_id = chisel.request_field("container.id")
  show_container = sysdig.is_print_container_data()
  is_tty = sysdig.is_tty()
  sysdig.set_snaplen(1000)
  chisel.set_filter("fd.name contains /dev/log and evt.is_io_write=true and evt.dir=< and evt.failed=false")
  return true
end

function on_capture_start()
  if settings.dump_file_name and sysdig.is_live() then
    print("events export not supported on live captures")
    return false
  end
  started = true
  return true
end

local function color_of(code, where)
  if code == WARNING then return terminal.yellow end
  if code < WARNING then return terminal.red end
  return where == "host" and terminal.green or terminal.blue
end

function on_event()
  local where, tid = evt.field(container), evt.field(thread)
  local text = string.format("%s.%s %s[%u] %s",
    evt.field(facility), evt.field(severity), evt.field(process), tid, evt.field(message))

  if show_container and is_tty then
    text = string.format("%-20s %-20s ", evt.field(container_id), where) .. text
  elseif show_container then
    -- Off the terminal the facility stands first and the severity follows the container name.
    text = string.format("%-20s %-20s %s", evt.field(facility), evt.field(container_id), where)
      .. text:sub(#evt.field(facility) + 1)
  end
  if is_tty then text = color_of(evt.field(severity_code), where) .. text end
  print(text)

  if settings.dump_file_name then messages:add(tid) end
  return true
end

function on_capture_end()
  if is_tty then print(terminal.reset) end
  if settings.dump_file_name and started then
    print("Writing events for " .. messages:count() .. " log entries")
    messages:write(settings.dump_file_name, settings.dump_range_ms)
  end
end
