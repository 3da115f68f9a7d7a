-- a: bytes by name, one table.
local fname = chisel.request_field("fd.name")
local fbytes = chisel.request_field("evt.rawarg.res")
totals = {}

function on_event()
	local name = evt.field(fname)
	local bytes = evt.field(fbytes)
	if name ~= nil and bytes ~= nil and bytes > 0 then
		totals[name] = (totals[name] or 0) + bytes
	end
	return true
end

function result()
	local sum = 0
	for _, v in pairs(totals) do sum = sum + v end
	return sum
end
