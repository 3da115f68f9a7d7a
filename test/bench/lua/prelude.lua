-- What stands for the chisel API where no host does: fields of made-up events, the same everywhere.
local n = 0
local names, procs, requests = {}, {}, {}
for i = 0, 63 do
	names[i] = (i % 3 == 0 and "10.0.0." .. i .. ":80->" or "/var/lib/data/file-") .. i
	procs[i] = "proc" .. (i % 16)
	requests[i] = (i % 2 == 0 and "GET" or "POST") .. " /api/v" .. i % 4 .. "/item/" .. i * 7 .. " HTTP/1.1\r\nHost: x"
end
local readers = {
	["fd.name"] = function() return names[n * 7 % 64] end,
	["proc.name"] = function() return procs[n * 5 % 64] end,
	["evt.buffer"] = function() return requests[n * 11 % 64] end,
	["evt.rawarg.res"] = function() return n * 37 % 4096 end,
	["evt.latency"] = function() return n * 7919 % 1000003 end,
	["thread.tid"] = function() return 1000 + n % 50 end,
	["evt.dir"] = function() return n % 100 < 50 and ">" or "<" end,
	["evt.rawtime"] = function() return 1.5e18 + n * 1000 end,
}
chisel = {
	request_field = function(name) return readers[name] end,
	set_filter = function() end,
	set_interval_ns = function() end,
	set_interval_s = function() end,
}
evt = { field = function(handle) return handle() end }
sysdig = {
	is_live = function() return false end,
	is_tty = function() return true end,
	get_output_format = function() return "normal" end,
	get_terminal_info = function() return { width = 80, height = 25 } end,
}
function step() n = n + 1 end
