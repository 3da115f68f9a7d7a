-- netstat: the network sockets of every thread, at a moment of the capture.
--
--   burin -r file.scap -c netstat
--   burin -r file.scap -c netstat "fd.port=443"
--   burin -r file.scap -c netstat "fd.ip!=127.0.0.1" "evt.num=5000"     as of that event

description = "Lists the IPv4 and IPv6 sockets of every thread in the manner of netstat, as they are at the first event. The argument narrows the list down; a filter on the command line picks the moment."
short_description = "Network sockets of all threads"
category = "System State"

args = {
  { name = "filter", argtype = "filter", optional = true, description = "Which threads and sockets to list, for example 'proc.name=sshd and fd.port=22'" },
}

require "common"
local snapshot = require "burin.snapshot"

local filter = "(fd.type=ipv4 or fd.type=ipv6)"

function on_set_arg(_, text)
  filter = filter .. " and (" .. text .. ")"
  return true
end

local function row(protocol, server, client, state, owner)
  print(extend_string(protocol, 6) .. extend_string(server, 25) .. extend_string(client, 25)
    .. extend_string(state, 15) .. owner)
end

snapshot.at_first_event(function()
  local threads = sysdig.get_thread_table(filter)
  row("Proto", "Server Address", "Client Address", "State", "TID/PID/Program Name")
  for tid, thread in pairs(threads) do
    local owner = tid .. "/" .. thread.pid .. "/" .. thread.comm
    for _, socket in pairs(thread.fdtable) do
      local server = socket.sip .. ":" .. socket.sport
      if socket.cip then
        row(socket.l4proto, server, socket.cip .. ":" .. socket.cport, "ESTABLISHED", owner)
      else
        row(socket.l4proto, server, "0.0.0.0:*", "LISTEN", owner)
      end
    end
  end
end)
