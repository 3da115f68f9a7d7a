-- json: another name for cjson.
--
--   local json = require "json"

return require "cjson"
