-- topfiles_errors: which files cause the most failed calls.
--
--   burin -c topfiles_errors
--   burin -pc -c topfiles_errors "evt.type=read"     with container, only these events

description = "Lists the files on which the most system calls failed. With -pc or -pcontainer also shows the container it was used from."
short_description = "Files with the most failed calls"
category = "Errors"
args = {}

function on_init()
  local keys, titles = "fd.name", "Filename"
  if sysdig.is_print_container_data() then
    keys, titles = "fd.name,container.name", "Filename,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.count", "#Errors", "fd.type=file and evt.failed=true", "100", "none")
end
