-- burin.snapshot: the life cycle of chisels that show the state of the system at
-- one moment, the first event that the filter lets through. Behind lsof, netstat and ps.
--
--   require("burin.snapshot").at_first_event(function() print("now") end)
--
-- It defines on_init, on_capture_start, on_event and on_capture_end.

local function at_first_event(show)
  local started, reached = false, false

  function on_init()
    return true
  end

  function on_capture_start()
    started = true
    return true
  end

  function on_event()
    sysdig.end_capture()
    reached = true
    return false
  end

  -- Printed here rather than in on_event so that an empty capture can be told.
  function on_capture_end()
    if not started then return end
    if reached then
      show()
    else
      print("empty capture or no event matching the filter")
    end
  end
end

return { at_first_event = at_first_event }
