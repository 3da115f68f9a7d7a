-- syscall_latency: how long each system call takes, as a distribution.
--
--   burin -c syscall_latency                            histograms, until Ctrl-C
--   burin -r file.scap -c syscall_latency percentiles   one line per system call
--   burin -c syscall_latency "histogram 5" "proc.name=postgres"     every 5 seconds
--
-- Averages hide the slow few; this shows them. System calls come in the order of
-- the time spent in them.

description = "Shows how the latencies of each system call are spread: as a histogram in powers of two, or as percentiles. With a number of seconds it prints and starts again that often, else once at the end."
short_description = "Latency histogram by system call"
category = "Performance"

args = {
  { name = "form", argtype = "string", optional = true, description = "histogram (if not given) or percentiles" },
  { name = "seconds", argtype = "int", optional = true, description = "Print every so many seconds; only at the end if not given" },
}

require "common"
local hist = require "hist"

-- How many system calls to show.
local SHOWN = 20

local forms = { histogram = hist.log2, percentiles = hist.percentiles }
local form = "histogram"
local seconds

function on_set_arg(name, text)
  if name == "seconds" then
    seconds = parse_numeric_input(text, name)
    return true
  end
  form = text
  if not forms[form] then print("form is histogram or percentiles, not '" .. text .. "'") end
  return forms[form] ~= nil
end

local call, latency
local spread

function on_init()
  call = chisel.request_field("evt.type")
  latency = chisel.request_field("evt.latency")
  chisel.set_filter("evt.dir=< and evt.type!=switch")
  spread = hist.by(forms[form])
  return true
end

function on_capture_start()
  if seconds then chisel.set_interval_s(seconds) end
  return true
end

function on_event()
  local ns = evt.field(latency)
  if ns and ns > 0 then spread:add(evt.field(call), ns) end
  return true
end

-- A bound, rounded: the powers of two are not round in decimal units.
local function bound(ns)
  if ns < 1e3 then return string.format("%.0fns", ns) end
  if ns < 1e6 then return string.format("%.3gus", ns / 1e3) end
  if ns < 1e9 then return string.format("%.3gms", ns / 1e6) end
  return string.format("%.3gs", ns / 1e9)
end

local function show(elapsed_ns)
  local elapsed = elapsed_ns > 0 and elapsed_ns / 1e9 or nil
  spread:print { name = "syscall", top = SHOWN, elapsed = elapsed, format = bound }
end

function on_interval(ts_s, ts_ns, delta)
  print(os.date("!%H:%M:%S", ts_s))
  show(delta)
  print("")
  spread:clear()
  return true
end

function on_capture_end(ts_s, ts_ns, delta)
  show(seconds and 0 or delta)
end
