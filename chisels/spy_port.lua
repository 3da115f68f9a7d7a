-- spy_port: the data exchanged on one port.
--
--   burin -c spy_port 80
--   burin -X -c spy_port "80 disable_colors"     data as hex and text
--
-- Each piece of data follows a heading, red for reads and blue for writes, with the
-- size of the first piece in that direction.

description = "Prints the data that any process exchanges using the given port, on either side. With -x, -X or -A the data is shown as hex, hex and text, or text."
short_description = "Data exchanged on one port"
category = "Net"

args = {
  { name = "host_port", argtype = "int", description = "The port number to watch" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_colors' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

local host_port

function on_set_arg(name, text)
  if name == "host_port" then
    host_port = text
  elseif text == "disable_colors" or text == "disable_color" then
    terminal.enable_color(false)
  end
  return true
end

local data, is_read, bytes

function on_init()
  data = chisel.request_field("evt.arg.data")
  is_read = chisel.request_field("evt.is_io_read")
  bytes = chisel.request_field("evt.rawarg.res")
  sysdig.set_snaplen(1000)
  chisel.set_filter("evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6) and fd.port=" .. host_port)
  return true
end

-- The heading of the transfers going on, and their direction.
local heading, reading

function on_event()
  local count, text = evt.field(bytes), evt.field(data)
  if count == nil or count <= 0 or text == nil then return true end

  local read = evt.field(is_read)
  if read ~= reading then
    reading = read
    local color, verb = terminal.blue, "Write"
    if read then color, verb = terminal.red, "Read" end
    heading = color .. "------ " .. verb .. " " .. format_bytes(count)
  end
  print(heading)
  print(text)
  return true
end

function on_capture_end()
  print(terminal.reset)
end
