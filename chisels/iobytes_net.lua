-- iobytes_net: how many bytes are received and sent over the network each second.
--
--   burin -c iobytes_net
--   burin -c iobytes_net "fd.port=443"
--
-- The clock is that of the events: a second without any prints nothing.

description = "Prints, once a second, how many bytes were received and sent on IPv4 and IPv6 sockets in that second."
short_description = "Bytes received and sent per second on the network"
category = "Net"
args = {}

local bytes, is_read, time
local read, written = 0, 0

function on_init()
  bytes = chisel.request_field("evt.rawarg.res")
  is_read = chisel.request_field("evt.is_io_read")
  time = chisel.request_field("evt.time.s")
  chisel.set_filter("evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6)")
  chisel.set_interval_s(1)
  return true
end

function on_event()
  local count = evt.field(bytes)
  if count == nil or count <= 0 then return true end
  if evt.field(is_read) then
    read = read + count
  else
    written = written + count
  end
  return true
end

function on_interval()
  print(evt.field(time) .. " in:" .. read .. " out:" .. written .. " tot:" .. read + written)
  read, written = 0, 0
  return true
end
