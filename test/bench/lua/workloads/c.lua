-- c: the callback of spectrogram: latencies by decade.
dofile(CHISELS .. "/spectrogram.lua")
sysdig.is_tty = function() return true end
local write = io.write
io.write = function() end
on_init()
io.write = write

function result() return on_event() and 1 or 0 end
