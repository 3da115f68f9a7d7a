-- httplog: one line for each HTTP request once its response was seen, in the
-- clear, on any socket.
--
--   burin -c httplog
--   burin -pc -c httplog "proc.name=nginx"     with container
--
-- ">" marks requests that the process sent, "<" those that it received.

description = "Prints a line for each HTTP request: when, by which method, for what, the status of the response, how long it took and how long the body is."
short_description = "A line for each HTTP request"
category = "Application"
args = {}

require "http"

local show_container

function on_init()
  http_init()
  show_container = sysdig.is_print_container_data()
  return true
end

local function log(t)
  local request, response = t.request, t.response
  print(string.format("%s%s%s method=%s url=%s response_code=%d latency=%dms size=%dB",
    evt.field(datetime_field),
    show_container and " " .. t.container .. " " or " ",
    t.dir,
    request.method,
    request.url,
    response.code,
    (response.ts - request.ts) / 1e6,
    response.length))
end

function on_event()
  run_http_parser(evt, log)
end
