-- topfiles_bytes: which files are read and written most.
--
--   burin -c topfiles_bytes
--   burin -pc -c topfiles_bytes "proc.name=mysqld"     with container, only these events

description = "Lists the files with the most bytes read and written. With -pc or -pcontainer also shows the container it was used from."
short_description = "Files with the most bytes read and written"
category = "I/O"
args = {}

function on_init()
  local keys, titles = "fd.name", "Filename"
  if sysdig.is_print_container_data() then
    keys, titles = "container.name,fd.name", "container.name,Filename"
  end
  chisel.exec("table_generator", keys, titles, "evt.rawarg.res", "Bytes", "fd.type=file and evt.is_io=true", "10", "bytes")
end
