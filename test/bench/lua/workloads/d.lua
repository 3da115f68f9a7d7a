-- d: strings: a request line taken apart, formatted, counted.
local fdata = chisel.request_field("evt.buffer")
local fname = chisel.request_field("fd.name")
local hits = {}
local length = 0

function on_event()
	local data = evt.field(fdata)
	local method, path, version = data:match("^(%a+) (%S+) HTTP/(%d%.%d)")
	if method then
		local parts = {}
		for part in path:gmatch("[^/]+") do parts[#parts + 1] = part:upper() end
		local key = method .. "|" .. table.concat(parts, ".") .. "|" .. version
		hits[key] = (hits[key] or 0) + 1
		local line = string.format("%-8s %6d %s", method, #path, path:gsub("%d+", "#"))
		length = length + #line
		if evt.field(fname):find("10.0.", 1, true) then length = length + 1 end
		if path:sub(1, 4) == "/api" then length = length + path:byte(5) end
	end
	return true
end

function result()
	local n = 0
	for _, v in pairs(hits) do n = n + v end
	return n + length
end
