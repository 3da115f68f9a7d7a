-- socket: TCP and UDP for Lua, with the interface of LuaSocket 3.0.
--
--   local socket = require "socket"
--   local c = assert(socket.connect("localhost", 6379))
--   c:settimeout(2)
--   c:send("PING\r\n")
--   print(c:receive("*l"))
--
-- The sockets themselves are in socket.core. In a chisel remember that waiting here
-- keeps events waiting: use timeouts.

local socket = require "socket.core"

socket.try = socket.newtry()

function socket.connect4(address, port, local_address, local_port)
  return socket.connect(address, port, local_address, local_port, "inet")
end

function socket.connect6(address, port, local_address, local_port)
  return socket.connect(address, port, local_address, local_port, "inet6")
end

-- bind(host, port [, backlog]) -> listening socket
function socket.bind(host, port, backlog)
  if host == "*" then host = "0.0.0.0" end
  local list, message = socket.dns.getaddrinfo(host)
  if not list then return nil, message end
  message = "no info on address"
  for _, entry in ipairs(list) do
    local server = entry.family == "inet6" and socket.tcp6() or socket.tcp4()
    if server then
      server:setoption("reuseaddr", true)
      local ok
      ok, message = server:bind(entry.addr, port)
      if ok then ok, message = server:listen(backlog) end
      if ok then return server end
      server:close()
    end
  end
  return nil, message
end

-- choose(table) -> function(name, ...) that calls table[name](...); the name may be left out
function socket.choose(makers)
  return function(name, a, b)
    if type(name) ~= "string" then name, a, b = "default", name, a end
    local maker = makers[name or "nil"]
    if not maker then error("unknown key (" .. tostring(name) .. ")", 3) end
    return maker(a, b)
  end
end

-- ---- sources and sinks for ltn12 ----

socket.BLOCKSIZE = 2048

-- Sources and sinks are callable tables that know their socket.
local function on_socket(s, run)
  return setmetatable({
    getfd = function() return s:getfd() end,
    dirty = function() return s:dirty() end,
  }, { __call = run })
end

socket.sourcet = {
  -- data until so many bytes came
  ["by-length"] = function(s, length)
    return on_socket(s, function()
      if length <= 0 then return nil end
      local chunk, message = s:receive(math.min(socket.BLOCKSIZE, length))
      if message then return nil, message end
      length = length - #chunk
      return chunk
    end)
  end,
  -- data until the other side closes
  ["until-closed"] = function(s)
    local done = false
    return on_socket(s, function()
      if done then return nil end
      local chunk, message, partial = s:receive(socket.BLOCKSIZE)
      if not message then return chunk end
      if message ~= "closed" then return nil, message end
      s:close()
      done = true
      return partial
    end)
  end,
}

socket.sinkt = {
  ["close-when-done"] = function(s)
    return on_socket(s, function(_, chunk)
      if chunk then return s:send(chunk) end
      s:close()
      return 1
    end)
  end,
  ["keep-open"] = function(s)
    return on_socket(s, function(_, chunk)
      if chunk then return s:send(chunk) end
      return 1
    end)
  end,
}

socket.sourcet.default = socket.sourcet["until-closed"]
socket.sinkt.default = socket.sinkt["keep-open"]
socket.source = socket.choose(socket.sourcet)
socket.sink = socket.choose(socket.sinkt)

return socket
