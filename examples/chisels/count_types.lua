-- Counts events by type: the smallest complete chisel.  burin -r file.scap -c ./count_types.lua
args = {}
counts = {}
function on_event()
  local kind = evt.get_type()
  counts[kind] = (counts[kind] or 0) + 1
end
function on_capture_end()
  for kind, n in pairs(counts) do print(n, kind) end
end
