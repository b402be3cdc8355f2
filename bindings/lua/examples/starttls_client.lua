-- lua starttls_client.lua HOST PORT [CA.pem]
--
-- Asks a mail server (SMTP) in plain text to begin encryption, then what it can do, and prints that.

local net = require "rssl.net"

local host, port, ca_file = arg[1], tonumber(arg[2]), arg[3]
if not port then
  io.stderr:write "usage: starttls_client.lua HOST PORT [CA.pem]\n"
  os.exit(2)
end

local socket = net.SslSocket.new()
if ca_file then
  socket.configuration.ca_certificates = {}
  assert(socket.configuration:add_ca_certificates(ca_file))
end

local failed = false
local function fail(message)
  io.stderr:write(message, "\n")
  failed = true
  socket:abort()
end

-- Each step is what to do with the answer to the one before.
local steps = {
  function() socket:write_string "EHLO localhost\r\n" end,
  function(answer)
    if not answer:find "STARTTLS" then return fail "the server does not offer STARTTLS" end
    socket:write_string "STARTTLS\r\n"
  end,
  function() socket:start_client_encryption() end, -- what was answered in plain text is forgotten
  function(answer)
    io.write(answer)
    socket:write_string "QUIT\r\n"
  end,
  function() socket:disconnect() end,
}

local step, answer = 0, ""

socket.ready_read_handler = function()
  while socket.can_read_line do
    local line = socket:read_line_string()
    answer = answer .. line
    if not line:find "^%d%d%d%-" then -- the last line of an answer has no hyphen
      if not line:find "^[23]" then return fail(line) end
      local complete = answer
      answer, step = "", step + 1
      return steps[step](complete)
    end
  end
end
socket.encrypted_handler = function() socket:write_string "EHLO localhost\r\n" end
socket.error_handler = function() fail(socket.error_string) end
socket:connect(host, port, net.Stream.READ_WRITE_MODE)

net.run()
os.exit(failed and 1 or 0)
