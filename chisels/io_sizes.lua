-- io_sizes: how large the reads and writes of each process are, as histograms.
--
--   burin -c io_sizes
--   burin -r file.scap -c io_sizes fd.name              by file instead of process
--   burin -c io_sizes "proc.name linear" "fd.type=file" equal steps up to 64 KB
--
-- Many small transfers cost more system calls, and more time, than few large ones.

description = "Shows how large reads and writes are, as a histogram for each process, or for each value of another field: powers of two, or equal steps of 4 KB."
short_description = "I/O size histogram by process"
category = "I/O"

args = {
  { name = "key", argtype = "string", optional = true, description = "The field to group by; proc.name if not given" },
  { name = "steps", argtype = "string", optional = true, description = "log2 (if not given) or linear" },
}

local hist = require "hist"

-- How many groups to show.
local SHOWN = 10

local steps = {
  log2 = hist.log2,
  linear = function() return hist.linear(0, 65536, 4096) end,
}
local settings = { key = "proc.name", steps = "log2" }

function on_set_arg(name, text)
  settings[name] = text
  if name == "steps" and not steps[text] then
    print("steps is log2 or linear, not '" .. text .. "'")
    return false
  end
  return true
end

local key, bytes, direction
local sizes

function on_init()
  key = chisel.request_field(settings.key)
  bytes = chisel.request_field("evt.rawres")
  direction = chisel.request_field("evt.io_dir")
  chisel.set_filter("evt.is_io=true and evt.dir=< and evt.rawres>=0")
  sizes = hist.by(steps[settings.steps])
  return true
end

function on_event()
  local group = evt.field(key)
  if group ~= nil then sizes:add(tostring(group) .. ", " .. (evt.field(direction) or "other"), evt.field(bytes)) end
  return true
end

function on_capture_end(_, _, delta)
  sizes:print { title = settings.key, top = SHOWN, elapsed = delta > 0 and delta / 1e9 or nil }
end
