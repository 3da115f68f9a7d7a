-- topscalls_time: in which system calls the most time is spent.
--
--   burin -c topscalls_time
--   burin -pc -c topscalls_time "proc.name=redis"     with container, only these events

description = "Lists the system calls in which threads spend the most time, waiting included. With -pc or -pcontainer also shows the container they were made in."
short_description = "System calls that take the most time"
category = "Performance"
args = {}

function on_init()
  local keys, titles = "evt.type", "Syscall"
  if sysdig.is_print_container_data() then
    keys, titles = "evt.type,container.name", "Syscall,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.latency", "Time", "", "30", "time")
end
