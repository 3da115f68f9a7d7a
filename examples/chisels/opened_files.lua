-- The files that one program opens, as they are opened; an argument and a filter.
--   burin -c ./opened_files.lua nginx
description = "Prints each file that the given program opens."
short_description = "Files opened by a program"
category = "Examples"
args = { { name = "program", description = "Name of the program", argtype = "string" } }

function on_set_arg(name, value)
  program = value
  return true
end

function on_init()
  file = chisel.request_field("fd.name")
  chisel.set_filter("evt.is_open_read=true and evt.failed=false and proc.name=" .. program)
  return true
end

function on_event()
  local name = evt.field(file)
  if name ~= nil then print(name) end -- a field that an event lacks is nil
end
