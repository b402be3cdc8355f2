-- Both ends of rssl.net for tests, with testca's certificates.

local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"

local ssl_ends = {}

function ssl_ends.read_file(name)
  local file = assert(io.open(loopback.certificate(name), "rb"))
  local contents = file:read "*a"
  file:close()
  return contents
end

local read_file = ssl_ends.read_file

--- The configuration of who has this identity, "server" for example; nil: none.
function ssl_ends.configuration(identity, authority)
  local configuration = net.SslConfiguration.new()
  if identity then
    configuration.local_certificate_chain = net.SslCertificate.from_data(read_file(identity .. ".pem"))
    configuration.private_key = net.SslKey.new(read_file(identity .. ".key"), net.SslKey.EC)
  end
  configuration.ca_certificates = {net.SslCertificate.new(read_file(authority or "ca.pem"))}
  return configuration
end

--- A server of identity "server" that gives each connection to accept(socket) as it comes.
function ssl_ends.server(accept, identity)
  local server = net.SslServer.new()
  server.configuration = ssl_ends.configuration(identity or "server")
  server.new_connection_handler = function() accept(server:next_pending_secure_connection()) end
  assert(server:listen(0, "127.0.0.1"), server.error_string)
  return server
end

function ssl_ends.echo_server(identity)
  return ssl_ends.server(function(socket)
    socket.ready_read_handler = function() socket:write_string(socket:read_all_string()) end
  end, identity)
end

function ssl_ends.client(identity)
  local socket = net.SslSocket.new()
  socket.configuration = ssl_ends.configuration(identity)
  return socket
end

--- A client that has connected to server, encrypted.
function ssl_ends.connected_client(server, identity)
  local socket = ssl_ends.client(identity)
  socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
  event_loop.run_until(function() return socket.encrypted end)
  return socket
end

--- Connects, until it is encrypted or over: the error that came, or nil.
function ssl_ends.try_to_connect(socket, server, host)
  local code
  socket.error_handler = function(_, e) code = e end
  socket:connect_encrypted(host or "localhost", server.port, net.Stream.READ_WRITE_MODE)
  event_loop.run_until(function()
    return socket.encrypted or socket.state == net.SslSocket.UNCONNECTED_STATE
  end)
  return code
end

return ssl_ends
