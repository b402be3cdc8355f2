--- A TCP connection that is, or can become, encrypted: a TcpSocket.
--
-- Modes: `UNENCRYPTED_MODE` 0, `SSL_CLIENT_MODE` 1, `SSL_SERVER_MODE` 2.
--
-- Verification: `VERIFY_NONE` 0, `QUERY_PEER` 1, `VERIFY_PEER` 2, `AUTO_VERIFY_PEER` 3, which queries
-- on servers and verifies on clients.
-- @classmod SslSocket

local core = require "rssl.core"

local SslCertificate = require "rssl.net.ssl_certificate"
local SslConfiguration = require "rssl.net.ssl_configuration"
local SslError = require "rssl.net.ssl_error"
local TcpSocket = require "rssl.net.tcp_socket"
local class = require "rssl.net.class"
local events = require "rssl.net.events"

local SslSocket = class.define("SslSocket", TcpSocket)

SslSocket.UNENCRYPTED_MODE = 0
SslSocket.SSL_CLIENT_MODE = 1
SslSocket.SSL_SERVER_MODE = 2
SslSocket.VERIFY_NONE = SslConfiguration.VERIFY_NONE
SslSocket.QUERY_PEER = SslConfiguration.QUERY_PEER
SslSocket.VERIFY_PEER = SslConfiguration.VERIFY_PEER
SslSocket.AUTO_VERIFY_PEER = SslConfiguration.AUTO_VERIFY_PEER

local READ_SIZE = 65536

--- One that is not connected.
function SslSocket.new()
  return class.instance(SslSocket, TcpSocket._fields {
    _mode = SslSocket.UNENCRYPTED_MODE, _encrypted = false, _peer = {}, _ssl_errors = {},
    _peer_verify_name = "",
  })
end

--- Whether there is TLS: true.
function SslSocket.supports_ssl() return true end

--- Which librssl this is.
function SslSocket.ssl_library_version_string() return "librssl " .. core.version() end

local function agreed(field)
  return {get = function(self) return self._peer[field] end}
end

SslSocket:_define_properties {
  --- Whether what is written is encrypted from here on. Read only.
  -- @property encrypted
  encrypted = {get = function(self) return self._encrypted end},
  --- `UNENCRYPTED_MODE`, `SSL_CLIENT_MODE` or `SSL_SERVER_MODE`. Read only.
  -- @property mode
  mode = {get = function(self) return self._mode end},
  --- The SslConfiguration, which applies at the next handshake.
  -- @property configuration
  configuration = {
    get = function(self)
      if not self._configuration then self._configuration = SslConfiguration.new() end
      return self._configuration
    end,
    set = function(self, configuration)
      self._configuration = SslConfiguration._check(configuration)
      self._peer_verify_mode = nil
    end,
  },
  --- How the peer is verified; the configuration's until it is set here.
  -- @property peer_verify_mode
  peer_verify_mode = {
    get = function(self) return self._peer_verify_mode or self.configuration.peer_verify_mode end,
    set = function(self, mode) self._peer_verify_mode = SslConfiguration._check_mode(mode) end,
  },
  --- The name that a client asks for and checks, where it is not the host connected to.
  -- @property peer_verify_name
  peer_verify_name = {
    get = function(self) return self._peer_verify_name end,
    set = function(self, name)
      if type(name) ~= "string" then error("peer_verify_name must be a string", 3) end
      self._peer_verify_name = name
    end,
  },
  --- The peer's SslCertificate, nil if it has shown none. Read only.
  -- @property peer_certificate
  peer_certificate = {
    get = function(self) return self._peer.chain and self._peer.chain[1] end,
  },
  --- The certificates that the peer has sent, its own first. Read only.
  -- @property peer_certificate_chain
  peer_certificate_chain = {get = function(self) return self._peer.chain or {} end},
  --- OpenSSL's name of the cipher agreed on, or nil. Read only.
  -- @property session_cipher
  session_cipher = agreed "cipher",
  --- "TLSv1.2" or "TLSv1.3", or nil. Read only.
  -- @property session_protocol
  session_protocol = agreed "protocol",
  --- The application protocol agreed on (ALPN), or nil. Read only.
  -- @property next_negotiated_protocol
  next_negotiated_protocol = agreed "alpn",
  --- What is wrong with the peer's certificate: a list of SslError. Read only.
  -- @property ssl_errors
  ssl_errors = {get = function(self) return self._ssl_errors end},
  --- Bytes received and not decrypted yet: 0. Read only.
  -- @property encrypted_bytes_available
  encrypted_bytes_available = {get = function() return 0 end},
  --- Encrypted bytes that are still to be sent. Read only.
  -- @property encrypted_bytes_to_write
  encrypted_bytes_to_write = {get = function(self) return self._core and self._unfinished or 0 end},
}

