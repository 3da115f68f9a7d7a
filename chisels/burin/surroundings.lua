-- burin.surroundings: remembers events, and at the end saves what their threads did
-- around them to another capture file, by running the program once more.
--
--   local surroundings = require "burin.surroundings"
--   local saved = surroundings.new()
--   saved:add(tid)                                -- in on_event
--   saved:write("out.scap", "500")                -- in on_capture_end: half a second each way

require "common"

local Surroundings = {}
Surroundings.__index = Surroundings

local function new()
  return setmetatable({ moments = {} }, Surroundings)
end

-- add(tid): the current event, on that thread
function Surroundings:add(tid)
  local seconds, nanoseconds = evt.get_ts()
  self.moments[#self.moments + 1] = { at = ts_to_str(seconds, nanoseconds), tid = tid }
end

function Surroundings:count()
  return #self.moments
end

-- write(file, range_ms): takes effect after all chisels have ended
function Surroundings:write(file, range_ms)
  local clauses = {}
  for i, moment in ipairs(self.moments) do
    clauses[i] = "(evt.around[" .. moment.at .. "]=" .. range_ms .. " and thread.tid=" .. moment.tid .. ")"
  end
  sysdig.run_app("-F -r" .. sysdig.get_evtsource_name() .. " -w" .. file .. " " .. table.concat(clauses, " or "))
end

return { new = new }
