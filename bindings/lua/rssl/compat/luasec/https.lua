--- What `require "ssl.https"` gives: LuaSocket's http over TLS, without any verification unless the
-- request asks for it. `rssl.https` is the safe one.
-- @module rssl.compat.luasec.https

local http = require "socket.http"
local ltn12 = require "ltn12"
local socket = require "socket"
local url = require "socket.url"

local connection = require "rssl.compat.luasec.connection"

local https = { _VERSION = "1.3.2", PORT = 443, TIMEOUT = 60 }

local DEFAULTS = { protocol = "any", options = { "all", "no_sslv2", "no_sslv3", "no_tlsv1" },
                   verify = "none" }

local function try(value, err)
  return socket.try(value, err)
end

-- Makes the methods of a connection the methods of the object that LuaSocket's http holds.
local function forward(object, connected)
  for name, method in pairs(getmetatable(connected).__index) do
    object[name] = function(_, ...) return method(connected, ...) end
  end
end

--- https.tcp(settings): what LuaSocket's http takes as `create`
function https.tcp(settings)
  local cfg = {}
  for name, value in pairs(settings or {}) do cfg[name] = value end
  for name, value in pairs(DEFAULTS) do cfg[name] = cfg[name] or value end
  cfg.mode = "client"
  return function()
    local object = { sock = try(socket.tcp()) }
    function object:settimeout() return self.sock:settimeout(https.TIMEOUT) end
    function object:close() return self.sock:close() end
    function object:connect(host, port)
      try(self.sock:connect(host, port))
      self.sock = try(connection.wrap(self.sock, cfg))
      self.sock:sni(host)
      self.sock:settimeout(https.TIMEOUT)
      try(self.sock:dohandshake())
      forward(self, self.sock)
      return 1
    end
    return object
  end
end

local function with_port(address)
  return url.build(url.parse(address, { port = https.PORT }))
end

--- https.request(url [, body]) or https.request(table): as LuaSocket's http.request
function https.request(request, body)
  local chunks
  if type(request) == "string" then
    chunks = {}
    request = { url = request, method = body and "POST" or "GET", sink = ltn12.sink.table(chunks) }
    if body then
      request.source = ltn12.source.string(body)
      request.headers = { ["content-length"] = #body,
                          ["content-type"] = "application/x-www-form-urlencoded" }
    end
  end
  if http.PROXY or request.proxy then return nil, "proxy not supported" end
  if request.redirect then return nil, "redirect not supported" end
  if request.create then return nil, "create function not permitted" end
  request.url = with_port(request.url)
  request.create = https.tcp(request)
  local result, code, headers, status = http.request(request)
  if result and chunks then result = table.concat(chunks) end
  return result, code, headers, status
end

return https