SslSocket:_define_handlers {
  --- `function(socket)`: the handshake is done.
  -- @handler encrypted_handler
  "encrypted_handler",
  --- `function(socket, mode)`
  -- @handler mode_changed_handler
  "mode_changed_handler",
  --- `function(socket, errors)`: the peer's certificate is not valid. `ignore_ssl_errors` in it lets
  -- the handshake go on.
  -- @handler ssl_errors_handler
  "ssl_errors_handler",
  --- `function(socket, error)`: the same for each fault, before that.
  -- @handler peer_verify_error_handler
  "peer_verify_error_handler",
  --- `function(socket, bytes)`: so many encrypted bytes have been sent.
  -- @handler encrypted_bytes_written_handler
  "encrypted_bytes_written_handler",
}

local function set_mode(self, mode)
  self._mode = mode
  events.call(self, "mode_changed_handler", mode)
end

-- Verification ----------------------------------------------------------------------------------

-- Which SslSocket a socket of rssl.core belongs to.
local owners = setmetatable({}, {__mode = "kv"})

local function are_ignored(self, faults)
  if self._ignored == true then return true end
  for _, fault in ipairs(faults) do
    local found = false
    for _, ignored in ipairs(self._ignored or {}) do found = found or fault:_is(ignored) end
    if not found then return false end
  end
  return true
end

local function judge(core_socket, verdict, chain)
  local self = owners[core_socket]
  if not self or self._core ~= core_socket then return false end
  self._peer.chain = SslCertificate._list(chain)
  local client = self._mode == SslSocket.SSL_CLIENT_MODE
  self._ssl_errors = SslError._list(verdict, chain, client and self._verified_name or nil)
  if #self._ssl_errors == 0 then return nil end
  for _, fault in ipairs(self._ssl_errors) do
    events.call(self, "peer_verify_error_handler", fault)
  end
  events.call(self, "ssl_errors_handler", self._ssl_errors)
  if self._core ~= core_socket then return false end
  if self._queries or are_ignored(self, self._ssl_errors) then return true end
  return nil
end

--- Goes on although the peer's certificate is not valid: whatever is wrong with it, or only these
-- faults, each of one certificate, and no other. Before the handshake or in ssl_errors_handler.
function SslSocket:ignore_ssl_errors(list)
  if list == nil then
    self._ignored = true
    return
  end
  if type(list) ~= "table" then error("ignore_ssl_errors takes a list of SslError", 2) end
  for _, fault in ipairs(list) do SslError._check(fault) end
  self._ignored = list
end

-- The handshake ---------------------------------------------------------------------------------

local function send_drained(self)
  local bytes = self._core:drain()
  if bytes and bytes ~= "" then self:_transmit(bytes, 0) end
end

-- Ends the connection for an error of librssl's; its alert goes out first.
local function fail(self, code, message)
  local attempt = self._attempt
  self._outgoing:clear()
  self._over, self._said_farewell = true, true
  if self._core then send_drained(self) end
  if self._attempt ~= attempt then return end
  self:_set_error(code, message)
  if self._attempt == attempt then self:disconnect() end
  if self._attempt == attempt then self:_flush() end
end

local function fail_with(self, status, err)
  local code = self._encrypted and self.SSL_INTERNAL_ERROR or self.SSL_HANDSHAKE_FAILED_ERROR
  fail(self, status == "eof" and self.REMOTE_HOST_CLOSED_ERROR or code, tostring(err))
end

local function established(self)
  local core_socket = self._core
  self._encrypted = true
  local peer = self._peer
  peer.chain = SslCertificate._list(core_socket:peer_chain())
  peer.cipher, peer.protocol, peer.alpn =
    core_socket:cipher(), core_socket:version(), core_socket:alpn()
  events.call(self, "encrypted_handler")
  if self._core == core_socket then self:_flush() end
end

-- Takes the handshake as far as it goes: true when it is done and the socket still there.
local function shake_hands(self)
  local core_socket = self._core
  local done, status, err
  repeat
    done, status, err = core_socket:handshake()
    if self._core ~= core_socket then return false end
    if err then
      fail_with(self, status, err)
      return false
    end
    send_drained(self)
    if self._core ~= core_socket then return false end
  until status ~= "want_write"
  if not done or self._core ~= core_socket then return false end
  established(self)
  return self._core == core_socket
end

