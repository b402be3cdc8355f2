--- Calls the program's handlers, so that an error in one ends neither the loop nor another object.

local uv = require "luv"

local events = {}

--- What hears of errors in handlers: function(message with traceback, object).
function events.report(message)
  io.stderr:write("rssl.net: ", message, "\n")
end

local function traceback(message)
  if type(message) ~= "string" and not (getmetatable(message) or {}).__tostring then
    message = "(error object is a " .. type(message) .. ")"
  end
  return debug.traceback(tostring(message), 2)
end

local function guarded(object, call)
  local done, message = xpcall(call, traceback)
  if done then return true end
  pcall(events.report, message, object)
  if object._handler_failed then object:_handler_failed() end
  return false
end

--- Calls object's handler of this name, if it has one.
-- @return whether nothing was raised
function events.call(object, name, ...)
  local handler = object._handlers[name]
  if not handler then return true end
  local a, b = ...
  return guarded(object, function() handler(object, a, b) end)
end

local queue = {}

local function run_posted(timer)
  timer:close()
  local posted = queue
  queue = {}
  for _, entry in ipairs(posted) do guarded(entry.object, entry.call) end
end

--- For functions that take a callback, before they do anything.
function events.check_callback(callback)
  if type(callback) ~= "function" then error("the callback must be a function", 3) end
end

--- Calls callback(object, ...) in the next turn of the loop.
function events.post(object, callback, ...)
  local a, b = ...
  queue[#queue + 1] = {object = object, call = function() callback(object, a, b) end}
  if #queue == 1 then
    local timer = uv.new_timer()
    timer:start(0, 0, function() run_posted(timer) end)
  end
end

return events
