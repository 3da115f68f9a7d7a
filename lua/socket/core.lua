-- socket.core: TCP and UDP sockets for Lua, with the interface of LuaSocket 3.0's core;
-- `require "socket"` adds the helpers around it.
--
-- Built on the host module burin.net, whose calls never wait, except poll and sleep;
-- waiting, timeouts and buffering happen here. What fails returns nil and a message:
-- "timeout", "closed", "connection refused", ...

local net = require "burin.net"

local core = { _VERSION = "LuaSocket 3.0.0", _DEBUG = false, _SETSIZE = 1024, _DATAGRAMSIZE = 8192, _SOCKETINVALID = -1 }

-- How much is asked for in one receive.
local CHUNK = 16384

-- Linux error numbers that get words of their own.
local EINTR, EAGAIN, EALREADY, EINPROGRESS = 4, 11, 114, 115
local WORDS = {
  [13] = "permission denied", [32] = "closed", [98] = "address already in use", [103] = "closed", [104] = "closed",
  [106] = "already connected", [110] = "timeout", [111] = "connection refused",
}

local function words(message, errno)
  return WORDS[errno] or message
end

-- ---- waiting ----

-- When the operation that starts now has to end, in seconds since the epoch; nil: never.
local function total_deadline(s)
  return s.total and net.gettime() + s.total
end

-- Waits until the socket can be read ("r") or written ("w"). `deadline` is that of the
-- whole operation; the timeout per wait counts from now.
local function wait(s, direction, deadline)
  while true do
    local left = s.block
    if deadline then
      local rest = math.max(0, deadline - net.gettime())
      left = left and math.min(left, rest) or rest
    end
    local reads, writes, errno
    if direction == "r" then
      reads, writes, errno = net.poll({ s.fd }, {}, left)
    else
      reads, writes, errno = net.poll({}, { s.fd }, left)
    end
    if reads then
      if #reads + #writes > 0 then return true end
      return nil, "timeout"
    end
    if errno ~= EINTR then return nil, words(writes, errno) end
  end
end

-- Runs call(...) until it does not say "try again": its results, or nil and a message.
local function retry(s, direction, deadline, call, ...)
  if not s.fd then return nil, "closed" end
  while true do
    local a, b, c = call(...)
    if a ~= nil then return a, b, c end
    if c == EAGAIN then
      local ok, message = wait(s, direction, deadline)
      if not ok then return nil, message end
    elseif c ~= EINTR then
      return nil, words(b, c)
    end
  end
end

-- ---- what all sockets have ----

local Socket = {}

local function class(methods)
  for name, method in pairs(Socket) do methods[name] = methods[name] or method end
  methods.__index = methods
  methods.__tostring = function(s) return s.kind .. "{" .. s.state .. "}: " .. s.id end
  return methods
end

-- Each socket is known by the address of a table made for it, as its type and state change.
local function make(methods, kind, state, fd, family)
  return setmetatable({
    kind = kind, state = state, fd = fd, family = family, id = tostring({}):gsub("^table: ", ""),
    buffer = "", received = 0, sent = 0, born = net.gettime(),
  }, methods)
end

function Socket:close()
  if self.fd then net.close(self.fd) end
  self.fd = nil
  return 1
end

function Socket:getfd() return self.fd or -1 end
function Socket:setfd(fd) self.fd = fd ~= -1 and fd or nil end
function Socket:dirty() return self.buffer ~= "" end
function Socket:getfamily() return self.family end

-- settimeout(seconds [, mode]): "b" (the default) for each wait, "t" for the whole
-- operation; nil or negative waits for ever
function Socket:settimeout(seconds, mode)
  if seconds and seconds < 0 then seconds = nil end
  mode = mode or "b"
  if mode == "b" then
    self.block = seconds
  elseif mode == "t" or mode == "r" then
    self.total = seconds
  else
    error("bad argument #2 to 'settimeout' (invalid timeout mode)", 2)
  end
  return 1
end

function Socket:gettimeout() return self.block or -1, self.total or -1 end

function Socket:setoption(name, ...)
  local ok, message, errno = net.setsockopt(self.fd, name, ...)
  if ok then return 1 end
  return nil, words(message, errno)
end

function Socket:getoption(name)
  local value, message, errno = net.getsockopt(self.fd, name)
  if value ~= nil then return value end
  return nil, words(message, errno)
end

local function name_of(s, get)
  if not s.fd then return nil, "closed" end
  local address, port, family = get(s.fd)
  -- A failure has the error number in the third place.
  if address == nil then return nil, words(port, family) end
  if s.family == "unix" then return address end
  return address, port, family
