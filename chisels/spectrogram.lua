-- spectrogram: how long system calls take, as a picture that scrolls. Each line is
-- half a second; from left to right latency grows from 1 ns to 100 s, each step
-- ten times the one before; color is how many calls took that long.
--
--   burin -c spectrogram
--   burin -c spectrogram 100 "proc.name=mysqld"      ten lines a second
--   burin -c spectrogram "fd.type=file and evt.is_io=true"

description = "Draws how system call latencies are spread: time runs downwards, latency grows to the right, and color shows the number of calls per second, from black (none) over green and yellow to red (thousands). The argument sets how often a line is drawn. Filter for a process or a kind of I/O to see where its time goes."
short_description = "Picture of system call latencies"
category = "CPU Usage"

args = {
  { name = "refresh_time", argtype = "int", optional = true, description = "Milliseconds from line to line; 500 if not given" },
}

require "common"
local terminal = require "ansiterminal"
local heat = require "burin.heat"
terminal.enable_color(true)

-- The right edge is 10^11 ns.
local DECADES = 11

local refresh_ns = 5e8
local width, is_tty
local latency
-- column -> number of calls since the last line
local counts = {}

function on_set_arg(name, text)
  refresh_ns = parse_numeric_input(text, name) * 1e6
  return true
end

function on_init()
  is_tty = sysdig.is_tty()
  if not is_tty then
    print("This chisel only works on ANSI terminals. Aborting.")
    return false
  end
  width = sysdig.get_terminal_info().width
  chisel.set_filter("evt.dir=<")
  latency = chisel.request_field("evt.latency")
  terminal.hidecursor()
  return true
end

function on_capture_start()
  chisel.set_interval_ns(refresh_ns)
  return true
end

function on_event()
  local ns = evt.field(latency)
  if ns == nil or ns == 0 then return true end
  local decade = math.min(math.log10(ns), DECADES)
  local column = math.floor(decade * width / DECADES) + 1
  counts[column] = (counts[column] or 0) + 1
  return true
end

local function decade_at(column)
  return math.floor(column * DECADES / width)
end

local function draw_scale()
  local column = 0
  while column < width do
    local mark = " "
    if decade_at(column) ~= decade_at(column - 1) then
      mark = "|" .. format_time_interval(math.pow(10, decade_at(column)))
    end
    io.write(mark)
    column = column + #mark
  end
  io.write("\n")
end

-- The scale stays at the bottom: the next line is drawn over it.
local function draw()
  terminal.moveup(1)
  heat.line(counts, width, 1e9 / refresh_ns)
  draw_scale()
  counts = {}
end

function on_interval()
  draw()
  return true
end

function on_capture_end()
  if not is_tty then return end
  draw()
  print(terminal.reset)
  terminal.showcursor()
end
