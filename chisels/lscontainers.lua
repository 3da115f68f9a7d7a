-- lscontainers: the containers that exist at a moment of the capture.
--
--   burin -c lscontainers
--   burin -r file.scap -c lscontainers desc            as a data structure
--   burin -r file.scap -c lscontainers "evt.num=5000"  as of that event

description = "Lists the running containers with type, image, name and id, as they are at the first event (of those that the filter lets through)."
short_description = "The containers that exist"
category = "System State"

args = {
  { name = "desc", argtype = "string", optional = true, description = "Give 'desc' to print everything known, as a data structure" },
}

require "common"

local as_data = false
local started = false

function on_set_arg(_, text)
  as_data = text == "desc"
  return as_data
end

function on_init()
  return true
end

function on_capture_start()
  started = true
  return true
end

-- One event is enough: it marks the moment.
function on_event()
  sysdig.end_capture()
  return true
end

local COLUMNS = { { "type", 15 }, { "image", 16 }, { "name", 20 }, { "id", 13 } }

local function row(cell)
  local cells = {}
  for i, column in ipairs(COLUMNS) do cells[i] = extend_string(cell(column[1], column[2]), column[2]) end
  return table.concat(cells)
end

function on_capture_end()
  if not started then return end
  local containers = sysdig.get_container_table()
  if as_data then
    print(st(containers))
    return
  end

  print(row(function(name) return "container." .. name end))
  print(row(function(_, width) return string.rep("-", width) end))
  for _, container in ipairs(containers) do
    print(row(function(name) return tostring(container[name]) end))
  end
end
