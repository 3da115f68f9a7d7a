-- topprocs_net: which processes use the network most.
--
--   burin -c topprocs_net
--   burin -pc -c topprocs_net "fd.port=443"     with container, only these events

description = "Lists the processes that send and receive the most bytes over the network. With -pc or -pcontainer also shows the container of each and its PID there."
short_description = "Processes with the most network bytes"
category = "Net"
args = {}

function on_init()
  local keys, titles = "proc.name,proc.pid", "Process,PID"
  if sysdig.is_print_container_data() then
    keys, titles = "proc.name,proc.pid,thread.vtid,container.name", "Process,Host_pid,Container_pid,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.rawarg.res", "Bytes", "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", "100", "bytes")
end
