-- b: the time each thread spends in its calls.
local ftid = chisel.request_field("thread.tid")
local fdir = chisel.request_field("evt.dir")
local ftime = chisel.request_field("evt.rawtime")
local pending = {}
local spent = {}

function on_event()
	local tid = evt.field(ftid)
	local now = evt.field(ftime)
	if evt.field(fdir) == ">" then
		pending[tid] = now
	else
		local entered = pending[tid]
		if entered then
			local row = spent[tid]
			if not row then
				row = { count = 0, total = 0, max = 0 }
				spent[tid] = row
			end
			local delta = now - entered
			row.count = row.count + 1
			row.total = row.total + delta
			if delta > row.max then row.max = delta end
			pending[tid] = nil
		end
	end
	return true
end

function result()
	local n, t = 0, 0
	for _, row in pairs(spent) do n = n + row.count t = t + row.total end
	return n + t
end
