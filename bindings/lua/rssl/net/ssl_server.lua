--- Accepts encrypted connections: a TcpServer.
-- @classmod SslServer

local SslConfiguration = require "rssl.net.ssl_configuration"
local SslSocket = require "rssl.net.ssl_socket"
local TcpServer = require "rssl.net.tcp_server"
local class = require "rssl.net.class"
local events = require "rssl.net.events"

local SslServer = class.define("SslServer", TcpServer)

--- One that does not listen yet.
function SslServer.new()
  return class.instance(SslServer, TcpServer._fields {})
end

SslServer:_define_properties {
  --- With the certificate and the key that clients are shown.
  -- @property configuration
  configuration = {
    get = function(self)
      if not self._configuration then self._configuration = SslConfiguration.new() end
      return self._configuration
    end,
    set = function(self, configuration)
      self._configuration = SslConfiguration._check(configuration)
    end,
  },
}

-- `next_pending_connection` gives it in plain text, for `start_server_encryption` when the protocol
-- says so.
function SslServer:_new_socket()
  local socket = SslSocket.new()
  socket.configuration = self.configuration
  return socket
end

--- An SslSocket whose handshake has begun: `encrypted_handler` set on it now is called; nil if no
-- connection waits. A configuration that cannot be used has ended it already, which
-- `accept_error_handler` hears.
function SslServer:next_pending_secure_connection()
  local socket = self:next_pending_connection()
  if not socket then return nil end
  socket:start_server_encryption()
  if socket.mode == SslSocket.UNENCRYPTED_MODE then
    self._error_string = socket.error_string
    events.call(self, "accept_error_handler", socket.error)
  end
  return socket
end

--- The same, for `callback(server, socket)` in the next turn of the loop.
function SslServer:next_pending_secure_connection_async(callback)
  events.check_callback(callback)
  self:_hand_out(self.next_pending_secure_connection, callback)
end

return SslServer
