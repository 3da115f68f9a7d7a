-- around: saves what a thread did shortly before and after each event that
-- matched the filter, to another capture file.
--
--   burin -r file.scap -c around out.scap evt.type=open and evt.failed=true
--   burin -r file.scap -c around "out.scap 200" proc.name=cat     200 ms each way
--
-- The events are collected in a first pass; the second one is a run of the program
-- itself with a filter made of them.

description = "Saves to a new capture file everything that happened, on the same thread, in a span of time around each event that the command line filter matches. The span can be set with dump_range_ms. For instance, 'around out.scap evt.type=connect and evt.failed=true' keeps the two seconds around every connection that failed. Works on capture files, and needs a filter."
short_description = "Save what happened around each match of the filter"
category = "Misc"

args = {
  { name = "dump_file_name", argtype = "string", optional = false, description = "The capture file to write" },
  {
    name = "dump_range_ms", argtype = "int", optional = true,
    description = "How many milliseconds to keep before and after each match; 1000 if not given",
  },
}

local terminal = require "ansiterminal"
local surroundings = require "burin.surroundings"
terminal.enable_color(true)

local matches = surroundings.new()
local settings = { dump_range_ms = "1000" }
local started, is_tty = false, false
local process, thread, time

function on_set_arg(name, text)
  settings[name] = text
  return true
end

function on_init()
  process = chisel.request_field("proc.name")
  thread = chisel.request_field("thread.tid")
  time = chisel.request_field("evt.time")
  is_tty = sysdig.is_tty()
  if sysdig.get_filter() == "" then
    print("no filter specified")
    return false
  end
  return true
end

function on_capture_start()
  if sysdig.is_live() then
    print("live capture not supported")
    return false
  end
  started = true
  return true
end

function on_event()
  local tid = evt.field(thread)
  print(evt.field(time) .. " " .. (evt.field(process) or "<NA>") .. "(" .. tid .. ")")
  matches:add(tid)
  return true
end

function on_capture_end()
  if is_tty then print(terminal.reset) end
  if started then
    print("\nSaving events around " .. matches:count() .. " syslog entries to " .. settings.dump_file_name)
    matches:write(settings.dump_file_name, settings.dump_range_ms)
  end
end
