-- @NAME@: how long system calls take, as a histogram of powers of two.
-- Try it:  burin -r capture.scap -c ./@NAME@.lua

description = "Collects the latency of every system call and prints the distribution when the capture ends."
short_description = "Latency of system calls"
category = "Performance"
args = {}

local hist = require "hist"

local latencies = hist.log2 { title = "latency", unit = "ns" }
local type_field, latency_field

function on_init()
	type_field = chisel.request_field("evt.type")
	latency_field = chisel.request_field("evt.latency")
	chisel.set_filter("evt.dir=< and evt.latency>0")
	return true
end

function on_event()
	latencies:add(evt.field(latency_field), evt.field(type_field))
	return true
end

function on_capture_end()
	latencies:print()
end
