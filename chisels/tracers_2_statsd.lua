-- tracers_2_statsd: sends how long traced spans took to a statsd server, as timers
-- in milliseconds named by the tags of the span.
--
--   burin -c tracers_2_statsd                          to 127.0.0.1:8125
--   burin -c tracers_2_statsd "10.0.0.5 9125"
--
-- Spans are what programs write to /dev/null as ">:id:tags::" and "<:id:tags::".

description = "Sends the duration of each tracer span to a statsd server, in milliseconds, as a timer named by the tags of the span."
short_description = "Durations of traced spans, sent to statsd"
category = "Tracers"

args = {
  { name = "server_addr", argtype = "string", optional = true, description = "The IPv4 address of the server; 127.0.0.1 if not given" },
  { name = "server_port", argtype = "string", optional = true, description = "Its UDP port; 8125 if not given" },
}

local statsd = require "statsd"

local server = {}
local client, tags, duration

function on_set_arg(name, text)
  if name == "server_addr" then
    server.host = text
  else
    server.port = tonumber(text)
  end
  return true
end

function on_init()
  client = statsd(server)
  tags = chisel.request_field("span.tags")
  duration = chisel.request_field("span.duration")
  chisel.set_filter("evt.type=tracer and evt.dir=<")
  return true
end

function on_event()
  local ns = evt.field(duration)
  if ns then client:timer(evt.field(tags), ns / 1e6) end
  return true
end
