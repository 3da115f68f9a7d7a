-- iobytes: how many bytes are read and written each second, on any kind of descriptor.
--
--   burin -c iobytes
--   burin -c iobytes "proc.name=dd"
--
-- The clock is that of the events: a second without any prints nothing.

description = "Prints, once a second, how many bytes were read and written in that second on descriptors of any kind: files, sockets, pipes."
short_description = "Bytes read and written per second on any FD"
category = "I/O"
args = {}

local bytes, is_read, time
local read, written = 0, 0

function on_init()
  bytes = chisel.request_field("evt.rawarg.res")
  is_read = chisel.request_field("evt.is_io_read")
  time = chisel.request_field("evt.time.s")
  chisel.set_filter("evt.is_io=true")
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
