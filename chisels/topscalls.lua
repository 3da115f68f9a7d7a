-- topscalls: which system calls occur most often.
--
--   burin -c topscalls
--   burin -pc -c topscalls "proc.name=redis"     with container, only these events

description = "Lists the events that occur most often, by the name of the system call. Start and end of a call count one each; context switches do not count. With -pc or -pcontainer also shows the container they were made in."
short_description = "System calls that occur most often"
category = "Performance"
args = {}

function on_init()
  local keys, titles = "evt.type", "Syscall"
  if sysdig.is_print_container_data() then
    keys, titles = "evt.type,container.name", "Syscall,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.count", "# Calls", "evt.type!=switch", "30", "none")
end
