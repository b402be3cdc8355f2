-- Runs libuv's loop for a test, and ends it.

local uv = require "luv"

local event_loop = {}

--- Runs the loop until condition() is true; fails after so many seconds.
function event_loop.run_until(condition, seconds)
  local late = false
  local timer = uv.new_timer()
  timer:start((seconds or 20) * 1000, 0, function() late = true end)
  while not condition() and not late do uv.run "once" end
  timer:close()
  uv.run "nowait"
  assert(condition(), "the loop did not come to what was waited for")
end

--- Runs the loop for a while.
function event_loop.run_for(milliseconds)
  local over = false
  local timer = uv.new_timer()
  timer:start(milliseconds, 0, function() over = true end)
  while not over do uv.run "once" end
  timer:close()
end

--- Closes every handle that a test left, so that it does not disturb the next one.
function event_loop.clear()
  uv.walk(function(handle) if not handle:is_closing() then handle:close() end end)
  uv.run()
end

return event_loop
