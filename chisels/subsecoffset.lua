-- subsecoffset: when within each second system calls start, as a picture that
-- scrolls. What happens at a steady beat, several times a second, shows as a
-- vertical stripe, where averages over a second would hide it.
--
--   burin -c subsecoffset
--   burin -c subsecoffset 100 "proc.name=python"     each line is 100 ms wide

description = "Draws at which fraction of the second system calls start: time runs downwards, each line is one second from left to right, and color shows the number of calls per second, from black (none) over green and yellow to red (thousands). The argument sets how long a line is, for beats faster than one second."
short_description = "Picture of when in the second calls start"
category = "CPU Usage"

args = {
  { name = "refresh_time", argtype = "int", optional = true, description = "Milliseconds that one line covers; 1000 if not given" },
}

require "common"
local terminal = require "ansiterminal"
local heat = require "burin.heat"
terminal.enable_color(true)

-- The scale has a mark at each tenth.
local MARKS = 10

local refresh_ns = 1e9
local width, is_tty, widest_mark
local rawtime
-- column -> number of calls since the last line
local counts = {}

function on_set_arg(name, text)
  refresh_ns = parse_numeric_input(text, name) * 1e6
  return true
end

-- The mark at so many tenths of the line.
local function mark_text(tenths)
  return "|" .. (tenths * refresh_ns / 1e7) .. "ms"
end

function on_init()
  is_tty = sysdig.is_tty()
  if not is_tty then
    print("This chisel only works on ANSI terminals. Aborting.")
    return false
  end
  width = sysdig.get_terminal_info().width
  widest_mark = #mark_text(0.9)
  chisel.set_filter("evt.dir=>")
  rawtime = chisel.request_field("evt.rawtime")
  terminal.hidecursor()
  print("Tracing syscalls... red (hot) == high frequency <-> green == low frequency.\n")
  return true
end

function on_capture_start()
  chisel.set_interval_ns(refresh_ns)
  return true
end

function on_event()
  local in_line = evt.field(rawtime) * 1000 / refresh_ns % 1000
  local column = math.floor(in_line / 1000 * width)
  counts[column] = (counts[column] or 0) + 1
  return true
end

local function tenth_at(column)
  return math.floor(column * MARKS / width)
end

local function draw_scale()
  local column = 0
  while column < width do
    local mark = " "
    if tenth_at(column) ~= tenth_at(column - 1) and column <= width - widest_mark then
      mark = mark_text(math.floor(MARKS * column / width))
    end
    io.write(mark)
    column = column + #mark
  end
  io.write("\n")
end

-- A blank cell only needs a black background.
local function blank()
  terminal.setbgcol(0)
  terminal.setbgcol(0)
end

function on_interval()
  terminal.moveup(1)
  heat.line(counts, width, 1e9 / refresh_ns, blank)
  draw_scale()
  counts = {}
  return true
end

function on_capture_end()
  if not is_tty then return end
  print(terminal.reset)
  terminal.showcursor()
end
