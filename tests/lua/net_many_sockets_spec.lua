-- Many sockets in one loop.

local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"
local ssl_ends = require "ssl_ends"

local run_until = event_loop.run_until
local SslSocket = net.SslSocket

describe("rssl.net", function()
  local server, reports

  before_each(function()
    reports = {}
    net.set_error_reporter(function(message) reports[#reports + 1] = message end)
  end)

  after_each(function()
    if server then server:close() end
    event_loop.clear()
  end)

  teardown(loopback.clean)

  it("has 500 sockets in one loop", function()
    server = ssl_ends.echo_server()
    server.max_pending_connections = 1000
    local echoed, sockets = 0, {}
    local configuration = ssl_ends.configuration()
    for i = 1, 250 do
      local socket = SslSocket.new()
      sockets[i] = socket
      socket.configuration = configuration
      local message = ("message of %d "):format(i):rep(100)
      socket.ready_read_handler = function()
        if socket.bytes_available < #message then return end
        assert(socket:read_all_string() == message)
        echoed = echoed + 1
      end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      socket:write_string(message)
    end
    run_until(function() return echoed == 250 end)
    for _, socket in ipairs(sockets) do
      assert.is_true(socket.encrypted)
      socket:disconnect()
    end
    run_until(function()
      for _, socket in ipairs(sockets) do
        if socket.state ~= SslSocket.UNCONNECTED_STATE then return false end
      end
      return true
    end)
    assert.same({}, reports)
  end)
end)
