-- e: plain loops and arithmetic.
local fbytes = chisel.request_field("evt.rawarg.res")
local window = {}
for i = 1, 32 do window[i] = 0 end
local at = 1
local peak = 0

local function mean(list)
	local sum = 0
	for i = 1, #list do sum = sum + list[i] end
	return sum / #list
end

function on_event()
	local bytes = evt.field(fbytes)
	window[at] = bytes
	at = at % 32 + 1
	local average = mean(window)
	local spread = 0
	for _, v in ipairs(window) do
		local d = v - average
		if d < 0 then d = -d end
		spread = spread + d * d
	end
	local deviation = (spread / 32) ^ 0.5
	if deviation > peak then peak = deviation end
	return true
end

function result() return peak end
