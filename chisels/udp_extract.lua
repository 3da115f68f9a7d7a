-- udp_extract: the payload of each UDP conversation, in a file of its own named
-- after its addresses.
--
--   burin -r file.scap -c udp_extract
--   burin -r file.scap -c udp_extract "fd.port=5060"

local FOLDER = "./udp_dump_files"

description = "Writes the data of each UDP conversation in a capture file to a file of its own in " .. FOLDER .. ", named after the two addresses. Live captures are refused."
short_description = "Data of UDP conversations, saved to files"
category = "I/O"
args = {}

-- Whichever of these the shell knows makes the folder.
local MAKE_FOLDER = { "mkdir %s 2> /dev/null", "md %s 2> nul" }

local data, name
local files = {}

function on_init()
  data = chisel.request_field("evt.rawarg.data")
  name = chisel.request_field("fd.name")
  for _, command in ipairs(MAKE_FOLDER) do os.execute(command:format(FOLDER)) end
  sysdig.set_snaplen(16384)
  chisel.set_filter("evt.dir=< and evt.rawres>=0 and fd.l4proto=udp and evt.is_io=true")
  return true
end

function on_capture_start()
  if sysdig.is_live() then
    print("live capture not supported")
    return false
  end
  return true
end

local function open(conversation)
  local path = FOLDER .. "/" .. conversation:gsub("[:>]", { [":"] = "_", [">"] = "-" })
  return assert(io.open(path, "w"))
end

function on_event()
  local conversation = evt.field(name)
  local file = files[conversation]
  if not file then
    file = open(conversation)
    files[conversation] = file
  end
  file:write(evt.field(data))
  return true
end
