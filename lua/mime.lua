-- mime: ltn12 filters for base64, quoted-printable, line wrapping, line ends and
-- dot-stuffing (the interface of LuaSocket's module).
--
--   local mime = require "mime"
--   mime.b64("user:password")                        -> "dXNlcjpwYXNzd29yZA=="
--   ltn12.sink.chain(mime.encode("base64"), sink)

local mime = require "mime.core"
local cycle = require("ltn12").filter.cycle

mime.encodet = {
  base64 = function() return cycle(mime.b64, "") end,
  ["quoted-printable"] = function(mode) return cycle(mime.qp, "", mode == "binary" and "=0D=0A" or "\r\n") end,
}
mime.decodet = {
  base64 = function() return cycle(mime.unb64, "") end,
  ["quoted-printable"] = function() return cycle(mime.unqp, "") end,
}
mime.wrapt = {
  text = function(length)
    length = length or 76
    return cycle(mime.wrp, length, length)
  end,
  ["quoted-printable"] = function() return cycle(mime.qpwrp, 76, 76) end,
}
mime.wrapt.base64 = mime.wrapt.text
mime.wrapt.default = mime.wrapt.text

local function choose(makers)
  return function(name, a, b)
    if type(name) ~= "string" then name, a, b = "default", name, a end
    local maker = makers[name]
    if not maker then error("unknown key (" .. tostring(name) .. ")", 3) end
    return maker(a, b)
  end
end

mime.encode, mime.decode, mime.wrap = choose(mime.encodet), choose(mime.decodet), choose(mime.wrapt)

-- normalize([marker]): all line ends alike
function mime.normalize(marker) return cycle(mime.eol, 0, marker) end
-- stuff(): dots at line starts doubled, for SMTP
function mime.stuff() return cycle(mime.dot, 2) end

return mime
