-- What copas asks of the module timerwheel, which Debian does not have: callbacks that are called by
-- step() once their time has come.

local Timers = {}
Timers.__index = Timers

function Timers:set(delay, callback, argument)
  self.last = self.last + 1
  self.waiting[self.last] = { at = self.now() + delay, callback = callback, argument = argument }
  return self.last
end

function Timers:cancel(id)
  local was_waiting = self.waiting[id] ~= nil
  self.waiting[id] = nil
  return was_waiting
end

function Timers:count()
  local count = 0
  for _ in pairs(self.waiting) do count = count + 1 end
  return count
end

function Timers:step()
  local now, due = self.now(), {}
  for id, timer in pairs(self.waiting) do
    if timer.at <= now then due[#due + 1] = id end
  end
  for _, id in ipairs(due) do
    local timer = self.waiting[id]
    self.waiting[id] = nil
    -- A callback before this one can have cancelled it.
    if timer then
      local ok, err = pcall(timer.callback, timer.argument)
      if not ok then self.err_handler(err) end
    end
  end
end

return {
  new = function(settings)
    return setmetatable({ now = settings.now, err_handler = settings.err_handler, waiting = {}, last = 0 },
                        Timers)
  end,
}
