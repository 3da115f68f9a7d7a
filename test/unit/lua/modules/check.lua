-- What the Lua tests here share: eq prints one TAP-like line per check, for modules.test.ts to read.

local check = { count = 0 }

local function show(value)
  if type(value) == "string" then return string.format("%q", value) end
  if type(value) ~= "table" then return tostring(value) end
  local keys, parts = {}, {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do parts[#parts + 1] = "[" .. show(key) .. "]=" .. show(value[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end
check.show = show

-- eq(name, got, wanted): equal as text, tables compared by contents
function check.eq(name, got, wanted)
  check.count = check.count + 1
  local a, b = show(got), show(wanted)
  local line = a == b and "ok " .. name or "not ok " .. name .. ": got " .. a .. ", wanted " .. b
  io.write((line:gsub("\n", "\\n")), "\n")
end

-- fails(name, wanted, f, ...): f raises an error that contains this text
function check.fails(name, wanted, f, ...)
  local ok, message = pcall(f, ...)
  check.eq(name, not ok and tostring(message):find(wanted, 1, true) ~= nil or tostring(message), true)
end

-- captured(f, ...): what f prints
function check.captured(f, ...)
  local out, real_print, real_write = {}, print, io.write
  print = function(...)
    local parts = {}
    for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
    out[#out + 1] = table.concat(parts, "\t") .. "\n"
  end
  io.write = function(...) out[#out + 1] = table.concat({ ... }) end
  local ok, message = pcall(f, ...)
  print, io.write = real_print, real_write
  if not ok then error(message, 0) end
  return table.concat(out)
end

return check
