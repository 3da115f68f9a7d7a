-- stdin: what processes read from their standard input.
--
--   burin -c stdin "proc.name=make"
--   burin -c stdin "proc.pid=1234"

description = "Prints what processes read from standard input (descriptor 0). Filter by process to tell them apart."
short_description = "What processes read from standard input"
category = "I/O"
args = {}

local data

function on_init()
  data = chisel.request_field("evt.rawarg.data")
  sysdig.set_snaplen(2000)
  chisel.set_filter("fd.num=0 and evt.is_io=true")
  return true
end

function on_event()
  local text = evt.field(data)
  if text ~= nil then print(text) end
  return true
end
