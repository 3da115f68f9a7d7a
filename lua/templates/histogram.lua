-- @NAME@: how long system calls take, as a histogram of powers of two.
-- Try it:  burin -r capture.scap -c ./@NAME@.lua

description = "Collects the latency of every system call and prints the distribution when the capture ends."
short_description = "Latency of system calls"
category = "Performance"
args = {}

require "common"
local hist = require "hist"

-- One distribution for each system call. Powers of two suit times, which span many sizes.
local latencies = hist.by(hist.log2)
local type_field, latency_field

function on_init()
	type_field = chisel.request_field("evt.type")
	latency_field = chisel.request_field("evt.latency")
	chisel.set_filter("evt.dir=< and evt.latency>0")
	return true
end

function on_event()
	latencies:add(evt.field(type_field), evt.field(latency_field))
	return true
end

function on_capture_end()
	latencies:print { name = "system call", format = format_time_interval, top = 10 }
end
