-- One measurement of LuaSec's interface: lua ends.lua luasec|rssl WHAT DIRECTORY
--
-- Client and server are in one process, joined by a loopback connection, and time is the CPU's, so
-- that other programs disturb little. DIRECTORY has ca.pem, server.pem and server.key. Prints
-- microseconds for a message and its answer, megabytes a second, or microseconds for a handshake.

local library, what, directory = arg[1], arg[2], arg[3]
if library == "rssl" then require("rssl.compat.luasec").install() end
local socket = require "socket"
local ssl = require "ssl"

local server_ctx = assert(ssl.newcontext {
  mode = "server", protocol = "any", certificate = directory .. "/server.pem",
  key = directory .. "/server.key", options = "all" })
local client_ctx = assert(ssl.newcontext {
  mode = "client", protocol = "any", verify = "peer", cafile = directory .. "/ca.pem",
  options = "all" })

local listener = assert(socket.bind("127.0.0.1", 0))
local _, port = listener:getsockname()

local function connected()
  local client = assert(socket.connect("127.0.0.1", port))
  local server = assert(listener:accept())
  client:setoption("tcp-nodelay", true)
  server:setoption("tcp-nodelay", true)
  return client, server
end

-- What the two ends of a handshake cost, without the connection underneath.
local function handshake(client, server)
  local began = os.clock()
  client, server = assert(ssl.wrap(client, client_ctx)), assert(ssl.wrap(server, server_ctx))
  client:settimeout(0)
  server:settimeout(0)
  local client_done, server_done
  repeat
    client_done = client_done or client:dohandshake()
    server_done = server_done or server:dohandshake()
  until client_done and server_done
  return client, server, os.clock() - began
end

local measure = {}

function measure.handshakes()
  local count, seconds = 300, 0
  for _ = 1, count do
    local client, server, took = handshake(connected())
    seconds = seconds + took
    client:close()
    server:close()
  end
  return seconds / count * 1e6
end

function measure.messages()
  local client, server = handshake(connected())
  client:settimeout(10)
  server:settimeout(10)
  local message, count = ("x"):rep(64), 30000
  local began = os.clock()
  for _ = 1, count do
    client:send(message)
    server:receive(64)
    server:send(message)
    client:receive(64)
  end
  return (os.clock() - began) / count * 1e6
end

function measure.bulk()
  local client, server = handshake(connected())
  client:settimeout(10)
  server:settimeout(10)
  local block, count = ("x"):rep(16384), 20000
  local began = os.clock()
  for _ = 1, count do
    client:send(block)
    server:receive(16384)
  end
  return 16384 * count / (os.clock() - began) / 1e6
end

print(measure[what]())
