-- net.SslSocket as a stream: what is read and written once it is encrypted.

local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"
local ssl_ends = require "ssl_ends"

local SslSocket = net.SslSocket
local run_until = event_loop.run_until

describe("net.SslSocket", function()
  local reports, server, socket

  before_each(function()
    reports = {}
    net.set_error_reporter(function(message) reports[#reports + 1] = message end)
    server = nil
  end)

  after_each(function()
    if server then server:close() end
    if socket then socket:abort() end
    event_loop.clear()
    assert.same({}, reports)
  end)

  teardown(loopback.clean)

  describe("reading and writing", function()
    it("carries 16 MiB there and back, with bytes_written_handler for all of it", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local piece = {}
      for i = 1, 65536 do piece[i] = string.char(i % 251) end
      local sent = table.concat(piece):rep(256)
      local received, written, most = {}, 0, 0
      local length = 0
      socket.ready_read_handler = function()
        most = math.max(most, socket.encrypted_bytes_to_write)
        local data = socket:read_all_string()
        length = length + #data
        received[#received + 1] = data
      end
      socket.bytes_written_handler = function(_, n) written = written + n end
      assert.equal(#sent, socket:write_string(sent))
      run_until(function() return length == #sent and written == #sent end)
      assert.is_true(table.concat(received) == sent)
      assert.equal(0, socket.bytes_to_write)
      assert.is_true(most < 1048576, "all was encrypted at once")
    end)

    it("reads strings, bytes and lines, and peeks", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      socket:write_bytes {104, 105, 10}
      socket:write "second\nrest"
      run_until(function() return socket.bytes_available == 14 end)
      assert.is_true(socket.can_read_line)
      assert.same({104, 105}, socket:peek_bytes(2))
      assert.equal("hi", socket:peek_string(2))
      assert.equal("hi\n", socket:read_line_string())
      assert.equal("sec", socket:read_line_string(3))
      assert.same({111, 110, 100, 10}, socket:read_line_bytes())
      assert.is_false(socket.can_read_line)
      assert.same({114}, socket:read_bytes(1))
      assert.equal("est", socket:read_all())
      assert.is_true(socket.at_end)
      assert.equal("", socket:read_string())
      assert.same({}, socket:read_bytes())
      assert.is_false(socket:seek(1))
      assert.is_false(socket:reset())
      assert.equal(0, socket.pos)
      assert.is_true(socket.sequential)
    end)

    it("pauses at read_buffer_size", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      socket.read_buffer_size = 100000
      socket:write_string(("x"):rep(3000000))
      run_until(function() return socket.bytes_available >= 100000 end)
      event_loop.run_for(200)
      assert.is_true(socket.bytes_available < 400000)
      local total = 0
      socket.ready_read_handler = function() total = total + #socket:read_all_string() end
      total = total + #socket:read_all_string()
      run_until(function() return total == 3000000 end)
    end)

    it("calls encrypted_bytes_written_handler with what goes over the wire", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local wire = 0
      socket.encrypted_bytes_written_handler = function(_, n) wire = wire + n end
      socket:write_string(("x"):rep(1000))
      run_until(function() return wire > 1000 end)
    end)

    it("has a twin of each method for the next turn of the loop", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local seen = {}
      socket:write_string_async("abc", function(s, n, err) seen[1] = {s == socket, n, err} end)
      assert.same({}, seen)
      run_until(function() return socket.bytes_available == 3 end)
      socket:read_string_async(2, function(_, data) seen[2] = data end)
      socket:read_all_string_async(function(_, data) seen[3] = data end)
      run_until(function() return seen[3] end)
      assert.same({{true, 3}, "ab", "c"}, seen)
    end)

    it("has twins that pass what their methods return", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      socket:write_string "one\ntwo\nthree\nrest"
      run_until(function() return socket.bytes_available == 18 end)
      local seen = {}
      local function twin(name, ...)
        local arguments, n = {...}, select("#", ...)
        local place = #seen + 1
        seen[place] = "nothing yet"
        arguments[n + 1] = function(s, result, err)
          assert(s == socket)
          seen[place] = {result, err}
        end
        socket[name .. "_async"](socket, (table.unpack or unpack)(arguments)) -- luacheck: ignore
      end
      twin("peek_string", 3)
      twin("peek_bytes", 2)
      twin("peek", 1)
      twin "read_line_string"
      twin("read_line_bytes", 2)
      twin("read_bytes", 2)
      twin "read_line"
      twin("read", 2)
      twin("seek", 0)
      twin "reset"
      twin("write_bytes", {104, 105})
      twin("write", "!")
      twin("open", net.Stream.READ_ONLY_MODE)
      twin("write_string", "refused")
      twin "read_all_bytes"
      twin "read_all"
      run_until(function() return type(seen[#seen]) == "table" end)
      assert.same({
        {"one"}, {{111, 110}}, {"o"}, {"one\n"}, {{116, 119}}, {{111, 10}}, {"three\n"}, {"re"},
        {false, ""}, {false, ""}, {2}, {1}, {true}, {0, "the stream is not open for writing"},
        {{115, 116}}, {""},
      }, seen)
      twin "close"
      run_until(function() return socket.state == SslSocket.UNCONNECTED_STATE end)
      assert.same({}, seen[#seen])
      assert.is_function(socket.bind_async)
    end)

    it("is handed to a callback by its server", function()
      server = net.SslServer.new()
      server.configuration = ssl_ends.configuration "server"
      local seen
      server.new_connection_handler = function()
        server:next_pending_secure_connection_async(function(s, accepted)
          assert(s == server)
          seen = {accepted.mode, accepted.encrypted}
          accepted:write_string "welcome"
        end)
      end
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.connected_client(server)
      run_until(function() return socket.bytes_available == 7 end)
      assert.same({SslSocket.SSL_SERVER_MODE, false}, seen)
      local nobody
      server:next_pending_secure_connection_async(function(_, accepted) nobody = accepted == nil end)
      run_until(function() return nobody ~= nil end)
      assert.is_true(nobody)
    end)

    it("respects the open mode", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.client()
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_ONLY_MODE)
      run_until(function() return socket.encrypted end)
      assert.is_false(socket.writable)
      assert.equal(0, socket:write_string "x")
      assert.truthy(socket.error_string:find "writing")
      assert.is_true(socket:open(net.Stream.WRITE_ONLY_MODE))
      assert.equal(1, socket:write_string "x")
      event_loop.run_for(100)
      assert.equal("", socket:read_all_string())
    end)
  end)
end)
