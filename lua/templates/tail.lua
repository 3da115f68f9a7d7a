-- @NAME@: one line for each file that a process opens, as it happens.
-- Try it:  burin -r capture.scap -c ./@NAME@.lua sshd

description = "Prints a line for every file opened, optionally by one program only."
short_description = "Files as they are opened"
category = "I/O"
args = {
	{ name = "program", description = "show only this program", argtype = "string", optional = true },
}

local program

function on_set_arg(name, value)
	if name == "program" then program = value end
	return true
end

function on_init()
	local filter = "evt.type in (open, openat, creat) and evt.dir=<"
	if program then filter = filter .. " and proc.name=" .. program end
	chisel.set_filter(filter)
	-- The runtime prints the line itself: faster than print, and -j turns it into JSON.
	chisel.set_event_formatter("%evt.time %proc.name(%proc.pid) %evt.res %fd.name")
	return true
end
