-- Errors thrown in the handlers of encrypted sockets.

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

  describe("an error thrown inside", function()
    for _, name in ipairs {
      "encrypted", "mode_changed", "ssl_errors", "peer_verify_error", "ready_read", "bytes_written",
      "encrypted_bytes_written",
    } do
      it(name .. "_handler closes the socket, and leaves the loop alive", function()
        server = ssl_ends.echo_server(name:find "err" and "self-signed" or "server")
        local socket = ssl_ends.client()
        socket[name .. "_handler"] = function() error("thrown in " .. name) end
        socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        socket:write_string "hello"
        run_until(function() return #reports > 0 and socket.state == SslSocket.UNCONNECTED_STATE end)
        assert.truthy(reports[1]:find("thrown in " .. name, 1, true))
        assert.is_false(socket.encrypted)
        assert.is_false(socket.valid)
        local another = ssl_ends.client()
        another:ignore_ssl_errors()
        another:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        run_until(function() return another.encrypted end)
        another:abort()
      end)
    end

    it("accept_error_handler leaves the server alive", function()
      server = ssl_ends.echo_server()
      server.configuration.ciphers = "NOPE"
      server.accept_error_handler = function() error "thrown in accept_error" end
      local socket = ssl_ends.client()
      assert.equal(SslSocket.REMOTE_HOST_CLOSED_ERROR, ssl_ends.try_to_connect(socket, server))
      assert.truthy(reports[1]:find("thrown in accept_error", 1, true))
      server.configuration.ciphers = nil
      assert.is_nil(ssl_ends.try_to_connect(socket, server))
      socket:abort()
    end)

    it("a server's handlers closes that connection only", function()
      server = ssl_ends.server(function(s)
        s.ready_read_handler = function()
          if s:read_all_string() == "throw" then error "thrown" end
          s:write_string "fine"
        end
      end)
      local good, bad = ssl_ends.connected_client(server), ssl_ends.connected_client(server)
      bad:write_string "throw"
      run_until(function() return bad.state == SslSocket.UNCONNECTED_STATE end)
      good:write_string "talk"
      run_until(function() return good.bytes_available == 4 end)
      assert.equal(1, #reports)
    end)
  end)
end)
