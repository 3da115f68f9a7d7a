-- topcontainers_error: which containers make the most failing system calls.
--
--   burin -c topcontainers_error
--   burin -r file.scap -c topcontainers_error "container.image contains nginx"

description = "Lists the containers with the most failing system calls. What runs outside of containers is left out."
short_description = "Containers with the most failed calls"
category = "Errors"
args = {}

function on_init()
  chisel.exec("table_generator", "container.name", "container.name", "evt.count", "#Errors",
    "evt.failed=true and container.name!=host", "100", "none")
end
