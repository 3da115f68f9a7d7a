-- topfiles_time: on which files the most time is spent in reads and writes.
--
--   burin -c topfiles_time
--   burin -pc -c topfiles_time "proc.name=postgres"     with container, only these events

description = "Lists the files on which processes spend the most time reading and writing. With -pc or -pcontainer also shows the container it was used from."
short_description = "Files with the most time in I/O"
category = "I/O"
args = {}

function on_init()
  local keys, titles = "fd.name", "Filename"
  if sysdig.is_print_container_data() then
    keys, titles = "fd.name,container.name", "Filename,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.latency", "Time", "fd.type=file and evt.is_io=true", "10", "time")
end
