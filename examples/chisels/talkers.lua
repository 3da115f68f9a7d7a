-- Who moves the most bytes over the network: sums by key, printed sorted at the end.
--   burin -r file.scap -c ./talkers.lua
require "common" -- for pairs_top_by_val, extend_string and format_bytes
args = {}
bytes_of = {}

function on_init()
  process = chisel.request_field("proc.name")
  peer = chisel.request_field("fd.rip")
  size = chisel.request_field("evt.rawres")
  chisel.set_filter("(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true and evt.dir=< and evt.rawres>0")
  return true
end

function on_event()
  local key = (evt.field(process) or "?") .. " " .. (evt.field(peer) or "?")
  bytes_of[key] = (bytes_of[key] or 0) + evt.field(size)
end

function on_capture_end()
  for key, total in pairs_top_by_val(bytes_of, 10, function(t, a, b) return t[a] > t[b] end) do
    print(extend_string(format_bytes(total), 12) .. key)
  end
end
