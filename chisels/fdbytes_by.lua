-- fdbytes_by: who moves the most bytes, grouped by a field of your choice.
--
--   burin -c fdbytes_by proc.name
--   burin -r file.scap -c fdbytes_by fd.sport "container.name!=host"

description = "Groups reads and writes by the given field and lists the values with the most bytes, in and out added. For example, proc.name shows the busiest programs and fd.sport the busiest server ports."
short_description = "I/O bytes, grouped by any field"
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
  chisel.exec("table_generator", key, key, "evt.rawarg.res", "Bytes", "evt.is_io=true and evt.failed=false", "30", "bytes")
end
