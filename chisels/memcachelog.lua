-- memcachelog: a line for each get or set that passes through a memcached
-- connection (port 11211, or a process called memcached).
--
--   burin -c memcachelog
--   burin -c memcachelog get
--   burin -c memcachelog "set 1000"      only values of at least 1000 bytes
--
-- It sets the filter of the whole capture, so it accepts none on the command line.

description = "Prints a line for each memcached get and set command: when, which key and how large the value is."
short_description = "A line for each memcached get and set"
category = "Application"

args = {
  { name = "method", optional = true, description = "get or set; both if not given" },
  { name = "size", optional = true, description = "With set, the least size of the value in bytes" },
}

local wanted, min_size
local data, datetime

function on_set_arg(name, text)
  if name == "method" then
    wanted = text
  else
    min_size = tonumber(text)
  end
  return true
end

function on_init()
  sysdig.set_filter("(fd.sport=11211 or proc.name=memcached) and evt.is_io=true")
  sysdig.set_snaplen(4096)
  data = chisel.request_field("evt.arg[1]")
  datetime = chisel.request_field("evt.datetime")
  return true
end

function on_event()
  local line = evt.field(data)
  if not line or not line:find("^[gs]et") then return true end

  -- "get KEY", or "set KEY FLAGS EXPIRY SIZE"
  local words = {}
  for word in (line .. " "):gmatch("(.-) ") do words[#words + 1] = word end
  local method, key, size = words[1], words[2], tonumber(words[5]) or 0

  if key and (not wanted or wanted == method) and not (wanted == "set" and size < (min_size or 0)) then
    print(string.format("%s method=%s size=%dB key=%s", evt.field(datetime), method, size, key))
  end
  return true
end
