-- lua encrypted_socket.lua HOST PORT [CA.pem]
--
-- The interface's first steps: connects, says a line, prints what comes back. Everybody whom the
-- operating system trusts is trusted, or the authorities in CA.pem.

local iomodules = require("rssl.net").iomodules
local net = iomodules.net

local host, port, ca_file = arg[1], tonumber(arg[2]), arg[3]
if not port then
  io.stderr:write "usage: encrypted_socket.lua HOST PORT [CA.pem]\n"
  os.exit(2)
end

local socket = iomodules.net.SslSocket.new()
if ca_file then
  socket.configuration.ca_certificates = {}
  assert(socket.configuration:add_ca_certificates(ca_file))
end
socket.encrypted_handler = function()
  -- start talking now that encryption has begun
  io.stderr:write(socket.session_protocol, " ", socket.session_cipher, "\n")
  socket:write_string "hello\n"
end
socket.ready_read_handler = function()
  if not socket.can_read_line then return end
  io.write(socket:read_line_string())
  socket:disconnect()
end
local failed = false
socket.error_handler = function()
  io.stderr:write(socket.error_string, "\n")
  failed = true
end
socket:connect_encrypted(host, port, net.Stream.READ_WRITE_MODE)

net.run()
os.exit(failed and 1 or 0)
