-- Runs one workload in a plain interpreter: luajit cli.lua WORKLOAD EVENTS
local here = arg[0]:match("^(.*)/") or "."
CHISELS = os.getenv("CHISELS")
package.path = CHISELS .. "/?.lua;" .. package.path
dofile(here .. "/prelude.lua")
dofile(here .. "/workloads/" .. arg[1] .. ".lua")
local events = tonumber(arg[2])
local function run(count)
	local on_event, step = on_event, step
	for _ = 1, count do
		step()
		on_event()
	end
end
run(events / 10)
local start = os.clock()
run(events)
print(string.format("%.1f %.14g", (os.clock() - start) / events * 1e9, result()))
