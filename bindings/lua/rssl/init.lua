--- TLS for programs that wait: a connection is verified, its name checked, against the operating
-- system's roots, and the server is told which name is meant. See docs/lua.md.
--
--    local rssl = require "rssl"
--    local conn = assert(rssl.connect("example.org", 443))
--    assert(conn:send("GET / HTTP/1.0\r\nHost: example.org\r\n\r\n"))
--    print(assert(conn:receive("*a")))
--    conn:close()
--
-- Functions that fail return nil and a message.
-- @module rssl

local core = require "rssl.core"
local luasocket = require "socket"

local rssl = {
  _VERSION = core.version(),
  --- Seconds that connecting, the handshake and each later call may take, unless told otherwise.
  TIMEOUT = 60,
}

-- nil, and the message of an error of rssl.core.
local function failed(_, _, error)
  return nil, tostring(error)
end

local VERSIONS = { ["TLSv1.2"] = core.TLS1_2, ["TLSv1.3"] = core.TLS1_3 }

local function add_roots(ctx, options)
  if options.ca_file then
    local ok, status, error = ctx:load_verify_file(options.ca_file)
    if not ok then return failed(ok, status, error) end
  end
  if options.ca_path then
    local ok, status, error = ctx:load_verify_dir(options.ca_path)
    if not ok then return failed(ok, status, error) end
  end
  if options.ca_file or options.ca_path or ctx:role() == core.SERVER or options.insecure then
    return true
  end
  local ok, status, error = ctx:load_verify_system()
  if not ok then return failed(ok, status, error) end
  return true
end

local function set_trust(ctx, options)
  local ok, err = add_roots(ctx, options)
  if not ok then return nil, err end
  if ctx:role() == core.SERVER then
    if options.ca_file or options.ca_path then assert(ctx:set_verify(core.CERT_REQUIRED)) end
  elseif options.insecure then
    assert(ctx:set_check_hostname(false))
    assert(ctx:set_verify(core.CERT_NONE))
  end
  return true
end

local function set_identity(ctx, options)
  if not options.certificate then return true end
  local identity, status, error =
    core.identity_new_file(options.certificate, options.key, options.password)
  if not identity then return failed(identity, status, error) end
  return ctx:set_identities { identity }
end

local function set_protocol(ctx, options)
  if options.min_version then
    local version = VERSIONS[options.min_version]
    if not version then return nil, ("%s: not a version"):format(tostring(options.min_version)) end
    assert(ctx:set_versions(version, 0))
  end
  if options.ciphers then
    local ok, status, error = ctx:set_ciphers(options.ciphers)
    if not ok then return failed(ok, status, error) end
  end
  if options.alpn then
    local ok, status, error = ctx:set_alpn(options.alpn)
    if not ok then return failed(ok, status, error) end
  end
  return true
end

local OPTIONS = { ca_file = true, ca_path = true, certificate = true, key = true, password = true,
                  min_version = true, ciphers = true, alpn = true, insecure = true }

local function new_context(role, options)
  for name in pairs(options or {}) do
    if not OPTIONS[name] then error(("unknown option '%s'"):format(tostring(name)), 3) end
  end
  local ctx = assert(core.ctx_new(role))
  for _, step in ipairs { set_trust, set_identity, set_protocol } do
    local ok, err = step(ctx, options or {})
    if not ok then return nil, err end
  end
  return ctx
end

--- What connections of a client share. Without options: the system's roots, TLS 1.2 and 1.3.
-- @tparam[opt] table options
--
--   * `ca_file`, `ca_path`: the roots to trust, in place of the system's
--   * `certificate`, `key`, `password`: files, and a string or a function, to show to servers that ask
--   * `min_version`: "TLSv1.2" or "TLSv1.3"
--   * `ciphers`: names, separated by ":"
--   * `alpn`: a list of protocols
--   * `insecure = true`: nobody is verified
-- @return a context; or nil and a message
function rssl.client(options) return new_context(core.CLIENT, options) end

--- What connections of a server share. `ca_file` or `ca_path` ask for certificates of clients.
-- @tparam table options as of `client`; `certificate` is needed
-- @return a context; or nil and a message
function rssl.server(options)
  if not (options and options.certificate) then error("a server needs a certificate", 2) end
  return new_context(core.SERVER, options)
end

-- The system's roots take milliseconds to read.
local default