local function start(self, mode)
  if self._state ~= TcpSocket.CONNECTED or self._mode ~= SslSocket.UNENCRYPTED_MODE then return end
  local role = mode == SslSocket.SSL_CLIENT_MODE and core.CLIENT or core.SERVER
  local verify_mode = SslConfiguration._effective_mode(self.peer_verify_mode, role)
  self._queries = verify_mode == SslConfiguration.QUERY_PEER
  self._peer, self._ssl_errors, self._over = {}, {}, false
  local name = nil
  if role == core.CLIENT then
    name = self._peer_verify_name ~= "" and self._peer_verify_name or self._host
  end
  self._verified_name = name
  local ctx, err = self.configuration:_context(role, verify_mode, judge)
  local core_socket, _
  if ctx then core_socket, _, err = core.wrap(ctx, nil, role, name) end
  if not core_socket then return fail(self, self.SSL_INVALID_USERDATA_ERROR, tostring(err)) end

  -- The rest of what is going out in plain text belongs before the first byte of TLS. What was
  -- written before the connection was there has not begun to, and is encrypted.
  while self._writes > 0 and self._outgoing.length > 0 do
    local data = self._outgoing:take()
    self:_transmit(data, #data)
    if self._state ~= TcpSocket.CONNECTED then return end
  end
  self._core, self._encrypted = core_socket, false
  owners[core_socket] = self
  set_mode(self, mode)
  if self._core ~= core_socket then return end
  -- What came in plain text and was not read is part of the handshake, or an attempt to slip
  -- something in front of the encrypted data, which fails as such.
  self:_received(self._incoming:take())
end

--- Begins the handshake of a client, as after STARTTLS. No effect unless connected and unencrypted.
function SslSocket:start_client_encryption()
  start(self, SslSocket.SSL_CLIENT_MODE)
end

--- Begins the handshake of a server. No effect unless connected and unencrypted.
function SslSocket:start_server_encryption()
  start(self, SslSocket.SSL_SERVER_MODE)
end

--- `connect`, and `start_client_encryption` when the connection is there. What is written before the
-- handshake is done goes out after it.
function SslSocket:connect_encrypted(hostname, port, openmode)
  self:_connect(hostname, port, openmode, "encrypt")
end

function SslSocket:_on_connected()
  if self._intention == "encrypt" then self:start_client_encryption() end
end

-- Traffic ---------------------------------------------------------------------------------------

-- Decrypts what was fed: whether there was any, and why no more comes, if so.
local function decrypt(self)
  local core_socket, any = self._core, false
  while true do
    local data, status, err = core_socket:read(READ_SIZE)
    if not data then
      if self._core ~= core_socket then return false end
      local waits = status:find("^want")
      return any, not waits and status or nil, err
    end
    any = true
    self:_buffer(data)
  end
end

local function advance(self)
  local core_socket = self._core
  if not self._encrypted and not shake_hands(self) then return end
  local any, ended, err = decrypt(self)
  if self._core ~= core_socket then return end
  if ended then self._over = true end
  send_drained(self)
  if self._core ~= core_socket then return end
  if any then events.call(self, "ready_read_handler") end
  if not ended or self._core ~= core_socket then return end
  if ended == "closed" then
    self:_remote_closed("the remote host closed the encrypted connection")
  else
    fail_with(self, ended, err)
  end
end

function SslSocket:_received(chunk)
  local core_socket = self._core
  if not core_socket then
    if chunk ~= "" then TcpSocket._received(self, chunk) end
    return
  end
  if self._over then return end
  local i = 1
  repeat
    if chunk ~= "" then
      local fed, _, err = core_socket:feed(chunk, i)
      -- All records before were decrypted, so that there is room.
      if not fed or fed == 0 then
        return fail(self, self.SSL_INTERNAL_ERROR, err and tostring(err) or "no more input is taken")
      end
      i = i + fed
    end
    advance(self)
    if self._core ~= core_socket or self._over then return end
  until i > #chunk
end

function SslSocket:_ended()
  if not self._core then return TcpSocket._ended(self) end
  if self._over then return end
  self._core:feed_eof()
  advance(self)
end

function SslSocket:_can_send()
  if self._core and not self._encrypted then return false end
  if self._intention == "encrypt" and not self._core then return false end
  return TcpSocket._can_send(self)
end

function SslSocket:_seal(data)
  local core_socket = self._core
  if not core_socket then return data end
  local parts, i = {}, 1
  while i <= #data do
    local taken, status, err = core_socket:write(data, i)
    if err then
      fail_with(self, status, err)
      return nil
    end
    i = i + (taken or 0)
    parts[#parts + 1] = core_socket:drain()
  end
  return table.concat(parts)
end

function SslSocket:_sent(count)
  if self._core then events.call(self, "encrypted_bytes_written_handler", count) end
end

function SslSocket:_farewell()
  if not self._encrypted then return "" end
  self._core:shutdown(core.SHUT_WR)
  return self._core:drain() or ""
end

function SslSocket:_release()
  if self._core then self._core:close() end
  self._core, self._encrypted = nil, false
  -- What was ignored whatever it was is not ignored in another connection.
  if self._ignored == true then self._ignored = nil end
  self._mode_was, self._mode = self._mode, SslSocket.UNENCRYPTED_MODE
end

function SslSocket:_on_disconnected()
  if self._mode_was == self._mode then return end
  events.call(self, "mode_changed_handler", self._mode)
end

return SslSocket
