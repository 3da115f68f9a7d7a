-- spy_logs: every line that any process writes to a log file.
--
--   burin -c spy_logs
--   burin -c spy_logs "evt.buffer contains timeout"
--   burin -r file.scap -c spy_logs "out.scap 200"    also save 200 ms around each line
--   burin -pc -c spy_logs                            with container
--
-- On a terminal lines with "warn" are yellow, those with "err" red, others green.

-- What counts as a log file.
local LOG_FILES = "(fd.name contains .log or fd.name contains _log or fd.name contains /var/log) and not (fd.name contains .gz or fd.name contains .tgz)"

description = "Prints what processes write to files whose names look like logs (.log, _log, /var/log). Combine it with filters, on proc.name or on evt.buffer for example. With a file name as argument it also saves the events around each entry to a new capture file. On a terminal warnings are yellow and errors red. With -pc or -pcontainer the container is shown too, in blue."
short_description = "Lines written to log files, with an export of events around them"
category = "Logs"

args = {
  { name = "dump_file_name", argtype = "string", optional = true, description = "A capture file to save the events around each entry to" },
  { name = "dump_range_ms", argtype = "int", optional = true, description = "How many milliseconds to save before and after each entry; 1000 if not given" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
local surroundings = require "burin.surroundings"
terminal.enable_color(true)

local settings = { dump_range_ms = "1000" }
local entries = surroundings.new()
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

local buffer, thread, process, file, container
local show_container, is_tty

function on_init()
  buffer = chisel.request_field("evt.buffer")
  thread = chisel.request_field("thread.tid")
  process = chisel.request_field("proc.name")
  file = chisel.request_field("fd.name")
  container = chisel.request_field("container.name")
  show_container = sysdig.is_print_container_data()
  is_tty = sysdig.is_tty()
  sysdig.set_snaplen(2000)
  sysdig.set_output_format("ascii")
  chisel.set_filter("(" .. LOG_FILES .. ") and evt.is_io_write=true and evt.dir=< and evt.failed=false")
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

local function color_of(message)
  if message:lower():find("warn") then return terminal.yellow end
  if message:find("err") then return terminal.red end
  return terminal.green
end

local function plain_line(where, text)
  return show_container and where .. " " .. text or text
end

local function colored_line(where, text, message)
  local color = color_of(message)
  if not show_container then return color .. " " .. text end
  local tint = where == "host" and color or terminal.blue
  return string.format("%s %s %s %s %s", color, tint, where, color, text)
end

function on_event()
  local where = evt.field(container)
  local origin = (evt.field(process) or "<NA>") .. " " .. evt.field(file) .. " "
  for _, message in ipairs(split(evt.field(buffer), "\n")) do
    if message ~= "" then
      local line = is_tty and colored_line or plain_line
      print(line(where, origin .. message, message))
    end
  end
  if settings.dump_file_name then entries:add(evt.field(thread)) end
  return true
end

function on_capture_end()
  if is_tty then print(terminal.reset) end
  if settings.dump_file_name and started then
    print("Writing events for " .. entries:count() .. " log entries")
    entries:write(settings.dump_file_name, settings.dump_range_ms)
  end
end
