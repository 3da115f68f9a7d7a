-- topcontainers_file: which containers read and write files most.
--
--   burin -c topcontainers_file
--   burin -r file.scap -c topcontainers_file "container.image contains nginx"

description = "Lists the containers that read and write the most bytes on files. What runs outside of containers is left out."
short_description = "Containers with the most file bytes"
category = "I/O"
args = {}

function on_init()
  chisel.exec("table_generator", "container.name", "container.name", "evt.rawarg.res", "Bytes",
    "fd.type=file and evt.is_io=true and container.name!=host", "10", "bytes")
end
