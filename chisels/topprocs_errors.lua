-- topprocs_errors: which processes make the most failing system calls.
--
--   burin -c topprocs_errors
--   burin -pc -c topprocs_errors "evt.type=open"     with container, only these events

description = "Lists the processes with the most failing system calls. With -pc or -pcontainer also shows the container of each and its PID there."
short_description = "Processes with the most failed calls"
category = "Errors"
args = {}

function on_init()
  local keys, titles = "proc.name,proc.pid", "Process,PID"
  if sysdig.is_print_container_data() then
    keys, titles = "proc.name,proc.pid,thread.vtid,container.name", "Process,Host_pid,Container_pid,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.count", "#Errors", "evt.failed=true", "100", "none")
end
