-- burin.slowlog: a log of calls that took too long, in columns. Behind fileslower,
-- netlower and scallslower.
--
--   local slowlog = require "burin.slowlog"
--   on_set_arg = slowlog.set_arg            -- arguments min_ms and disable_color
--   log = slowlog.new { { "evt.type", "%-8s" }, { "LATENCY(ms)", "%12d" } }      -- in on_init
--   if slowlog.is_slow(ns) then log:print_event(ns / 1e6) end                    -- in on_event
--
-- A column is { field, format [, title_format =, rule =, only_with_containers = ] };
-- `rule` is the length of the line under the title, `title_format` replaces the
-- format there. LATENCY(ms) is not a field but the number given to print_event.

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

local LATENCY = "LATENCY(ms)"

local min_ms

local function set_arg(name, text)
  if name == "min_ms" then
    min_ms = parse_numeric_input(text, name)
  elseif text == "disable_color" then
    terminal.enable_color(false)
  end
  return true
end

-- is_slow(ns): longer than the threshold? nil is never slow.
local function is_slow(ns)
  return ns ~= nil and ns / 1e6 > min_ms
end

local Log = {}
Log.__index = Log

local function new(columns)
  local with_containers = sysdig.is_print_container_data()
  local shown = {}
  for _, column in ipairs(columns) do
    if with_containers or not column.only_with_containers then
      shown[#shown + 1] = column
      if column[1] ~= LATENCY then column.field = chisel.request_field(column[1]) end
    end
  end
  return setmetatable({ columns = shown, container = chisel.request_field("container.name") }, Log)
end

-- The width that a format like "%-12.12s" pads to.
local function width_of(format)
  return tonumber(format:match("%d+"))
end

function Log:print_header()
  local titles, rules = {}, {}
  for i, column in ipairs(self.columns) do
    local format = column.title_format or column[2]
    titles[i] = string.format(format, column[1])
    rules[i] = string.rep("-", column.rule or width_of(column[2]))
  end
  print(table.concat(titles, " "))
  print(table.concat(rules, " "))
end

-- print_event(ms): one line about the current event
function Log:print_event(ms)
  local cells = {}
  for i, column in ipairs(self.columns) do
    local value = ms
    if column.field then value = evt.field(column.field) end
    cells[i] = string.format(column[2], value)
  end
  local color = evt.field(self.container) == "host" and terminal.green or terminal.blue
  print(color .. table.concat(cells, " "))
end

return { set_arg = set_arg, is_slow = is_slow, new = new }
