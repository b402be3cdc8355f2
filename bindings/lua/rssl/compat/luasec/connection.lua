--- LuaSec's connections: a Stream of rssl.core, and what LuaSec tells about it.
-- @module rssl.compat.luasec.connection

local core = require "rssl.core"
local certificate = require "rssl.compat.luasec.certificate"
local cipher = require "rssl.compat.luasec.cipher"
local context = require "rssl.compat.luasec.context"

local connection = {}

local Connection = {}
local meta = { __index = Connection }

function meta.__tostring(self)
  return ("SSL connection: %s%s"):format(tostring(self.stream):match "0x%x+" or "",
                                         self.stream:getfd() < 0 and " (closed)" or "")
end

-- So that hello callbacks find the connection of a Socket.
local connections = setmetatable({}, { __mode = "kv" })

--- ssl.wrap(socket, settings or context): takes over the descriptor of a LuaSocket object.
function connection.wrap(socket, cfg)
  local ctx = cfg
  if type(cfg) == "table" then
    local err
    ctx, err = context.new(cfg)
    if not ctx then return nil, err end
  end
  if not context.settings(ctx) then error("bad argument #2 to 'wrap' (invalid context)", 2) end
  local stream, err = core.stream(socket:getfd(), true)
  if not stream then return nil, err end
  socket:setfd(-1)
  return setmetatable({ stream = stream, ctx = ctx }, meta)
end

-- The protocol that a server's function chooses of those that a client offers: a name, or a list of
-- which the first counts that the client has.
local function choose_alpn(choose, hello)
  local offered = hello:alpn()
  if not offered[1] then return end
  local wanted = choose(offered)
  for _, name in ipairs(type(wanted) == "table" and wanted or { wanted }) do
    if hello:use_alpn(name) then return end
  end
end

local UNRECOGNIZED_NAME = 112

-- What a server does about a ClientHello: another context by name, then the protocol.
local function answer(socket, hello)
  local self = connections[socket]
  local ctx, name = self.ctx, hello:server_name()
  if self.names and name then
    -- The program's table first: it can change, or find names by a metatable.
    local other = self.names[name] or self.lower[name]
    if other then
      hello:use_ctx(other)
      ctx = other
    elseif self.strict then
      hello:reject(UNRECOGNIZED_NAME)
      return false
    end
  end
  local choose = context.settings(ctx).alpn
  if choose then choose_alpn(choose, hello) end
end

-- The Socket is made as late as possible: librssl wants to know the server's name for it.
local function start(self)
  local own = context.settings(self.ctx)
  local server = own.mode == "server"
  if server and (self.names or own.alpn) and not own.answers then
    assert(self.ctx:set_hello_callback(answer))
    own.answers = true
  end
  local socket, _, err = core.sock_new(self.ctx, server and core.SERVER or core.CLIENT, self.name)
  if not socket then return false, tostring(err) end
  connections[socket] = self
  local ok
  ok, _, err = self.stream:attach(socket)
  if not ok then return false, tostring(err) end
  self.socket = socket
  return true
end

--- conn:dohandshake(): true; or false and why not
function Connection:dohandshake()
  if not self.socket then
    if self.stream:getfd() < 0 then return false, "closed" end
    local ok, err = start(self)
    if not ok then return false, err end
  end
  return self.stream:dohandshake()
end

function Connection:send(...) return self.stream:send(...) end
function Connection:receive(...) return self.stream:receive(...) end
function Connection:settimeout(...) return self.stream:settimeout(...) end
function Connection:getfd() return self.stream:getfd() end
function Connection:getstats() return self.stream:getstats() end
function Connection:setstats(...) return self.stream:setstats(...) end
function Connection:want() return self.stream:want() end
function Connection:dirty() return self.stream:dirty() end
function Connection:close() self.stream:close() end

--- conn:sni(name) of a client, conn:sni({name = context}, strict) of a server
function Connection:sni(names, strict)
  if context.settings(self.ctx).mode == "client" then
    self.name = names
    return
  end
  local lower = {}
  for name, ctx in pairs(names) do
    if not context.settings(ctx) then error("bad argument #1 to 'sni' (invalid context)", 2) end
    lower[name:lower()] = ctx
  end
  self.names, self.lower, self.strict = names, lower, strict
end

function Connection:getsniname()
  if self.socket then return self.socket:server_name() end
  return self.name
end

function Connection:getalpn()
  return self.socket and self.socket:alpn() or nil
end

-- The n-th of a chain, the first by default.
local function nth(self, chain, n)
  if not self.stream:connected() then return nil, "closed" end
  n = n or 1
  if n < 1 then return nil, "invalid certificate index" end
  return certificate.wrap(chain(self.socket)[n])
end

local function all(self, chain)
  if not self.stream:connected() then return nil, "closed" end
  local certificates = {}
  for i, cert in ipairs(chain(self.socket)) do certificates[i] = certificate.wrap(cert) end
  return certificates
end

local function peer_chain(socket) return socket:peer_chain() end
local function own_chain(socket) return socket:own_chain() end

function Connection:getpeercertificate(n) return nth(self, peer_chain, n) end
function Connection:getpeerchain() return all(self, peer_chain) end
function Connection:getlocalcertificate() return nth(self, own_chain, 1) end
function Connection:getlocalchain() return all(self, own_chain) end

--- conn:getpeerverification(): true; or false and why the peer's chain is not to be trusted: a
-- table of lists by depth, counted from 1, where lsec_continue went on all the same, else a string.
function Connection:getpeerverification()
  if not self.stream:connected() then return false, "closed" end
  local verdict = self.socket:verify_result()
  if verdict == core.V_OK or not self.socket:peer_certificate() then return true end
  local reason = core.verify_string(verdict)
  if context.settings(self.ctx).continue then return false, { { reason } } end
  return false, reason
end

function Connection:exportkeyingmaterial(label, length, ctx)
  if not self.stream:connected() then return nil, "closed" end
  local material = self.socket:export(label, length, ctx)
  if not material then return nil, "error exporting keying material" end
  return material
end

--- conn:info([field]): what was agreed on, by OpenSSL's names
function Connection:info(field)
  if not self.stream:connected() then return nil, "closed" end
  local info = cipher.describe(self.socket)
  if field then return info[field] end
  return info
end

return connection
