-- stdout: what processes write to their standard output.
--
--   burin -c stdout "proc.name=make"
--   burin -c stdout "proc.pid=1234"

description = "Prints what processes write to standard output (descriptor 1). Filter by process to tell them apart."
short_description = "What processes write to standard output"
category = "I/O"
args = {}

local data

function on_init()
  data = chisel.request_field("evt.rawarg.data")
  sysdig.set_snaplen(2000)
  chisel.set_filter("fd.num=1 and evt.is_io=true")
  return true
end

function on_event()
  local text = evt.field(data)
  if text ~= nil then print(text) end
  return true
end
