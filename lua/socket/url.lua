-- socket.url: taking URLs apart and putting them together (RFC 3986).
--
--   local url = require "socket.url"
--   url.parse("http://user:pw@host:80/a/b;p?q#f").host     -> "host"
--   url.absolute("http://host/a/b", "../c")                -> "http://host/c"

local url = { _VERSION = "URL 1.0.3" }

local function percent(c)
  return string.format("%%%02x", string.byte(c))
end

-- escape(text): all but letters and digits
function url.escape(text)
  return (text:gsub("[^A-Za-z0-9_]", percent))
end

function url.unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- In a path segment these need no escape.
local function escape_segment(text)
  return (text:gsub("[^A-Za-z0-9%-_%.!~%*'%(%):@&=%+%$,]", percent))
end

-- parse(text [, defaults]) -> { scheme, authority, user, password, host, port, path, params,
-- query, fragment, userinfo }
function url.parse(text, defaults)
  if not text or text == "" then return nil, "invalid url" end
  local parts = {}
  for name, value in pairs(defaults or {}) do parts[name] = value end

  local function cut(pattern, name)
    text = text:gsub(pattern, function(value)
      parts[name] = value
      return ""
    end, 1)
  end
  cut("#(.*)$", "fragment")
  cut("^([%w][%w%+%-%.]*)%:", "scheme")
  cut("^//([^/%?#]*)", "authority")
  cut("%?(.*)", "query")
  cut("%;(.*)", "params")
  if text ~= "" then parts.path = text end

  local authority = parts.authority
  if not authority then return parts end
  local userinfo, rest = authority:match("^([^@]*)@(.*)$")
  if userinfo then
    parts.userinfo, authority = userinfo, rest
    parts.user, parts.password = userinfo:match("^([^:]*):(.*)$")
    parts.user = parts.user or userinfo
  end
  -- An IPv6 address has colons of its own, in brackets.
  local host, port = authority:match("^(.*):([^:%]]*)$")
  if host then
    authority = host
    if port ~= "" then parts.port = port end
  end
  if authority ~= "" then parts.host = authority:match("^%[(.+)%]$") or authority end
  return parts
end

-- build(parts) -> text
function url.build(parts)
  local text = parts.path or ""
  if parts.params then text = text .. ";" .. parts.params end
  if parts.query then text = text .. "?" .. parts.query end

  local authority = parts.authority
  if parts.host then
    authority = parts.host:find(":", 1, true) and "[" .. parts.host .. "]" or parts.host
    if parts.port then authority = authority .. ":" .. tostring(parts.port) end
    local userinfo = parts.userinfo
    if parts.user then userinfo = parts.user .. (parts.password and ":" .. parts.password or "") end
    if userinfo then authority = userinfo .. "@" .. authority end
  end
  if authority then text = "//" .. authority .. text end
  if parts.scheme then text = parts.scheme .. ":" .. text end
  if parts.fragment then text = text .. "#" .. parts.fragment end
  return text
end

-- "a/./b/../c" -> "a/c"
local function flatten(path)
  local kept, absolute = {}, path:sub(1, 1) == "/"
  local ends_open = false
  for segment in path:gmatch("[^/]+") do
    ends_open = segment == "." or segment == ".."
    if segment == ".." then
      if #kept > 0 and kept[#kept] ~= ".." then
        kept[#kept] = nil
      elseif not absolute then
        kept[#kept + 1] = segment
      end
    elseif segment ~= "." then
      kept[#kept + 1] = segment
    end
  end
  local result = (absolute and "/" or "") .. table.concat(kept, "/")
  if #kept > 0 and (ends_open or path:sub(-1) == "/") then result = result .. "/" end
  return result
end

-- absolute(base, relative): each a text or what parse returns
function url.absolute(base, relative)
  local base_parts = type(base) == "table" and base or url.parse(base)
  local base_text = type(base) == "table" and url.build(base) or base
  local parts = type(relative) == "table" and relative or url.parse(relative)
  if not base_parts then return type(relative) == "table" and url.build(relative) or relative end
  if not parts then return base_text end
  if parts.scheme then return type(relative) == "table" and url.build(relative) or relative end

  parts.scheme = base_parts.scheme
  if not parts.authority then
    parts.authority = base_parts.authority
    if not parts.path then
      parts.path = base_parts.path
      if not parts.params then
        parts.params = base_parts.params
        parts.query = parts.query or base_parts.query
      end
    elseif parts.path:sub(1, 1) ~= "/" then
      local folder = (base_parts.path or ""):gsub("[^/]*$", "")
      if folder == "" and base_parts.authority then folder = "/" end
      parts.path = folder .. parts.path
    end
  end
  if parts.path then parts.path = flatten(parts.path) end
  return url.build(parts)
end

-- parse_path(path) -> array of unescaped segments, with is_absolute and is_directory
function url.parse_path(path)
  path = path or ""
  local segments = {}
  for segment in path:gmatch("[^/]+") do segments[#segments + 1] = url.unescape(segment) end
  if path:sub(1, 1) == "/" then segments.is_absolute = 1 end
  if path:sub(-1) == "/" then segments.is_directory = 1 end
  return segments
end

-- build_path(segments [, unsafe]) -> text; unsafe: nothing is escaped
function url.build_path(segments, unsafe)
  local parts = {}
  for i, segment in ipairs(segments) do parts[i] = unsafe and segment or escape_segment(segment) end
  local path = table.concat(parts, "/")
  if segments.is_directory and #parts > 0 then path = path .. "/" end
  if segments.is_absolute then path = "/" .. path end
  return path
end

return url
