-- statsd: sends metrics to a statsd server, one datagram per message.
--
--   local statsd = require "statsd"
--   local client = statsd { host = "127.0.0.1", port = 8125, namespace = "app" }
--   client:increment("opens")
--   client:timer("read", 1.5)                      -- milliseconds
--   client:counter({ hits = 3, misses = 1 }, 0.5)  -- a batch, sampled
--
-- Delivery goes through sysdig.udp_send, so it needs the chisel host, and the
-- methods return whatever that returns.

local LARGEST_DATAGRAM = 508

local Client = {}

-- One metric as text: NAMESPACE.STAT:VALUE|KIND[|@RATE]
local function line(self, stat, value, kind, rate)
  local text = stat:gsub("[:|@]", "_") .. ":" .. value .. "|" .. kind
  if self.namespace ~= nil then text = self.namespace .. "." .. text end
  if rate ~= 1 then text = text .. "|@" .. rate end
  return text
end

function Client:send_to_socket(text)
  return sysdig.udp_send(text)
end

-- Many metrics, as few datagrams as fit. Number keys in a counter batch are
-- bare names: each counts one.
local function send_batch(self, stats, kind, rate, negate)
  local lines, size = {}, 0
  for stat, value in pairs(stats) do
    if kind == "c" then
      if type(stat) == "number" then stat, value = value, 1 end
      if negate then value = -value end
    end
    local text = line(self, stat, value, kind, rate)
    if lines[1] and size + #text > self.packet_size then
      local ok, err = self:send_to_socket(table.concat(lines, "\n"))
      if not ok then return nil, err end
      lines, size = {}, 0
    end
    size = size + #text + 1
    lines[#lines + 1] = text
  end
  return self:send_to_socket(table.concat(lines, "\n"))
end

-- send(stat or table of stats, value, kind [, rate [, negate]])
-- With a table the second argument is the sample rate.
function Client:send(stat, value, kind, rate, negate)
  local batch = type(stat) == "table"
  if batch then rate = value end
  rate = rate or 1
  if rate ~= 1 and not (math.random() <= rate) then return end
  if batch then return send_batch(self, stat, kind, rate, negate) end
  return self:send_to_socket(line(self, stat, value, kind, rate))
end

function Client:gauge(stat, value, rate) return self:send(stat, value, "g", rate) end
function Client:counter(stat, value, rate) return self:send(stat, value, "c", rate) end
function Client:increment(stat, value, rate) return self:send(stat, value or 1, "c", rate, false) end
function Client:decrement(stat, value, rate)
  value = value or 1
  if type(stat) == "string" then value = -value end
  return self:send(stat, value, "c", rate, true)
end
function Client:timer(stat, ms) return self:send(stat, ms, "ms") end
function Client:histogram(stat, value) return self:send(stat, value, "h") end
function Client:meter(stat, value) return self:send(stat, value, "m") end

math.randomseed(os.time())

return function(options)
  options = options or {}
  sysdig.udp_setpeername(options.host or "127.0.0.1", options.port or 8125)

  local client = { namespace = options.namespace, packet_size = options.packet_size or LARGEST_DATAGRAM }
  for name, method in pairs(Client) do client[name] = method end
  return client
end