end

function Socket:getpeername() return name_of(self, net.getpeername) end

-- The port is text here, a number in getpeername: callers depend on both.
function Socket:getsockname()
  local address, port, family = name_of(self, net.getsockname)
  if family then port = tostring(port) end
  return address, port, family
end

-- ---- addresses ----

-- The addresses of a host: { { family =, addr = }, ... }; an unknown one is nil, message.
local function addresses(host, family)
  if host == "*" then host = family == "inet6" and "::" or "0.0.0.0" end
  return net.resolve(host, family ~= "unspec" and family or nil)
end

local function number_of(port)
  local number = tonumber(port)
  if not number then error("bad port '" .. tostring(port) .. "'", 3) end
  return number
end

-- Tries action(address) for each address of the host, opening a descriptor of its family
-- when the socket has none yet.
local function try_addresses(s, host, action)
  if s.kind ~= "udp" and s.family == "unix" then return action(host) end
  local list, message = addresses(host, s.family)
  if not list then return nil, message end
  message = "host not found"
  for _, entry in ipairs(list) do
    if not s.fd or s.family == "unspec" then
      if s.fd then net.close(s.fd) end
      local fd, text, errno = net.socket(entry.family, s.kind == "udp" and "dgram" or "stream")
      if not fd then return nil, words(text, errno) end
      s.fd, s.family = fd, entry.family
    end
    local ok
    ok, message = action(entry.addr)
    if ok then return 1 end
    if message == "timeout" then break end
  end
  return nil, message
end

local function bind_to(s, host, port)
  return try_addresses(s, host, function(address)
    local ok, message, errno = net.bind(s.fd, address, port)
    if ok then return 1 end
    return nil, words(message, errno)
  end)
end

local function connect_to(s, host, port)
  local deadline = total_deadline(s)
  return try_addresses(s, host, function(address)
    local ok, message, errno = net.connect(s.fd, address, port)
    if ok then return 1 end
    if errno ~= EINPROGRESS and errno ~= EALREADY and errno ~= EAGAIN then return nil, words(message, errno) end
    if s.block == 0 or s.total == 0 then return nil, "timeout" end
    ok, message = wait(s, "w", deadline)
    if not ok then return nil, message end
    errno = net.getsockopt(s.fd, "error")
    if errno == 0 then return 1 end
    return nil, words(net.strerror(errno), errno)
  end)
end

-- ---- streams ----

local Stream = class {}

function Stream:bind(host, port)
  local ok, message = bind_to(self, host, self.family ~= "unix" and number_of(port) or nil)
  if ok then return 1 end
  return nil, message
end

function Stream:connect(host, port)
  local ok, message = connect_to(self, host, self.family ~= "unix" and number_of(port) or nil)
  -- Also when it failed: without a timeout the connection may still be on its way.
  self.state = "client"
  if ok then return 1 end
  return nil, message
end

function Stream:listen(backlog)
  if not self.fd then
    local list = addresses("*", "inet")
    local ok, message = try_addresses(self, list[1].addr, function() return 1 end)
    if not ok then return nil, message end
  end
  local ok, message, errno = net.listen(self.fd, backlog or 32)
  if not ok then return nil, words(message, errno) end
  self.state = "server"
  return 1
end

function Stream:accept()
  local fd, message = retry(self, "r", total_deadline(self), net.accept, self.fd)
  if not fd then return nil, message end
  return make(Stream, self.kind, "client", fd, self.family)
end

function Stream:shutdown(how)
  net.shutdown(self.fd, how or "both")
  return 1
end

-- What waits in the buffer has not been received yet.
function Stream:getstats() return self.received - #self.buffer, self.sent, net.gettime() - self.born end

function Stream:setstats(received, sent, age)
  self.received, self.sent = received or self.received, sent or self.sent
  if age then self.born = net.gettime() - age end
  return 1
end

