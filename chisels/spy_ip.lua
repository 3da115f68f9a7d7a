-- spy_ip: the data exchanged with one IP address.
--
--   burin -c spy_ip 192.168.1.20
--   burin -X -c spy_ip "192.168.1.20 disable_colors"     data as hex and text
--
-- Each piece of data follows a heading, red for reads and blue for writes, with the
-- size of the first piece in that direction. The word is "Read" either way;
-- scripts match it.

description = "Prints the data that any process exchanges with the given IP address. With -x, -X or -A the data is shown as hex, hex and text, or text."
short_description = "Data exchanged with one IP address"
category = "Net"

args = {
  { name = "host_ip", argtype = "ipv4", description = "The address to watch" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_colors' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

local host_ip

function on_set_arg(name, text)
  if name == "host_ip" then
    host_ip = text
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
  chisel.set_filter("evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6) and fd.ip=" .. host_ip)
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
    local color = read and terminal.red or terminal.blue
    heading = color .. "------ Read " .. format_bytes(count)
  end
  print(heading)
  print(text)
  return true
end

function on_capture_end()
  print(terminal.reset)
end
