-- socket.unix: stream sockets whose addresses are paths.
--
--   local s = require("socket.unix")()
--   s:connect("/run/redis.sock")

local core = require "socket.core"

return setmetatable({ stream = core.unix, tcp = core.unix }, { __call = core.unix })
