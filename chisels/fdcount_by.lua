-- fdcount_by: how many different file descriptors were used, for each value of a
-- field of your choice.
--
--   burin -c fdcount_by proc.name "fd.type=ipv4"     connections per program
--   burin -c fdcount_by fd.cip                       connections per client
--
-- Descriptors count as the same when both number and name are the same.

description = "Groups the file descriptors in use by the given field and prints how many there are for each of its values. For instance, proc.name shows how many each program uses, and with a filter on fd.type how many connections."
short_description = "Number of FDs, grouped by any field"
category = "I/O"

args = {
  { name = "key", argtype = "string", description = "The field to group by" },
}

require "common"

local key_name
local key, number, name

-- These are globals so that they survive a reload of this file.
-- value of the field -> how many descriptors
counts = {}
-- value of the field -> set of descriptors
seen = {}

function on_set_arg(_, text)
  key_name = text
  return true
end

function on_init()
  key = chisel.request_field(key_name)
  number = chisel.request_field("fd.num")
  name = chisel.request_field("fd.name")
  return true
end

function on_event()
  local group, fd, fdname = evt.field(key), evt.field(number), evt.field(name)
  if group == nil or fd == nil or fd <= 0 or fdname == nil or fdname == "" then return true end

  local members = seen[group]
  if not members then
    members = {}
    seen[group] = members
  end
  local id = fd .. fdname
  if not members[id] then
    members[id] = true
    counts[group] = (counts[group] or 0) + 1
  end
  return true
end

function on_capture_end()
  for group, count in pairs_top_by_val(counts, 0, function(t, a, b) return t[b] < t[a] end) do
    print(group, count)
  end
end
