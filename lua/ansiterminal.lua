-- ansiterminal: colours and cursor movement for chisels that draw on a terminal.
--
--   local terminal = require "ansiterminal"
--   terminal.enable_color(true)            -- or false: every colour becomes ""
--   print(terminal.red .. "hot" .. terminal.reset)
--
-- The colour fields exist only after enable_color. The functions write at once,
-- whether or not standard output is a terminal.

local terminal = {}

local SGR = {
  reset = 0, clear = 0, bright = 1, dim = 2, underscore = 4, blink = 5, reverse = 7, hidden = 8,
  black = 30, red = 31, green = 32, yellow = 33, blue = 34, magenta = 35, cyan = 36, white = 37,
  onblack = 40, onred = 41, ongreen = 42, onyellow = 43, onblue = 44, onmagenta = 45, oncyan = 46, onwhite = 47,
}

-- What a terminal takes for a command begins with this.
local CSI = "\27["

-- enable_color(on): sets one string field per name above.
function terminal.enable_color(on)
  for name, code in pairs(SGR) do
    terminal[name] = on == true and CSI .. code .. "m" or ""
  end
end

function terminal.clearscreen() io.write(CSI .. "2J") end
-- moveto(row, column)
function terminal.moveto(row, column) io.write(CSI .. tostring(row) .. ";" .. tostring(column) .. "H") end
-- moveup(lines): to the start of the line that many lines up
function terminal.moveup(lines) io.write(CSI .. tostring(lines) .. "F") end
function terminal.clearline() io.write(CSI .. "2K") end
function terminal.hidecursor() io.write(CSI .. "?25l") end
function terminal.showcursor() io.write(CSI .. "?25h") end

-- What selects a colour, by its number: made once, since it is written for every cell of what is drawn.
local function palette(layer)
  local texts = {}
  for colour = 0, 255 do texts[colour] = CSI .. layer .. ";5;" .. colour .. "m" end
  return texts
end

local foreground, background
-- setfgcol(colour), setbgcol(colour): 0 to 255
function terminal.setfgcol(colour)
  foreground = foreground or palette(38)
  io.write(foreground[colour] or CSI .. "38;5;" .. colour .. "m")
end
function terminal.setbgcol(colour)
  background = background or palette(48)
  io.write(background[colour] or CSI .. "48;5;" .. colour .. "m")
end

return terminal