-- send(data [, i [, j]]) -> index of the last byte sent | nil, message, index
function Stream:send(data, first, last)
  data = tostring(data)
  first, last = first or 1, last or -1
  if first < 0 then first = math.max(#data + first + 1, 1) end
  if last < 0 then last = #data + last + 1 end
  first, last = math.max(first, 1), math.min(last, #data)

  local deadline, at = total_deadline(self), first
  while at <= last do
    local count, message = retry(self, "w", deadline, net.send, self.fd, data, at, last)
    if not count then return nil, message, at - 1 end
    at = at + count
    self.sent = self.sent + count
  end
  return math.max(last, first - 1), nil, nil
end

-- Appends what arrives to the buffer; nil and a message if nothing does.
local function fill(s, deadline)
  local data, message = retry(s, "r", deadline, net.recv, s.fd, CHUNK)
  if not data then return nil, message end
  if data == "" then return nil, "closed" end
  s.received = s.received + #data
  return data
end

local function take(s)
  local data = s.buffer
  s.buffer = ""
  return data
end

-- Up to the end of the line, which is dropped, as are carriage returns.
local function receive_line(s, deadline, pieces)
  while true do
    local data, message = take(s), nil
    if data == "" then
      data, message = fill(s, deadline)
      if not data then return message end
    end
    local stop = data:find("\n", 1, true)
    if stop then s.buffer = data:sub(stop + 1) end
    pieces[#pieces + 1] = data:sub(1, stop and stop - 1):gsub("\r", "")
    if stop then return nil end
  end
end

local function receive_all(s, deadline, pieces)
  pieces[#pieces + 1] = take(s)
  local any = pieces[#pieces] ~= ""
  while true do
    local data, message = fill(s, deadline)
    if not data then
      if message == "closed" and any then message = nil end
      return message
    end
    any = true
    pieces[#pieces + 1] = data
  end
end

local function receive_count(s, deadline, pieces, count)
  repeat
    local data, message = take(s), nil
    if data == "" then
      data, message = fill(s, deadline)
      if not data then return message end
    end
    if #data > count then
      s.buffer = data:sub(count + 1)
      data = data:sub(1, count)
    end
    count = count - #data
    pieces[#pieces + 1] = data
  until count <= 0
end

-- receive([pattern [, prefix]]) -> data | nil, message, what came
-- pattern: "*l" (the default) a line, "*a" all, a number of bytes. The prefix is put in
-- front of the result and counts.
function Stream:receive(pattern, prefix)
  pattern = pattern or "*l"
  local pieces, deadline = { prefix or "" }, total_deadline(self)
  local message
  if type(pattern) == "number" then
    local missing = pattern - #pieces[1]
    if pattern < 0 then error("bad argument #1 to 'receive' (invalid receive pattern)", 2) end
    if missing > 0 or pieces[1] == "" then message = receive_count(self, deadline, pieces, missing) end
  else
    local letter = tostring(pattern):match("^%*?([la])")
    if letter == "l" then
      message = receive_line(self, deadline, pieces)
    elseif letter == "a" then
      message = receive_all(self, deadline, pieces)
    else
      error("bad argument #1 to 'receive' (invalid receive pattern)", 2)
    end
  end
  local data = table.concat(pieces)
  if message then return nil, message, data end
  return data, nil, nil
end

Stream.setpeername, Stream.setsockname = Stream.connect, Stream.bind

-- ---- datagrams ----

local Datagram = class {}

local DATAGRAM_LIMIT = core._DATAGRAMSIZE

function Datagram:setsockname(host, port)
  local ok, message = bind_to(self, host, number_of(port))
  if ok then return 1 end
  return nil, message
end

-- setpeername("*") ends the association
function Datagram:setpeername(host, port)
  if host == "*" then
    net.connect(self.fd)
    self.state = "unconnected"
    return 1
  end
  local ok, message = connect_to(self, host, number_of(port))
  if not ok then return nil, message end
  self.state = "connected"
  return 1
end

function Datagram:send(data)
  local count, message = retry(self, "w", total_deadline(self), net.send, self.fd, data, 1, #data)
  -- Nobody listening is news about an earlier datagram.
  if not count then return nil, message == "connection refused" and "refused" or message end
  return count
end

function Datagram:sendto(data, address, port)
  port = number_of(port)
  local sent
  local ok, message = try_addresses(self, address, function(addr)
    local text
    sent, text = retry(self, "w", total_deadline(self), net.sendto, self.fd, data, addr, port)
    return sent, text
  end)
  if ok then return sent end
  return nil, message
end

function Datagram:receivefrom(size)
  local data, address, port =
    retry(self, "r", total_deadline(self), net.recvfrom, self.fd, size or DATAGRAM_LIMIT)
  if not data then return nil, address == "connection refused" and "refused" or address end
  return data, address, port
end

function Datagram:receive(size)
  local data, message = self:receivefrom(size)
  if data then return data end
  return nil, message
end

-- ---- making sockets ----

local function open(methods, kind, state, family, type)
  local fd
  if family ~= "unspec" then
    local message, errno
    fd, message, errno = net.socket(family, type)
    if not fd then return nil, words(message, errno) end
  end
  return make(methods, kind, state, fd, family)
end

-- tcp(): of whichever family the address turns out to be; tcp4(), tcp6(): of one
function core.tcp() return open(Stream, "tcp", "master", "unspec", "stream") end
function core.tcp4() return open(Stream, "tcp", "master", "inet", "stream") end
function core.tcp6() return open(Stream, "tcp", "master", "inet6", "stream") end
function core.udp() return open(Datagram, "udp", "unconnected", "unspec", "dgram") end
function core.udp4() return open(Datagram, "udp", "unconnected", "inet", "dgram") end
function core.udp6() return open(Datagram, "udp", "unconnected", "inet6", "dgram") end
-- unix(): a stream whose addresses are paths
function core.unix() return open(Stream, "unix", "master", "unix", "stream") end

-- connect(host, port [, local host, local port [, family]]) -> connected socket
function core.connect(host, port, local_host, local_port, family)
  local s = open(Stream, "tcp", "master", family or "unspec", "stream")
  if local_host then
    local ok, message = s:bind(local_host, local_port)
    if not ok then return nil, message end
  end
  local ok, message = s:connect(host, port)
  if ok then return s end
  s:close()
  return nil, message
end

-- ---- select ----

local function collect(sockets, ready)
  local fds, owner = {}, {}
  for _, s in ipairs(sockets or {}) do
    local fd = s:getfd()
    if fd and fd >= 0 then
      fds[#fds + 1] = fd
      owner[fd] = s
      if ready and s.dirty and s:dirty() then ready[#ready + 1] = fd end
    end
  end
  return fds, owner
end

-- The sockets of these descriptors, as an array that also maps each to its place.
local function pick(fds, owner)
  local result = {}
  for i, fd in ipairs(fds) do
    result[i] = owner[fd]
    result[owner[fd]] = i
  end
  return result
end

-- select(readers, writers [, seconds]) -> readable, writable, message if none is
function core.select(readers, writers, seconds)
  local buffered = {}
  local read_fds, reader = collect(readers, buffered)
  local write_fds, writer = collect(writers)
  if seconds and seconds < 0 then seconds = nil end
  -- What is in a buffer can be read at once.
  if #buffered > 0 then seconds = 0 end

  local readable, writable = net.poll(read_fds, write_fds, seconds)
  if not readable then return {}, {}, "select failed" end
  local seen = {}
  for _, fd in ipairs(readable) do seen[fd] = true end
  for _, fd in ipairs(buffered) do
    if not seen[fd] then readable[#readable + 1] = fd end
  end
  local can_read, can_write = pick(readable, reader), pick(writable, writer)
  if #can_read + #can_write == 0 then return can_read, can_write, "timeout" end
  return can_read, can_write
end

-- ---- names, time ----

core.dns = {}

function core.dns.gethostname() return net.hostname() end

-- toip(host) -> address, { name, alias, ip }
function core.dns.toip(host)
  local list, message = net.resolve(host, "inet")
  if not list then return nil, message end
  local info = { name = host, alias = {}, ip = {} }
  for i, entry in ipairs(list) do info.ip[i] = entry.addr end
  return info.ip[1], info
end

-- tohostname(address or host) -> name, { name, alias, ip }
function core.dns.tohostname(host)
  local address, info = core.dns.toip(host)
  if not address then return nil, info end
  local name, message = net.reverse(address)
  if not name then return nil, message end
  info.name = name
  return name, info
end

function core.dns.getaddrinfo(host) return net.resolve(host) end

function core.dns.getnameinfo(host, port)
  local list, message = net.resolve(host)
  if not list then return nil, message end
  local names = {}
  for i, entry in ipairs(list) do names[i] = net.reverse(entry.addr) or entry.addr end
  return names, port
end

-- gettime() -> seconds since the epoch, with fractions; sleep(seconds)
function core.gettime() return net.gettime() end
function core.sleep(seconds) net.sleep(math.max(0, seconds)) end

-- ---- errors as exceptions ----
-- newtry and protect let code raise what a socket call reported, and turn it back
-- into nil, message at the border; other errors pass through.

local Raised = {}

local function raise(value)
  error(setmetatable({ value }, Raised), 0)
end

-- skip(n, ...) -> the values after the first n
function core.skip(n, ...) return select(n + 1, ...) end

-- newtry([finish]) -> function that returns its arguments, or calls finish and raises the second
function core.newtry(finish)
  return function(ok, ...)
    if ok then return ok, ... end
    if finish then pcall(finish) end
    raise((...))
  end
end

local function border(ok, ...)
  if ok then return ... end
  local problem = ...
  if getmetatable(problem) == Raised then return nil, problem[1] end
  error(problem, 0)
end

function core.protect(f)
  return function(...) return border(pcall(f, ...)) end
end

return core
