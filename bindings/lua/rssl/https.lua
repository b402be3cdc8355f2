--- HTTPS requests: LuaSocket's `socket.http` over verified connections.
--
--    local https = require "rssl.https"
--    local body, code = assert(https.request("https://example.org/"))
--
-- Redirects are returned, not followed, and proxies are refused: both would say what is asked for to
-- somebody else than the URL names.
-- @module rssl.https

local http = require "socket.http"
local ltn12 = require "ltn12"
local luasocket = require "socket"
local rssl = require "rssl"
local url = require "socket.url"

local https = {
  PORT = 443,
  --- Seconds that a request may take from connecting to the last byte, unless it has a `timeout`.
  TIMEOUT = 60,
}

-- What socket.http drives in place of a TCP object. The time left is that of the whole request, so
-- that a server cannot hold a program by sending a byte now and then.
local function create(ctx, timeout)
  return function()
    local deadline = luasocket.gettime() + timeout
    local object = {}
    local function left() return math.max(deadline - luasocket.gettime(), 0) end
    local function timed(method)
      return function(self, ...)
        self.connection:settimeout(left())
        return self.connection[method](self.connection, ...)
      end
    end
    object.send, object.receive = timed "send", timed "receive"
    function object:settimeout() return 1 end
    function object:connect(host, port)
      local err
      self.connection, err = rssl.connect(host, port, ctx, left())
      if not self.connection then return nil, err end
      return 1
    end
    function object:close()
      if self.connection then self.connection:close() end
      return 1
    end
    return object
  end
end

local function https_url(address)
  local parsed = url.parse(address)
  if not parsed or parsed.scheme ~= "https" or not parsed.host then
    return nil, ("%s: not an https URL"):format(tostring(address))
  end
  parsed.port = parsed.port or https.PORT
  return url.build(parsed)
end

--- Asks a server.
-- @tparam string|table request a URL, or a table as `socket.http.request` takes it, with `context`
--   (what `rssl.client` gave) and `timeout` (seconds) beside
-- @tparam[opt] string body to POST, with a URL
-- @return the body, or 1 for a table; the status code, the headers and the status line. nil and a
--   message if the connection, the verification or the transfer fails: a body that was cut short is
--   never returned.
function https.request(request, body)
  local chunks
  if type(request) == "string" then
    chunks = {}
    request = { url = request, sink = ltn12.sink.table(chunks), method = body and "POST" or "GET" }
    if body then
      request.source = ltn12.source.string(body)
      request.headers = { ["content-length"] = #body,
                          ["content-type"] = "application/x-www-form-urlencoded" }
    end
  end
  if http.PROXY or request.proxy then return nil, "proxies are not supported" end
  if request.redirect then return nil, "redirects are not followed" end
  local all = {}
  for name, value in pairs(request) do all[name] = value end
  local err
  all.url, err = https_url(request.url)
  if not all.url then return nil, err end
  all.redirect = false
  all.create = create(request.context, request.timeout or https.TIMEOUT)
  local result, code, headers, status = http.request(all)
  if result and chunks then result = table.concat(chunks) end
  return result, code, headers, status
end

return https
