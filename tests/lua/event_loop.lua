-- Runs libuv's loop for a test, and ends it.

local uv = require "luv"

local loopback = require "loopback"

local event_loop = {}

-- uv.run "once" waits on after a timer that was due at its beginning: hence one that repeats.
local TICK = 10

--- Runs the loop until condition() is true; fails when it takes too long.
function event_loop.run_until(condition)
  local deadline = uv.hrtime() + loopback.PATIENCE * 1e9
  local timer = uv.new_timer()
  timer:start(TICK, TICK, function() end)
  while not condition() and uv.hrtime() < deadline do uv.run "once" end
  timer:close()
  uv.run "nowait"
  assert(condition(), "the loop did not come to what was waited for")
end

--- Runs the loop for a while.
function event_loop.run_for(milliseconds)
  local over = uv.hrtime() + milliseconds * 1e6
  pcall(event_loop.run_until, function() return uv.hrtime() >= over end)
end

--- Closes every handle that a test left, so that it does not disturb the next one.
function event_loop.clear()
  uv.walk(function(handle) if not handle:is_closing() then handle:close() end end)
  uv.run()
end

return event_loop
