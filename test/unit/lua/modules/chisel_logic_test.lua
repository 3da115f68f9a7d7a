-- Chisels for which no public capture has the events: run over a stand-in for the chisel interface.
local check = require "check"
local eq = check.eq

local values, filter, sent = {}, nil, {}
chisel = { request_field = function(name) return name end, set_filter = function(text) filter = text end }
evt = { field = function(name) return values[name] end }
sysdig = {
  get_thread_table_nofds = function()
    return { [7] = { env = { "HOME=/", "x=() { :; }; cat /etc/passwd" } } }
  end,
  udp_setpeername = function(host, port) sent[1] = host .. ":" .. port end,
  udp_send = function(text) sent[#sent + 1] = text return true end,
}

dofile(HERE .. "../../../../chisels/shellshock_detect.lua")
local header = check.captured(on_init)
eq("shellshock header", header, "TIME                  PROCNAME              PID     FUNCTION\n")
eq("shellshock filter has brackets", filter, "(proc.name=bash or proc.name=sh) and evt.type=execve")
values = {
  ["evt.arg.env"] = "HOME=/.x=() { :; }; cat /etc/passwd", ["proc.pid"] = 7, ["proc.pname"] = "httpd", ["proc.ppid"] = 5,
  ["evt.time"] = "10:00:00.000000001",
}
eq("shellshock line", check.captured(on_event), "10:00:00.000000001    httpd                 5       () { :; }; cat /etc/passwd\n")
values["evt.arg.env"] = "HOME=/.PATH=/bin"
eq("a harmless shell", check.captured(on_event), "")
values["evt.arg.env"] = nil
eq("the start of a call", check.captured(on_event), "")

dofile(HERE .. "../../../../chisels/tracers_2_statsd.lua")
on_set_arg("server_addr", "10.0.0.5")
on_set_arg("server_port", "9125")
on_init()
values = { ["span.tags"] = "db.query", ["span.duration"] = 2500000 }
on_event()
values = { ["span.tags"] = "db.query" }
on_event()
eq("statsd timers", sent, { "10.0.0.5:9125", "db.query:2.5|ms" })
