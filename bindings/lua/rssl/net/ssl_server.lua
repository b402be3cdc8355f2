--- Accepts encrypted connections.
-- @classmod SslServer

local SslConfiguration = require "rssl.net.ssl_configuration"
local SslSocket = require "rssl.net.ssl_socket"
local TcpServer = require "rssl.net.tcp_server"
local class = require "rssl.net.class"
local events = require "rssl.net.events"

local SslServer = class.define("SslServer", TcpServer)

function SslServer.new()
  return class.instance(SslServer, TcpServer._fields {})
end

SslServer:_define_properties {
  -- With the certificate and the key that clients are shown.
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

--- An SslSocket in plain text, for `start_server_encryption` when the protocol says so; nil if no
-- connection waits.
function SslServer:next_pending_connection()
  local client = self:_next_pending()
  if not client then return nil end
  local socket = SslSocket.new()
  socket.configuration = self.configuration
  socket:_adopt(client)
  return socket
end

--- An SslSocket whose handshake has begun: `encrypted_handler` set on it now is called; nil if no
-- connection waits.
function SslServer:next_pending_secure_connection()
  local socket = self:next_pending_connection()
  if socket then socket:start_server_encryption() end
  return socket
end

function SslServer:next_pending_secure_connection_async(callback)
  events.post(self, callback, self:next_pending_secure_connection())
end

return SslServer
