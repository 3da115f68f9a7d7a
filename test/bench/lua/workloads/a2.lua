-- a2: the callback of table_generator, which the top chisels run on.
dofile(CHISELS .. "/table_generator.lua")
on_set_arg("keys", "proc.name,fd.name")
on_set_arg("keydescs", "Process,File")
on_set_arg("value", "evt.rawarg.res")
on_set_arg("valuedesc", "Bytes")
on_set_arg("filter", "")
on_set_arg("top_number", "10")
on_set_arg("value_units", "bytes")
on_init()

local function add(t)
	local sum = 0
	for _, v in pairs(t) do
		if type(v) == "table" then sum = sum + add(v) else sum = sum + v end
	end
	return sum
end

function result() return add(grtable) end
