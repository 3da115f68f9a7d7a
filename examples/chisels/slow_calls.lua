-- System calls slower than 10 ms, printed by an event formatter: on_event only decides.
--   burin -c ./slow_calls.lua "proc.name=mysqld"
args = {}
function on_init()
  latency = chisel.request_field("evt.latency")
  chisel.set_filter("evt.dir=< and evt.type!=switch")
  chisel.set_event_formatter("%evt.time %proc.name %evt.type %evt.latency.human %evt.args")
  return true
end
function on_event()
  return (evt.field(latency) or 0) > 10 * 1000 * 1000
end
