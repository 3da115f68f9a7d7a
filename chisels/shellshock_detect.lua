-- shellshock_detect: attempts to run a shell with a function definition smuggled
-- into its environment (CVE-2014-6271, "shellshock").
--
--   burin -c shellshock_detect
--   burin -r file.scap -c shellshock_detect
--
-- An exported shell function looks like "() { ...", so any environment variable that
-- holds this, given to bash or sh by another program, is reported.

description = "Reports each attempt to start bash or sh with a function definition in an environment variable, the way the shellshock vulnerability (CVE-2014-6271) is exploited: the time, the process that started the shell and its PID, and the definition."
short_description = "Attempts to use the shellshock hole in bash"
category = "Security"
args = {}

require "common"

local FUNCTION = "%(%) ?{.+"

local parent, parent_pid, pid, time
local environment

function on_init()
  parent = chisel.request_field("proc.pname")
  parent_pid = chisel.request_field("proc.ppid")
  pid = chisel.request_field("proc.pid")
  environment = chisel.request_field("evt.arg.env")
  time = chisel.request_field("evt.time")
  chisel.set_filter("(proc.name=bash or proc.name=sh) and evt.type=execve")
  print(extend_string("TIME", 22) .. extend_string("PROCNAME", 22) .. extend_string("PID", 8) .. "FUNCTION")
  return true
end

function on_event()
  local variables = evt.field(environment)
  if variables == nil or not variables:find(FUNCTION) then return true end

  -- The event has all variables in one string; the thread table keeps them apart.
  local process = sysdig.get_thread_table_nofds()[evt.field(pid)]
  for _, variable in ipairs(process and process.env or {}) do
    if variable:find(FUNCTION) then
      print(extend_string(evt.field(time), 22) .. extend_string(evt.field(parent) or "<NA>", 22)
        .. extend_string(tostring(evt.field(parent_pid)), 8) .. variable:match("%(%).+"))
      break
    end
  end
  return true
end
