---@meta rssl.net
-- For editors: rssl.net, event-driven sockets on libuv's loop.

---@class rssl.net
---@field Stream rssl.net.Stream
---@field TcpSocket rssl.net.TcpSocket
---@field SslSocket rssl.net.SslSocket
---@field SslConfiguration rssl.net.SslConfiguration
---@field SslCertificate rssl.net.SslCertificate
---@field SslKey rssl.net.SslKey
---@field SslEncoding rssl.net.SslEncoding
---@field SslError rssl.net.SslError
---@field TcpServer rssl.net.TcpServer
---@field SslServer rssl.net.SslServer
---@field iomodules {net: rssl.net, Stream: rssl.net.Stream}
local net = {}

---Runs the loop until nothing is left to do.
function net.run() end

function net.stop() end

---@param report fun(message: string, object: table)
function net.set_error_reporter(report) end

return net
