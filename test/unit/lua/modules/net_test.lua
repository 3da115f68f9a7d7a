-- socket, ltn12, mime, socket.url over real sockets of the machine.
dofile(HERE .. "host.lua")
local check = require "check"
local socket, ltn12, mime, url = require "socket", require "ltn12", require "mime", require "socket.url"
local eq = check.eq

local server = assert(socket.bind("127.0.0.1", 0))
local _, port = server:getsockname()
server:settimeout(0.02)
eq("accept times out", { server:accept() }, { nil, "timeout" })
local function pair()
  local client = assert(socket.connect("127.0.0.1", port))
  server:settimeout(2)
  return client, assert(server:accept())
end

local c, s = pair()
eq("names", { tostring(c):match("^tcp{client}") ~= nil, tostring(server):match("^tcp{server}") ~= nil }, { true, true })
eq("send", c:send("hello\r\nworld\npart"), 17)
eq("lines", { (s:receive()), (s:receive("*l")) }, { "hello", "world" })
s:settimeout(0.02)
eq("a line that does not end", { s:receive("*l") }, { nil, "timeout", "part" })
eq("a range", c:send("abcdefgh", 3, 5), 5)
eq("so many bytes", s:receive(3), "cde")
c:send("fgh")
eq("a prefix counts", s:receive(3, "X"), "Xfg")
eq("too few bytes", { s:receive(5) }, { nil, "timeout", "h" })
c:send("the rest")
c:close()
eq("all", s:receive("*a"), "the rest")
eq("closed", { s:receive("*l") }, { nil, "closed", "" })
eq("send on a closed socket", { c:send("x") }, { nil, "closed", 0 })
check.fails("a bad pattern", "invalid receive pattern", s.receive, s, "*x")
s:close()

c, s = pair()
local readable, writable, message = socket.select({ s }, { c }, 0)
eq("select", { #readable, #writable, writable[c], message }, { 0, 1, 1 })
eq("select times out", select(3, socket.select({ s }, nil, 0.01)), "timeout")
c:send("one\ntwo\n")
readable = socket.select({ s }, nil, 1)
eq("select reads", { #readable, readable[s] }, { 1, 1 })
s:receive("*l")
eq("select knows the buffer", #socket.select({ s }, nil, 0), 1)
s:receive("*l")

-- More than the kernel holds, both ends without waiting.
local big, sent, got = ("0123456789"):rep(300000), 0, {}
c:settimeout(0)
s:settimeout(0)
for _ = 1, 1e6 do
  if sent < #big then
    local last, _, partial = c:send(big, sent + 1)
    sent = last or partial
  end
  local data, _, partial = s:receive(65536)
  got[#got + 1] = data or partial
  if sent == #big and #table.concat(got) == #big then break end
end
eq("a large transfer", table.concat(got) == big, true)
c:close()
s:close()

eq("connection refused", { socket.connect("127.0.0.1", 1) }, { nil, "connection refused" })
eq("options", { socket.tcp4():setoption("reuseaddr", true) }, { 1 })

local a, b = socket.udp4(), socket.udp4()
a:setsockname("127.0.0.1", 0)
local _, udp_port = a:getsockname()
eq("datagram", { b:sendto("hi", "127.0.0.1", udp_port), a:receivefrom() == "hi" }, { 2, true })
b:setpeername("127.0.0.1", udp_port)
eq("connected datagram", { b:send("0123456789"), (a:receive(4)) }, { 10, "0123" })
a:settimeout(0.02)
eq("datagram times out", { a:receive() }, { nil, "timeout" })

local try = socket.newtry(function() end)
local f = socket.protect(function(...) return try(...) end)
eq("try and protect", { f("yes"), f(nil, "no") }, { "yes", nil, "no" })
eq("protect lets other errors pass", { pcall(socket.protect(function() error("plain", 0) end)) }, { false, "plain" })
local before = socket.gettime()
socket.sleep(0.02)
eq("sleep", socket.gettime() - before >= 0.019, true)
eq("toip", (socket.dns.toip("127.0.0.1")), "127.0.0.1")

c, s = pair()
c:send("source data")
c:close()
local sink, pieces = ltn12.sink.table()
eq("source until closed", { ltn12.pump.all(socket.source("until-closed", s), sink), table.concat(pieces) }, { 1, "source data" })

local function through(filter, ...)
  local to, out = ltn12.sink.table()
  ltn12.pump.all(ltn12.source.chain(ltn12.source.table { ... }, filter), to)
  return table.concat(out)
end
eq("base64", { mime.b64("abc"), mime.b64("a"), (mime.unb64("YWI=")) }, { "YWJj", "YQ==", "ab" })
eq("base64 in pieces", through(mime.encode("base64"), "", "a", "bc", "defg"), "YWJjZGVmZw==")
eq("quoted-printable", through(mime.encode("quoted-printable"), "a=é \r\n"), "a=3D=C3=A9=20\r\n")
eq("back from quoted-printable", through(mime.decode("quoted-printable"), "x", "=", "4", "1=\r\nb"), "xAb")
eq("wrapped", through(mime.wrap("text", 5), "abcdefg"), "abcde\r\nfg\r\n")
eq("line ends", through(mime.normalize(), "a\nb\rc\r\nd"), "a\r\nb\r\nc\r\nd")
eq("dots", through(mime.stuff(), ".a\r\n.b"), "..a\r\n..b")

eq("parse", url.parse("http://u:p@[::1]:80/a/b;x?q#f"), {
  scheme = "http", authority = "u:p@[::1]:80", userinfo = "u:p", user = "u", password = "p", host = "::1", port = "80",
  path = "/a/b", params = "x", query = "q", fragment = "f",
})
for relative, absolute in pairs {
  g = "http://a/b/c/g", ["./g"] = "http://a/b/c/g", ["/g"] = "http://a/g", ["?y"] = "http://a/b/c/d;p?y", ["../g"] = "http://a/b/g",
  ["../../g"] = "http://a/g", [".."] = "http://a/b/", ["g:h"] = "g:h", ["#s"] = "http://a/b/c/d;p?q#s",
} do
  eq("absolute " .. relative, url.absolute("http://a/b/c/d;p?q", relative), absolute)
end
