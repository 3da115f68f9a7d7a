-- cjson.safe: cjson whose encode and decode return nil and a message instead of
-- raising an error.
--
--   local cjson = require "cjson.safe"
--   local value, message = cjson.decode(text)

local cjson = require "cjson"

local function shielded(f)
  return function(...)
    local ok, result = pcall(f, ...)
    if ok then return result end
    return nil, result
  end
end

local function new()
  local safe = cjson.new()
  safe.encode, safe.decode, safe.new = shielded(safe.encode), shielded(safe.decode), new
  return safe
end

return new()
