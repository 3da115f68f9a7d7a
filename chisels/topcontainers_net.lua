-- topcontainers_net: which containers use the network most.
--
--   burin -c topcontainers_net
--   burin -r file.scap -c topcontainers_net "container.image contains nginx"

description = "Lists the containers that send and receive the most bytes over the network. What runs outside of containers is left out."
short_description = "Containers with the most network bytes"
category = "Net"
args = {}

function on_init()
  chisel.exec("table_generator", "container.name", "container.name", "evt.rawarg.res", "Bytes",
    "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true and container.name!=host", "100", "bytes")
end
