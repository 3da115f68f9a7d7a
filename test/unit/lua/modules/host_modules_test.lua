-- ansiterminal, statsd, http and the modules that bundled chisels share, over a stand-in for the chisel interface.
local check = require "check"
local eq = check.eq

local terminal = require "ansiterminal"
eq("no colors before they are chosen", terminal.red, nil)
terminal.enable_color(true)
eq("colors", { terminal.red, terminal.reset, terminal.oncyan }, { "\27[31m", "\27[0m", "\27[46m" })
eq("cursor", check.captured(function()
  terminal.clearscreen() terminal.moveto(0, 0) terminal.moveup(1) terminal.clearline()
  terminal.hidecursor() terminal.showcursor() terminal.setfgcol(22) terminal.setbgcol(0)
end), "\27[2J\27[0;0H\27[1F\27[2K\27[?25l\27[?25h\27[38;5;22m\27[48;5;0m")
terminal.enable_color(false)
eq("no colors", terminal.red, "")

local sent, peer = {}, nil
local values = {}
sysdig = {
  udp_setpeername = function(host, port) peer = host .. ":" .. port end,
  udp_send = function(text) sent[#sent + 1] = text return true end,
  set_snaplen = function() end, is_live = function() return false end, get_output_format = function() return "normal" end,
  get_evtsource_name = function() return "in.scap" end, run_app = function(line) sent[#sent + 1] = line end,
  is_print_container_data = function() return false end,
}
chisel = { request_field = function(name) return name end, set_filter = function() end, set_interval_s = function() end }
evt = { field = function(name) return values[name] end, get_ts = function() return 5, 7 end }

local client = require "statsd" { namespace = "app", port = 9 }
client:increment("a:b")
client:decrement("c", 3)
client:gauge("g", 1.5)
client:timer("t", 20)
client:counter({ "only" })
eq("statsd", { peer, sent }, { "127.0.0.1:9", { "app.a_b:1|c", "app.c:-3|c", "app.g:1.5|g", "app.t:20|ms", "app.only:1|c" } })
sent = {}
client.packet_size = 20
client:gauge({ aaaaaaaa = 1, bbbbbbbb = 2 })
eq("statsd splits", #sent, 2)

require "http"
http_init()
local seen = {}
local function io_event(direction, buffer, time)
  values = { ["evt.buffer"] = buffer, ["fd.num"] = 4, ["proc.pid"] = 10, ["evt.rawtime"] = time, ["evt.io_dir"] = direction, ["container.name"] = "host" }
  run_http_parser(evt, function(t) seen[#seen + 1] = t end)
end
io_event("write", "not a request", 1)
io_event("write", "GET /x HTTP/1.1..Host: example.org..", 2)
io_event("read", "nothing yet", 3)
io_event("read", "HTTP/1.1 404 Not Found..Content-Length: 12..", 9)
eq("http", seen, { { request = { method = "GET", url = "example.org/x", ts = 2 }, response = { code = 404, length = 12, ts = 9 }, dir = ">", container = "host" } })

local livetable = require "burin.livetable"
values = { a = "x", b = 5 }
eq("livetable keys", { livetable.key_of { "a" }, livetable.key_of { "b" }, livetable.key_of { "a", "b" }, livetable.key_of { "a", "c" } }, { "x", 5, "x\1\1" .. "5" })

sent = {}
local surroundings = require("burin.surroundings").new()
surroundings:add(3)
surroundings:add(4)
surroundings:write("out.scap", "200")
eq("surroundings", sent, { "-F -rin.scap -wout.scap (evt.around[5000000007]=200 and thread.tid=3) or (evt.around[5000000007]=200 and thread.tid=4)" })

local slowlog = require "burin.slowlog"
slowlog.set_arg("min_ms", "2")
eq("slowlog", { slowlog.is_slow(2e6), slowlog.is_slow(2e6 + 1), slowlog.is_slow(nil) }, { false, true, false })
