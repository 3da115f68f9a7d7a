-- spy_users: what people do in shells: each command they start and each folder
-- they go to, indented by how deep it is below the login shell.
--
--   burin -c spy_users
--   burin -c spy_users 2                               no deeper than two levels
--   burin -c spy_users "3 disable_color" "user.name=root"
--   burin -pc -c spy_users                             with container
--
-- Each line is: SHELL_PID TIME USER) COMMAND ARGUMENTS

description = "Lists each command that is started from a shell, and each directory change in one, indented by its depth below the login shell. With -pc or -pcontainer the container is shown too: lines are green for the host and blue for containers."
short_description = "What people do in shells"
category = "Security"

args = {
  { name = "max_depth", argtype = "int", optional = true, description = "Do not show what is deeper than this in the tree of processes" },
  { name = "disable_color", argtype = "string", optional = true, description = "Give 'disable_color' to print without colors" },
}

require "common"
local terminal = require "ansiterminal"
terminal.enable_color(true)

-- How far up the ancestors are searched for a shell.
local FARTHEST_ANCESTOR = 16

local max_depth

function on_set_arg(name, text)
  if name == "max_depth" then
    max_depth = parse_numeric_input(text, name)
    if max_depth == -1 then max_depth = nil end
  elseif text == "disable_color" then
    terminal.enable_color(false)
  end
  return true
end

local kind, exe, arguments, folder, user, time, pid, parent_pid, container
local ancestor_names, ancestor_pids = {}, {}
local show_container

function on_init()
  kind = chisel.request_field("evt.type")
  exe = chisel.request_field("proc.exe")
  arguments = chisel.request_field("proc.args")
  folder = chisel.request_field("evt.arg.path")
  user = chisel.request_field("user.name")
  time = chisel.request_field("evt.time.s")
  pid = chisel.request_field("proc.pid")
  parent_pid = chisel.request_field("proc.ppid")
  container = chisel.request_field("container.name")
  for level = 0, FARTHEST_ANCESTOR do
    ancestor_names[level] = chisel.request_field("proc.aname[" .. level .. "]")
    ancestor_pids[level] = chisel.request_field("proc.apid[" .. level .. "]")
  end
  show_container = sysdig.is_print_container_data()
  chisel.set_filter("((evt.type=execve and evt.dir=<) or (evt.type=chdir and evt.dir=< and proc.name contains sh and not proc.name contains sshd)) and evt.failed=false")
  return true
end

-- pid -> { depth, shell }: how deep below which shell it runs; depth -1: below none.
-- A global: it survives a reload of this file.
places = {}

-- Each directory change seen moves the search one ancestor nearer, for good: a change
-- is the shell's own doing, so there the process itself is the first candidate.
local nearer = 0

-- Where the parent of the current process stands.
local function find_place()
  local depth, shell = -1, nil
  for level = 1, FARTHEST_ANCESTOR do
    local name = evt.field(ancestor_names[level - nearer])
    local id = evt.field(ancestor_pids[level - nearer])
    if name == nil then
      if id == nil then break end
    elseif ends_with(name, "sh") and #name >= 2 then
      depth, shell = places[id] and level - 1 or 0, id
    end
  end
  return { depth, shell }
end

local function show(depth, indent, shell, action)
  local who, color = evt.field(user) or "<NA>", ""
  if show_container then
    local where = evt.field(container)
    who = who .. "@" .. where
    color = where == "host" and terminal.green or terminal.blue
  end
  print(color .. extend_string("", indent * depth) .. shell .. " " .. evt.field(time) .. " " .. who .. ") " .. action)
end

function on_event()
  local is_chdir = evt.field(kind) == "chdir"
  local process, parent = evt.field(pid), evt.field(parent_pid)
  if is_chdir then
    parent = process
    nearer = nearer + 1
  end

  if not places[parent] then places[parent] = find_place() end
  local above = places[parent]
  if above[1] == -1 then return true end
  if not places[process] then places[process] = { above[1] + 1, above[2] } end

  -- A command stands one level below the shell it was typed in, a change of folder at its level.
  local place = places[process]
  local depth = is_chdir and place[1] or place[1] - 1
  if max_depth and depth > max_depth then return true end

  if is_chdir then
    show(depth, 4, place[2], "cd " .. evt.field(folder))
  else
    show(depth, show_container and 4 or 3, place[2], evt.field(exe) .. " " .. evt.field(arguments))
  end
  return true
end

function on_capture_end()
  print(terminal.reset)
end