local function default_client()
  if not default then
    local err
    default, err = rssl.client()
    if not default then return nil, err end
  end
  return default
end

local Connection = {}
Connection.__index = Connection

function Connection:send(...) return self.stream:send(...) end
function Connection:receive(...) return self.stream:receive(...) end
function Connection:settimeout(...) return self.stream:settimeout(...) end
function Connection:getfd() return self.stream:getfd() end
function Connection:getstats() return self.stream:getstats() end
function Connection:dirty() return self.stream:dirty() end
function Connection:close() self.stream:close() end
function Connection:__tostring() return ("rssl connection: %d"):format(self.stream:getfd()) end

--- The version agreed on: "TLSv1.3".
function Connection:version() return (self.socket:version()) end
--- The cipher agreed on: OpenSSL's name, IANA's name, its number, the bits of its key.
function Connection:cipher() return self.socket:cipher() end
--- The protocol agreed on, or nil.
function Connection:alpn() return self.socket:alpn() end
--- The peer's certificate, or nil.
function Connection:peer_certificate() return self.socket:peer_certificate() end
--- The chain that was verified, from the peer's certificate to the root; empty when nothing was.
function Connection:verified_chain() return self.socket:verified_chain() end
--- Key material that only the two ends know.
function Connection:export(label, length, context)
  local material, status, error = self.socket:export(label, length, context)
  if not material then return failed(material, status, error) end
  return material
end

-- TLS over a LuaSocket object, of which the descriptor is taken over. Whatever fails closes it.
local function secured(object, socket, seconds)
  local stream, err = core.stream(object:getfd())
  if not stream then return nil, err end
  object:setfd(-1)
  local ok, status, error = stream:attach(socket)
  if not ok then
    stream:close()
    return failed(ok, status, error)
  end
  stream:settimeout(seconds)
  ok, err = stream:dohandshake()
  if not ok then
    stream:close()
    return nil, err
  end
  return setmetatable({ stream = stream, socket = socket }, Connection)
end

-- The Socket, before anything happens to the LuaSocket object.
local function new_socket(ctx, role, name)
  local socket, status, error = core.sock_new(ctx, role, name)
  if not socket then return failed(socket, status, error) end
  return socket
end

local function new_client(ctx, host)
  local err
  if not ctx then
    ctx, err = default_client()
    if not ctx then return nil, err end
  end
  return new_socket(ctx, core.CLIENT, host)
end

--- The client's handshake over a connected LuaSocket object, which is closed for the caller from
-- then on: after STARTTLS, or through a proxy.
-- @param object what `socket.connect` gave
-- @tparam string host the name or address that the certificate must be for
-- @param[opt] ctx what `client` gave
-- @tparam[opt=TIMEOUT] number timeout seconds for the handshake and for each later call
-- @return a connection; or nil and a message
function rssl.wrap(object, host, ctx, timeout)
  local socket, err = new_client(ctx, host)
  if not socket then return nil, err end
  return secured(object, socket, timeout or rssl.TIMEOUT)
end

--- The server's handshake over a LuaSocket object that `accept` gave. As `wrap` otherwise.
function rssl.accept(object, ctx, timeout)
  local socket, err = new_socket(ctx, core.SERVER)
  if not socket then return nil, err end
  return secured(object, socket, timeout or rssl.TIMEOUT)
end

--- Connects to a server, over IPv6 or IPv4.
-- @tparam string host name or address, which is what the certificate must be for
-- @tparam number port
-- @param[opt] ctx what `client` gave
-- @tparam[opt=TIMEOUT] number timeout seconds for connecting and the handshake together, and for
--   each later call
-- @return a connection; or nil and a message
function rssl.connect(host, port, ctx, timeout)
  timeout = timeout or rssl.TIMEOUT
  local deadline = luasocket.gettime() + timeout
  local socket, err = new_client(ctx, host)
  if not socket then return nil, err end
  local object
  object, err = luasocket.tcp()
  if not object then return nil, err end
  object:settimeout(timeout)
  local ok
  ok, err = object:connect(host, port)
  if not ok then
    object:close()
    return nil, err
  end
  -- Records are whole when they are sent: nothing is gained by waiting for more.
  object:setoption("tcp-nodelay", true)
  local conn
  conn, err = secured(object, socket, math.max(deadline - luasocket.gettime(), 0))
  object:close()
  if not conn then return nil, err end
  conn:settimeout(timeout)
  return conn
end

return rssl
