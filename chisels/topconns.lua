-- topconns: which network connections carry the most bytes.
--
--   burin -c topconns
--   burin -pc -c topconns "proc.name=nginx"     with container, only these events

description = "Lists the network connections that carry the most bytes, both directions added. With -pc or -pcontainer also shows its container."
short_description = "Connections with the most bytes"
category = "Net"
args = {}

function on_init()
  local keys, titles = "fd.l4proto,fd.name", "Proto,Conn"
  if sysdig.is_print_container_data() then
    keys, titles = "container.name,fd.l4proto,fd.name", "container.name,Proto,Conn"
  end
  chisel.exec("table_generator", keys, titles, "evt.rawarg.res", "Bytes", "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", "30", "bytes")
end
