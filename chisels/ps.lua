-- ps: the threads that exist at a moment of the capture.
--
--   burin -r file.scap -c ps
--   burin -r file.scap -c ps "fd.name contains /etc"     those with such files open
--   burin -r file.scap -c ps "" "evt.num=5000"           as of that event

description = "Lists the threads of the system with user, memory and limit of open files in the manner of ps, as they are at the first event. The argument narrows the list down; a filter on the command line picks the moment."
short_description = "The threads that exist, with their memory"
category = "System State"

args = {
  { name = "filter", argtype = "filter", optional = true, description = "Which threads to list; 'fd.type=ipv4' lists those with an IPv4 socket" },
}

require "common"
local snapshot = require "burin.snapshot"

local filter

function on_set_arg(_, text)
  filter = text
  return true
end

local function row(tid, pid, user, virtual, resident, files, command)
  print(extend_string(tostring(tid), 8) .. extend_string(tostring(pid), 8) .. extend_string(user, 12)
    .. extend_string(virtual, 11) .. extend_string(resident, 11) .. extend_string(tostring(files), 10) .. command)
end

snapshot.at_first_event(function()
  local threads = sysdig.get_thread_table(filter)
  row("TID", "PID", "USER", "VIRT", "RES", "FDLIMIT", extend_string("CMD", 20))
  for tid, thread in pairs_top_by_val(threads, 0, function(_, a, b) return a < b end) do
    row(tid, thread.pid, thread.username, format_bytes(thread.vmsize_kb * 1024),
      format_bytes(thread.vmrss_kb * 1024), thread.fdlimit, thread.comm)
  end
end)
