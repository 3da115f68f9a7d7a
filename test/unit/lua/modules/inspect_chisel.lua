-- Runs the main chunk of a chisel as the listing of chisels does, and prints its metadata as JSON. API functions
-- must not be called there: calling one is an error.

local function forbidden(api)
  return setmetatable({}, { __index = function(_, name)
    return function() error(api .. "." .. name .. " called in the main chunk") end
  end })
end
chisel, evt, sysdig = forbidden "chisel", forbidden "evt", forbidden "sysdig"

dofile(arg[1])

local list = {}
for i, a in ipairs(args) do
  list[i] = { name = a.name, description = a.description or "", argtype = a.argtype or "", optional = a.optional or false }
end
local dkjson = require "dkjson"
io.write(dkjson.encode({
  description = description or disabled_description or "", short_description = short_description or "",
  category = category or "", hidden = hidden or false, args = list,
  callbacks = { on_set_arg = on_set_arg ~= nil, on_init = on_init ~= nil, on_event = type(on_event) == "function" },
}))
