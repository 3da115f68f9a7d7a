-- lsof: the open file descriptors of every thread, at a moment of the capture.
--
--   burin -r file.scap -c lsof
--   burin -r file.scap -c lsof "'fd.type=ipv4 and proc.name=nginx'"
--   burin -r file.scap -c lsof "" "evt.num=5000"       as of that event

description = "Lists the open file descriptors of every thread in the manner of lsof, as they are at the first event. The argument narrows the list down; a filter on the command line picks the moment."
short_description = "Open file descriptors of all threads"
category = "System State"

args = {
  { name = "filter", argtype = "filter", optional = true, description = "Which threads and descriptors to list, for example 'fd.name contains /etc'" },
}

require "common"
local snapshot = require "burin.snapshot"

local filter

function on_set_arg(_, text)
  filter = text
  return true
end

local function row(command, pid, tid, user, fd, kind, name)
  print(extend_string(command, 20) .. extend_string(tostring(pid), 8) .. extend_string(tostring(tid), 8)
    .. extend_string(user, 8) .. extend_string(tostring(fd), 8) .. extend_string(tostring(kind), 12) .. tostring(name))
end

snapshot.at_first_event(function()
  local threads = sysdig.get_thread_table(filter)
  row("COMMAND", "PID", "TID", "USER", "FD", "TYPE", "NAME")
  for tid, thread in pairs_top_by_val(threads, 0, function(_, a, b) return a < b end) do
    for fd, file in pairs(thread.fdtable) do
      row(thread.comm, thread.pid, tid, thread.username, fd, file.type, file.name)
    end
  end
end)
