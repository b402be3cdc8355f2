-- The annotations for editors name everything that there is, and nothing else.

local core = require "rssl.core"
local net = require "rssl.net"

local library = os.getenv "RSSL_LUA_TESTS" .. "/../../bindings/lua/library/rssl/"

--- What a file declares: by class, its fields with what is said of them, and its functions.
local function read(name, classes)
  local class
  for line in io.lines(library .. name .. ".lua") do
    local declared = line:match "^%-%-%-@class ([%w.]+)"
    if declared then
      class = declared
      classes[class] = {}
    end
    local field, rest = line:match "^%-%-%-@field ([%w_]+)%?? (.*)"
    if field then classes[class][field] = rest end
    local owner, method = line:match "^function (%w+)[.:]([%w_]+)%("
    if owner then
      for full in pairs(classes) do
        if full:match "[^.]+$" == owner then classes[full][method] = "function" end
      end
    end
  end
end

local function names(declared)
  local list = {}
  for name in pairs(declared) do list[#list + 1] = name end
  table.sort(list)
  return list
end

describe("annotations", function()
  it("of rssl.core", function()
    local classes = {}
    for _, name in ipairs {"core", "core_context", "core_socket", "core_certificate"} do
      read(name, classes)
    end
    local module = {}
    for name, value in pairs(core) do module[name] = value end
    module.stream = nil -- what rssl and LuaSec's interface are built on, for no one else
    assert.same(names(module), names(classes["rssl.core"]))
    for _, name in ipairs {"Context", "Socket", "Hello", "Certificate", "Identity", "Session"} do
      local methods = debug.getregistry()["rssl." .. name].__index
      assert.same(names(methods), names(classes["rssl." .. name]), name)
    end
  end)

  it("of rssl.net", function()
    local classes = {}
    for _, name in ipairs {"net", "net_stream", "net_sockets", "net_servers", "net_objects"} do
      read(name, classes)
    end
    assert.same(names(net), names(classes["rssl.net"]))
    for name, class in pairs(net) do
      local declared = classes["rssl.net." .. name]
      if name ~= "iomodules" and type(class) == "table" then
        local there = {}
        for key in pairs(class) do
          if not key:find "^_" then there[key] = true end
        end
        for key in pairs(class._properties or {}) do there[key] = true end
        -- What a subclass has its own way of is said once, of the parent.
        local parent = getmetatable(class) and getmetatable(class).__index
        if parent then
          for key in pairs(there) do
            if not declared[key] and (parent[key] or parent._properties[key]) then there[key] = nil end
          end
          -- And what it inherits can be said again, where the types are its own.
          for key in pairs(declared) do there[key] = there[key] or parent[key] ~= nil or nil end
        end
        assert.same(names(there), names(declared), name)
        for key, rest in pairs(declared) do
          local value = rest:match "^integer (%-?%d+)$"
          if value then assert.equal(tonumber(value), class[key], name .. "." .. key) end
        end
      end
    end
  end)
end)
