--- Event-driven sockets, plain and encrypted, on libuv's loop.
-- @module rssl.net

local uv = require "luv"

local events = require "rssl.net.events"

local net = {
  Stream = require "rssl.net.stream",
  TcpSocket = require "rssl.net.tcp_socket",
  SslSocket = require "rssl.net.ssl_socket",
  SslConfiguration = require "rssl.net.ssl_configuration",
  SslCertificate = require "rssl.net.ssl_certificate",
  SslKey = require "rssl.net.ssl_key",
  SslEncoding = require "rssl.net.ssl_encoding",
  SslError = require "rssl.net.ssl_error",
  TcpServer = require "rssl.net.tcp_server",
  SslServer = require "rssl.net.ssl_server",
}

--- For programs that say iomodules.net.SslSocket: `iomodules = require("rssl.net").iomodules`.
net.iomodules = {net = net, Stream = net.Stream}

--- Runs the loop until nothing is left to do, or until net.stop. A program that is inside a libuv
-- loop already, as in luvit or Neovim, calls neither.
function net.run() return uv.run() end

function net.stop() uv.stop() end

--- Sets what hears of errors raised in handlers: function(message, object). The message has a
-- traceback; the socket that the handler belongs to is closed. The default writes to stderr.
function net.set_error_reporter(report)
  if type(report) ~= "function" then error("the error reporter must be a function", 2) end
  events.report = report
end

return net
