-- @NAME@: a table that refreshes every second, on a terminal in place.
-- Try it:  sudo burin -c ./@NAME@.lua

description = "Counts events by process and type, and prints the largest counts every second."
short_description = "Busiest processes, each second"
category = "Performance"
args = {}

require "common"

local terminal = require "ansiterminal"
terminal.enable_color(sysdig.is_tty())

counts = {} -- a global table: kept when this file is changed while it runs
local name_field, type_field

function on_init()
	name_field = chisel.request_field("proc.name")
	type_field = chisel.request_field("evt.type")
	chisel.set_interval_s(1)
	return true
end

function on_event()
	local name, kind = evt.field(name_field), evt.field(type_field)
	if name and kind then
		local key = name .. " " .. kind
		counts[key] = (counts[key] or 0) + 1
	end
	return true
end

local function show()
	print(terminal.green .. extend_string("Events", 10) .. "Process and type" .. terminal.reset)
	for key, count in pairs_top_by_val(counts, 15, function(t, a, b) return t[a] > t[b] end) do
		print(extend_string(tostring(count), 10) .. key)
	end
end

function on_interval()
	if sysdig.is_tty() then
		terminal.clearscreen()
		terminal.moveto(0, 0)
	end
	show()
	counts = {}
	return true
end

function on_capture_end()
	show()
end
