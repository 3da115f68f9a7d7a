-- burin.heat: one line of a heat map, for chisels that draw how often something
-- happened as colours, green (rare) over yellow to red (often).
--
--   local heat = require "burin.heat"
--   heat.line(counts, width, refreshes_per_second)
--
-- Needs a terminal with 256 colours and UTF-8.

local terminal = require "ansiterminal"

local COLOURS = { 22, 28, 64, 34, 2, 76, 46, 118, 154, 191, 227, 226, 11, 220, 209, 208, 202, 197, 9, 1 }

-- How much of a cell shows the next colour: none, a quarter, a half. For three
-- quarters the two colours change places and a quarter is drawn.
local SHADES = { " ", "░", "▒", "░" }

-- Each step of colour stands for this many times the rate.
local STEP = math.log10(1.6)

-- cell(count, per_second) -> foreground, background, character
local function cell(count, per_second)
  local level = math.log10(count * per_second + 1) / STEP
  level = math.max(1, math.min(level, #COLOURS))
  local low, high = math.floor(level), math.ceil(level)
  local between = level - low
  local shade = SHADES[math.floor(1 + between * #SHADES)]
  if between > 0.75 then return COLOURS[high], COLOURS[low], shade end
  return COLOURS[low], COLOURS[high], shade
end

local function blacken()
  terminal.setfgcol(0)
  terminal.setbgcol(0)
end

-- line(counts, width, per_second [, blank]): draws counts[1..width] and ends the line.
-- `blank` sets the colours of a cell without count; black if not given.
local function line(counts, width, per_second, blank)
  for column = 1, width do
    local count = counts[column]
    if count and count > 0 then
      local foreground, background, shade = cell(count, per_second)
      terminal.setfgcol(foreground)
      terminal.setbgcol(background)
      io.write(shade)
    else
      (blank or blacken)()
      io.write(" ")
    end
  end
  io.write(terminal.reset, "\n")
end

return { cell = cell, line = line }
