-- fdtime_by: where I/O time goes, grouped by a field of your choice.
--
--   burin -c fdtime_by proc.name
--   burin -r file.scap -c fdtime_by fd.name "container.name!=host"

description = "Groups reads and writes by the given field and lists the values for which the most time passed inside these calls. For example, fd.name shows the files and connections that processes wait for."
short_description = "I/O time, grouped by any field"
category = "I/O"

args = {
  { name = "key", argtype = "string", description = "The field to group by" },
}

local key

function on_set_arg(name, text)
  key = text
  return true
end

function on_init()
  chisel.exec("table_generator", key, key, "evt.latency", "Time", "evt.is_io=true", "10", "time")
end
