-- topports_server: which server ports see the most traffic.
--
--   burin -c topports_server
--   burin -pc -c topports_server "fd.l4proto=udp"     with container, only these events

description = "Lists the server side ports with the most traffic, both directions added. With -pc or -pcontainer also shows the container that used it."
short_description = "Server ports with the most bytes"
category = "Net"
args = {}

function on_init()
  local keys, titles = "fd.sport", "Srv Port"
  if sysdig.is_print_container_data() then
    keys, titles = "fd.sport,container.name", "Srv Port,container.name"
  end
  chisel.exec("table_generator", keys, titles, "evt.rawarg.res", "Bytes", "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", "100", "bytes")
end
