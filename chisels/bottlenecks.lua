-- bottlenecks: the slowest system calls of a capture, with their arguments.
--
--   burin -c bottlenecks                      until Ctrl-C
--   burin -r file.scap -c bottlenecks "proc.name=nginx"
--
-- For each call two lines, its start and its end; the end shows how long it took:
-- NUMBER) SECONDS PROCESS (TID) DIRECTION CALL ARGUMENTS

-- How many calls to show.
local SHOWN = 10

description = "Lists the " .. SHOWN .. " system calls that took longest to return, each with its arguments and its result."
short_description = "The system calls that took longest"
category = "Performance"
args = {}

-- These are globals so that they survive a reload of this file.
-- The slowest so far, slowest first: { latency, start line, end line }
slowest = {}
-- The start of the last call of each thread
started = {}

local number, kind, arguments, latency, process, thread

function on_init()
  number = chisel.request_field("evt.num")
  kind = chisel.request_field("evt.type")
  arguments = chisel.request_field("evt.args")
  latency = chisel.request_field("evt.latency")
  process = chisel.request_field("proc.name")
  thread = chisel.request_field("thread.tid")
  return true
end

local function describe(ns, direction)
  return string.format("%d) %d.%.9d %s (%d) %s %s %s",
    evt.field(number), ns / 1e9, ns % 1e9, evt.field(process) or "", evt.field(thread),
    direction, evt.field(kind), evt.field(arguments))
end

function on_event()
  local ns = evt.field(latency)
  if ns == nil or evt.field(kind) == "switch" then return true end

  local tid = evt.field(thread)
  if ns == 0 then
    started[tid] = describe(0, ">")
    return true
  end

  local place = 1
  while slowest[place] and slowest[place][1] >= ns do place = place + 1 end
  if place <= SHOWN then
    table.insert(slowest, place, { ns, started[tid], describe(ns, "<") })
    slowest[SHOWN + 1] = nil
  end
  return true
end

function on_capture_end()
  for _, call in ipairs(slowest) do
    print(call[2])
    print(call[3])
  end
end
