-- Connections of rssl.net come and go, and leave nothing.

local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"
local resident_memory = require "resident_memory"
local ssl_ends = require "ssl_ends"

describe("rssl.net", function()
  teardown(loopback.clean)

  it("leaves memory flat over 10,000 connections", function()
    local server = ssl_ends.echo_server()
    local configuration = ssl_ends.configuration()
    local function connections(n)
      for _ = 1, n do
        local socket = net.SslSocket.new()
        socket.configuration = configuration
        socket.ready_read_handler = function() socket:disconnect() end
        socket:connect_encrypted("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
        socket:write_string "hello"
        event_loop.run_until(function() return socket.state == net.SslSocket.UNCONNECTED_STATE end)
        assert(socket.error == net.SslSocket.UNKNOWN_ERROR, socket.error_string)
      end
      return resident_memory()
    end
    local before = connections(1000)
    local after = connections(9000)
    assert.is_true(after - before < 4096, ("%d KiB became %d"):format(before, after))
    server:close()
    event_loop.clear()
  end)
end)
