-- http: pairs HTTP requests with their responses as they pass through read and
-- write buffers, in the clear, of sockets.
--
--   require "http"
--   function on_init() http_init() return true end
--   function on_event() run_http_parser(evt, on_transaction) end
--   function on_transaction(t) print(t.request.url, t.response.code) end
--
-- Everything is global, as chisels expect. One exchange is followed per process
-- and descriptor; pipelined requests are not told apart.

partial_transactions = {}

local SNAPLEN = 1024
local DIRECTION = { read = "<", write = ">" }

-- http_init(): requests the fields, narrows the chisel to socket I/O. Call it in on_init.
function http_init()
  buffer_field = chisel.request_field("evt.buffer")
  fd_field = chisel.request_field("fd.num")
  pid_field = chisel.request_field("proc.pid")
  rawtime_field = chisel.request_field("evt.rawtime")
  datetime_field = chisel.request_field("evt.datetime")
  dir_field = chisel.request_field("evt.io_dir")
  container_field = chisel.request_field("container.name")

  chisel.set_filter("(fd.sockfamily = ip or fd.sockfamily = unix) and evt.is_io = true and evt.buflen > 0")
  sysdig.set_snaplen(SNAPLEN)
end

-- parse_request(buffer) -> { method, url } or nil
-- evt.buffer shows CR LF as two dots, which is what ends a header here.
function parse_request(buffer)
  local method, url = buffer:match("^(%u+) (%g+)")
  if not method then return nil end
  local host = buffer:match("Host: (%g+)%.%.")
  return { method = method, url = (host or "") .. url }
end

-- parse_response(buffer) -> { code, length } or nil; length is 0 when not stated
function parse_response(buffer)
  local code = buffer:match("HTTP/%g+ (%d+)")
  if not code then return nil end
  local length = buffer:match("Content%-Length: (%d+)%.%.")
  return { code = tonumber(code), length = tonumber(length or 0) }
end

-- run_http_parser(evt, on_transaction): feed it every event.
-- on_transaction gets { request = { method, url, ts }, response = { code, length, ts },
-- dir = "<", ">" or "<NA>", container = name }; ts are evt.rawtime numbers.
function run_http_parser(evt, on_transaction)
  local buffer = evt.field(buffer_field)
  local key = string.format("%d\1\1%d", evt.field(pid_field), evt.field(fd_field))
  local open = partial_transactions[key]

  if open then
    local response = parse_response(buffer)
    if response then
      response.ts = evt.field(rawtime_field)
      open.response = response
      on_transaction(open)
      partial_transactions[key] = nil
    end
    return
  end

  local request = parse_request(buffer)
  if request then
    request.ts = evt.field(rawtime_field)
    partial_transactions[key] = {
      request = request,
      dir = DIRECTION[evt.field(dir_field)] or "<NA>",
      container = evt.field(container_field),
    }
  end
end
