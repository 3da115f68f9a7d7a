-- topprocs_file: which processes read and write files most.
--
--   burin -c topprocs_file
--   burin -pc -c topprocs_file "fd.name contains /var/log"     with container, only these events

description = "Lists the processes that read and write the most bytes on files. With -pc or -pcontainer also shows the container of each and its PID there."
short_description = "Processes with the most file bytes"
category = "I/O"
args = {}

function on_init()
  local keys, titles = "proc.name,proc.pid", "Process,PID"
  if sysdig.is_print_container_data() then
    keys, titles = "proc.name,proc.pid,thread.vtid,container.name", "Process,Host_pid,Container_pid,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.rawarg.res", "Bytes", "fd.type=file and evt.is_io=true", "10", "bytes")
end
