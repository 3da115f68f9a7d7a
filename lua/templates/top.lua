-- @NAME@: who moves the most bytes, from the largest down.
-- Try it:  burin -r capture.scap -c ./@NAME@.lua        (or live: sudo burin -c ./@NAME@.lua)

description = "Adds up the bytes of I/O of each process and prints the largest when the capture ends."
short_description = "Bytes of I/O by process"
category = "I/O"
args = {}

require "common"

-- Bytes by process name. chisel.data is kept when this file is changed while it runs.
local bytes = chisel.data.bytes or {}
chisel.data.bytes = bytes

local name_field, size_field

function on_init()
	-- Fields are requested once; reading them later is cheap.
	name_field = chisel.request_field("proc.name")
	size_field = chisel.request_field("evt.buflen")
	-- What the filter rejects never reaches on_event.
	chisel.set_filter("evt.is_io=true and evt.dir=<")
	return true
end

function on_event()
	local name, size = evt.field(name_field), evt.field(size_field)
	if name and size and size > 0 then
		bytes[name] = (bytes[name] or 0) + size
	end
	return true
end

function on_capture_end()
	for name, total in pairs_top_by_val(bytes, 10, function(t, a, b) return t[a] > t[b] end) do
		print(extend_string(format_bytes(total), 12) .. name)
	end
end
