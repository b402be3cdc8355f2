-- lua chat_client.lua HOST PORT [CA.pem]
--
-- Says what is typed, prints what others say. Ends with the input.

local net = require "rssl.net"
local uv = require "luv"

local host, port, ca_file = arg[1], tonumber(arg[2]), arg[3]
if not port then
  io.stderr:write "usage: chat_client.lua HOST PORT [CA.pem]\n"
  os.exit(2)
end

local socket = net.SslSocket.new()
if ca_file then
  socket.configuration.ca_certificates = {}
  assert(socket.configuration:add_ca_certificates(ca_file))
end

local input
if uv.guess_handle(0) == "tty" then
  input = uv.new_tty(0, true)
else
  input = uv.new_pipe(false)
  input:open(0)
end

local failed = false
socket.encrypted_handler = function()
  input:read_start(function(_, text)
    if text then socket:write_string(text) else socket:disconnect() end
  end)
end
socket.ready_read_handler = function()
  io.write(socket:read_all_string())
  io.flush()
end
socket.error_handler = function()
  io.stderr:write(socket.error_string, "\n")
  failed = true
end
socket.state_changed_handler = function(_, state)
  if state == socket.UNCONNECTED_STATE then input:close() end
end
socket:connect_encrypted(host, port, net.Stream.READ_WRITE_MODE)

net.run()
os.exit(failed and 1 or 0)
