-- lua chat_server.lua CERTIFICATE.pem KEY.pem [PORT [ADDRESS]]
--
-- Passes each line that somebody says on to all the others. The port is written to standard output.

local net = require "rssl.net"

local LONGEST_LINE = 4096
local MOST_UNREAD = 1048576 -- bytes that wait for one who does not read

local cert_file, key_file, port, address = arg[1], arg[2], tonumber(arg[3] or 0), arg[4]
if not key_file or not port then
  io.stderr:write "usage: chat_server.lua CERTIFICATE.pem KEY.pem [PORT [ADDRESS]]\n"
  os.exit(2)
end

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local contents = file:read "*a"
  file:close()
  return contents
end

local server = net.SslServer.new()
local configuration = server.configuration
configuration.local_certificate_chain = net.SslCertificate.from_data(read_file(cert_file))
local key = read_file(key_file)
for _, algorithm in ipairs {net.SslKey.EC, net.SslKey.RSA, net.SslKey.ED25519} do
  configuration.private_key = net.SslKey.new(key, algorithm)
  if not configuration.private_key.null then break end
end
configuration.peer_verify_mode = net.SslConfiguration.VERIFY_NONE -- nobody is asked for a certificate

local members, count = {}, 0

local function tell(sender, text)
  for member in pairs(members) do
    if member ~= sender then
      if member.bytes_to_write > MOST_UNREAD then member:abort() else member:write_string(text) end
    end
  end
end

local function join(socket)
  count = count + 1
  local name = "guest " .. count
  socket.encrypted_handler = function()
    members[socket] = name
    socket:write_string("you are " .. name .. "\n")
    tell(socket, name .. " joined\n")
  end
  socket.ready_read_handler = function()
    while socket.can_read_line do tell(socket, name .. ": " .. socket:read_line_string()) end
    if socket.bytes_available > LONGEST_LINE then socket:abort() end
  end
  socket.error_handler = function()
    if not socket.encrypted then io.stderr:write(name, ": ", socket.error_string, "\n") end
  end
  socket.disconnected_handler = function()
    if not members[socket] then return end
    members[socket] = nil
    tell(socket, name .. " left\n")
  end
end

server.new_connection_handler = function()
  while server.has_pending_connections do join(server:next_pending_secure_connection()) end
end

if not server:listen(port, address) then
  io.stderr:write(server.error_string, "\n")
  os.exit(1)
end
print(server.port)
io.stdout:flush()
net.run()
