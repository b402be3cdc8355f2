--- Classes with properties: fields that are computed, checked or read-only.
--
-- A class is a table of its methods and constants, and sees its parent's. Its instances see both, and
-- its properties. Private fields begin with "_".

local class = {}

-- Adds properties: name = {get = function(self), set = function(self, value)}; without set they are
-- read-only.
local function properties(self, definitions)
  for name, definition in pairs(definitions) do self._properties[name] = definition end
end

-- Adds event handlers: properties that hold a function or nil.
local function handlers(self, names)
  for _, name in ipairs(names) do
    self._properties[name] = {
      get = function(object) return object._handlers[name] end,
      set = function(object, value)
        if value ~= nil and type(value) ~= "function" then
          error(name .. " must be a function or nil, not a " .. type(value), 3)
        end
        object._handlers[name] = value
      end,
    }
  end
end

local function metatable(self)
  local all = self._properties
  return {
    __name = self._name,
    __index = function(object, key)
      local property = all[key]
      if property then return property.get(object) end
      return self[key]
    end,
    __newindex = function(object, key, value)
      local property = all[key]
      if not property then
        if type(key) == "string" and key:find("_handler$") then
          error(self._name .. " has no " .. key, 2)
        end
        rawset(object, key, value)
      elseif property.set then
        property.set(object, value)
      else
        error(self._name .. "." .. key .. " is read-only", 2)
      end
    end,
    __tostring = function(object) return self._name .. ": " .. tostring(object._handlers):sub(8) end,
  }
end

function class.define(name, parent)
  local self = setmetatable({}, {__index = parent})
  self._name = name
  self._properties = setmetatable({}, {__index = parent and parent._properties})
  self._metatable = metatable(self)
  self._define_properties = properties
  self._define_handlers = handlers
  return self
end

--- An instance with these private fields.
function class.instance(self, fields)
  fields._handlers = {}
  return setmetatable(fields, self._metatable)
end

return class
