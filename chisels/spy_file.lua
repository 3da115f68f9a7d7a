-- spy_file: every read and write of files, with the data.
--
--   burin -c spy_file                           all files
--   burin -c spy_file W "proc.name=vim"         only writes
--   burin -c spy_file "RW /etc/passwd"          only this file
--
-- Each line is: TIME PROCESS(PID) R|W SIZE FILE DATA

description = "Prints each read and write of files, by any process, with its data. The arguments narrow it down to reads or writes and to one file."
short_description = "Reads and writes of all files, or of one"
category = "I/O"

args = {
  { name = "read_or_write", argtype = "string", optional = true, description = "R for reads, W for writes, RW for both; both if not given" },
  { name = "spy_on_file_name", argtype = "string", optional = true, description = "The one file to watch" },
}

require "common"

-- Without a file name terminals are left out: watching the one that this prints to
-- would never end.
local which_files = "(not fd.name contains /dev/pt and not fd.name contains /dev/tty)"
local which_way = "evt.is_io=true"

function on_set_arg(name, text)
  if name == "spy_on_file_name" then
    if text ~= "" then which_files = "(fd.name=" .. text .. ")" end
  elseif text:upper() == "R" then
    which_way = "evt.is_io_read=true"
  elseif text:upper() == "W" then
    which_way = "evt.is_io_write=true"
  end
  return true
end

local data, file, is_write, pid, process, bytes, time

function on_init()
  data = chisel.request_field("evt.arg.data")
  file = chisel.request_field("fd.name")
  is_write = chisel.request_field("evt.is_io_write")
  pid = chisel.request_field("proc.pid")
  process = chisel.request_field("proc.name")
  bytes = chisel.request_field("evt.rawarg.res")
  time = chisel.request_field("evt.time")
  sysdig.set_snaplen(2000)
  sysdig.set_output_format("ascii")
  chisel.set_filter(which_files .. " and " .. which_way .. " and fd.type=file and evt.dir=< and evt.failed=false")
  return true
end

function on_event()
  print(string.format("%s %s(%s) %s %s %s %s",
    evt.field(time), evt.field(process), evt.field(pid), evt.field(is_write) and "W" or "R",
    format_bytes(evt.field(bytes)), evt.field(file), evt.field(data)))
  return true
end
