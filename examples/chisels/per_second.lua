-- A line each second: how many calls there were and how many failed.
--   burin -c ./per_second.lua
args = {}
calls, failures = 0, 0

function on_init()
  failed = chisel.request_field("evt.failed")
  chisel.set_filter("evt.dir=<")
  chisel.set_interval_s(1)
  return true
end

function on_event()
  calls = calls + 1
  if evt.field(failed) then failures = failures + 1 end
end

function on_interval(seconds)
  print(os.date("!%H:%M:%S", seconds) .. string.format("  %8d calls  %6d failed", calls, failures))
  calls, failures = 0, 0
  return true -- false would end the capture
end
