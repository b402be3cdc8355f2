-- net.SslSocket: its page, in order and by name, and what it has beyond that.

local uv = require "luv"

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

  local function disconnected(s)
    return function() return s.state == SslSocket.UNCONNECTED_STATE end
  end

  local function try_to_connect(s, host) return ssl_ends.try_to_connect(s, server, host) end

  it("is a TcpSocket and a Stream", function()
    socket = SslSocket.new()
    assert.equal(net.TcpSocket.new().state, socket.state)
    assert.equal(SslSocket.READ_WRITE_MODE, net.Stream.READ_WRITE_MODE)
    assert.equal(socket.READ_WRITE_MODE, 3)
    assert.equal(socket.CONNECTED_STATE, net.TcpSocket.CONNECTED_STATE)
    assert.equal("SslSocket", tostring(socket):match "^%a+")
  end)

  it("is reached by both spellings", function()
    local iomodules = net.iomodules
    assert.equal(SslSocket, iomodules.net.SslSocket)
    assert.equal(net.Stream, iomodules.Stream)
    assert.equal(net.Stream, iomodules.net.Stream)
  end)

  it("has the documented values", function()
    local values = {
      UNENCRYPTED_MODE = 0, SSL_CLIENT_MODE = 1, SSL_SERVER_MODE = 2,
      VERIFY_NONE = 0, QUERY_PEER = 1, VERIFY_PEER = 2, AUTO_VERIFY_PEER = 3,
    }
    socket = SslSocket.new()
    for name, value in pairs(values) do
      assert.equal(value, SslSocket[name], name)
      assert.equal(value, socket[name], name)
    end
    assert.is_true(SslSocket.supports_ssl())
    assert.truthy(SslSocket.ssl_library_version_string():find "librssl")
  end)

  it("starts unencrypted, with a default configuration", function()
    socket = SslSocket.new()
    assert.is_false(socket.encrypted)
    assert.equal(SslSocket.UNENCRYPTED_MODE, socket.mode)
    assert.equal(SslSocket.AUTO_VERIFY_PEER, socket.peer_verify_mode)
    assert.equal(socket.configuration, socket.configuration)
    assert.is_nil(socket.peer_certificate)
    assert.same({}, socket.peer_certificate_chain)
    assert.same({}, socket.ssl_errors)
    assert.equal("", socket.peer_verify_name)
  end)

  it("refuses assignment to read-only properties, and to handlers that it does not have", function()
    socket = SslSocket.new()
    for _, name in ipairs {
      "encrypted", "mode", "state", "error", "error_string", "bytes_available", "bytes_to_write", "is_open",
      "open_mode", "peer_certificate", "peer_certificate_chain", "session_cipher", "session_protocol",
      "ssl_errors", "local_port", "remote_address", "valid", "readable", "writable", "writeable",
      "encrypted_bytes_available", "encrypted_bytes_to_write", "next_negotiated_protocol",
    } do
      assert.has_error(function() socket[name] = 1 end, "SslSocket." .. name .. " is read-only")
    end
    assert.has_error(function() socket.encryptd_handler = print end)
    assert.has_error(function() socket.encrypted_handler = 1 end)
    assert.has_error(function() socket.configuration = {} end)
    assert.has_error(function() socket.peer_verify_mode = 7 end)
    assert.has_error(function() socket.peer_verify_name = 7 end)
    socket.encrypted_handler = print
    assert.equal(print, socket.encrypted_handler)
    socket.encrypted_handler = nil
    assert.is_nil(socket.encrypted_handler)
    socket.anything_else = 1
    assert.equal(1, socket.anything_else)
  end)

  it("runs the page's own snippet, with the default configuration", function()
    uv.os_setenv("SSL_CERT_FILE", loopback.certificate "ca.pem")
    server = ssl_ends.echo_server()
    local code = ([[
      socket = iomodules.net.SslSocket.new()
      socket.encrypted_handler = function()
          -- start talking now that encryption has begun
          began()
      end
      socket:connect_encrypted("HOST", PORT, net.Stream.READ_WRITE_MODE)]])
      :gsub("HOST", "localhost"):gsub("PORT", tostring(server.port))
    local began = false
    local environment = {iomodules = net.iomodules, net = net, began = function() began = true end}
    local set_environment = rawget(_G, "setfenv")
    local chunk = assert((rawget(_G, "loadstring") or load)(code, "page", "t", environment))
    if set_environment then set_environment(chunk, environment) end
    chunk()
    run_until(function() return began end)
    socket = environment.socket
    assert.is_true(socket.encrypted)
  end)

  describe("connect_encrypted", function()
    it("walks HOST_LOOKUP, CONNECTING and CONNECTED, shakes hands, and calls encrypted_handler", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.client()
      local seen = {}
      local function note(...) seen[#seen + 1] = table.concat({...}, " ") end
      socket.state_changed_handler = function(s, state)
        assert(s == socket and s.state == state)
        note("state", state)
      end
      socket.host_found_handler = function() note "host found" end
      socket.connected_handler = function() note("connected", tostring(socket.encrypted)) end
      socket.mode_changed_handler = function(s, mode) note("mode", mode, tostring(s.mode == mode)) end
      socket.encrypted_handler = function(s) note("encrypted", tostring(s.encrypted)) end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      assert.equal(SslSocket.HOST_LOOKUP_STATE, socket.state)
      run_until(function() return socket.encrypted end)
      assert.same({
        "state 1", "host found", "state 2", "state 3", "connected false", "mode 1 true", "encrypted true",
      }, seen)
      assert.equal("TLSv1.3", socket.session_protocol)
      assert.truthy(socket.session_cipher)
      assert.equal("127.0.0.1", socket.remote_address)
      assert.equal(server.port, socket.remote_port)
      assert.is_true(socket.local_port > 0)
      assert.is_true(socket.valid and socket.is_open and socket.readable and socket.writable)
    end)

    it("queues what is written before, and sends it after encrypted_handler", function()
      local received, encrypted = "", false
      server = ssl_ends.server(function(s)
        s.ready_read_handler = function() received = received .. s:read_all_string() end
      end)
      socket = ssl_ends.client()
      local at_encryption, written = nil, 0
      socket.connected_handler = function() socket:write_string "two " end
      socket.encrypted_handler = function()
        encrypted, at_encryption = true, socket.bytes_to_write
        socket:write_string "three"
      end
      socket.bytes_written_handler = function(_, n)
        assert(encrypted, "written before the encryption")
        written = written + n
      end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      assert.equal(4, socket:write_string "one ")
      assert.equal(4, socket.bytes_to_write)
      run_until(function() return #received == 13 and written == 13 end)
      assert.equal("one two three", received)
      assert.equal(8, at_encryption)
      assert.equal(0, socket.bytes_to_write)
    end)

    it("is refused while a connection is there, with OPERATION_ERROR", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local code
      socket.error_handler = function(_, e) code = e end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      assert.equal(SslSocket.OPERATION_ERROR, code)
      assert.is_true(socket.encrypted)
    end)

    it("can be called again when the connection is over", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      socket:disconnect()
      run_until(disconnected(socket))
      assert.is_nil(try_to_connect(socket))
      assert.is_true(socket.encrypted)
    end)

    it("can be called again from every handler that hears of the end", function()
      server = ssl_ends.server(function(s) s.encrypted_handler = function() s:disconnect() end end)
      for _, name in ipairs {"state_changed", "mode_changed", "disconnected"} do
        local s, encrypted, again = ssl_ends.client(), 0, false
        s.encrypted_handler = function() encrypted = encrypted + 1 end
        s[name .. "_handler"] = function()
          if s.state ~= SslSocket.UNCONNECTED_STATE or again then return end
          again = true
          s:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        end
        s:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        run_until(function() return encrypted == 2 end)
        s:abort()
      end
    end)

    it("can be called again from error_handler after abort", function()
      server = ssl_ends.echo_server()
      local listener = net.TcpServer.new()
      assert(listener:listen(0, "127.0.0.1"))
      local unused = listener.port
      listener:close()
      socket = ssl_ends.client()
      socket.error_handler = function()
        socket:abort()
        socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      end
      socket:connect_encrypted("127.0.0.1", unused, net.Stream.READ_WRITE_MODE)
      run_until(function() return socket.encrypted end)
    end)

    it("refuses a destination that is none", function()
      socket = SslSocket.new()
      assert.has_error(function() socket:connect_encrypted(nil, 1) end)
      assert.has_error(function() socket:connect_encrypted("localhost", 70000) end)
      assert.has_error(function() socket:connect_encrypted("localhost", "x") end)
      assert.has_error(function() socket:connect_encrypted("localhost\0.evil", 1) end)
    end)
  end)

  describe("start_client_encryption", function()
    it("has no effect unless CONNECTED and UNENCRYPTED", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.client()
      local modes = 0
      socket.mode_changed_handler = function() modes = modes + 1 end
      socket:start_client_encryption()
      assert.equal(SslSocket.UNENCRYPTED_MODE, socket.mode)
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      socket:start_client_encryption()
      assert.equal(SslSocket.UNENCRYPTED_MODE, socket.mode)
      run_until(function() return socket.encrypted end)
      socket:start_client_encryption()
      socket:start_server_encryption()
      assert.equal(SslSocket.SSL_CLIENT_MODE, socket.mode)
      assert.equal(1, modes)
    end)

    it("encrypts later what began in plain text: STARTTLS, on both sides", function()
      local server_log = {}
      server = net.SslServer.new()
      server.configuration = ssl_ends.configuration "server"
      server.new_connection_handler = function()
        local s = server:next_pending_connection()
        s:write_string "220 ready\r\n"
        s.ready_read_handler = function()
          if s.encrypted then return s:write_string("secret: " .. s:read_all_string()) end
          if not s.can_read_line then return end
          server_log[#server_log + 1] = s:read_line_string()
          s:write_string "220 go\r\n"
          s:start_server_encryption()
        end
      end
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.client()
      local log = {}
      socket.ready_read_handler = function()
        if socket.encrypted then
          log[#log + 1] = socket:read_all_string()
          return
        end
        while socket.can_read_line do
          local line = socket:read_line_string()
          log[#log + 1] = line
          if line == "220 ready\r\n" then socket:write_string "STARTTLS\r\n" end
          if line == "220 go\r\n" then socket:start_client_encryption() end
        end
      end
      socket.encrypted_handler = function() socket:write_string "hello" end
      socket:connect("localhost", server.port, net.Stream.READ_WRITE_MODE)
      run_until(function() return #log == 3 end)
      assert.same({"220 ready\r\n", "220 go\r\n", "secret: hello"}, log)
      assert.same({"STARTTLS\r\n"}, server_log)
    end)

    it("refuses what was slipped in behind the answer to STARTTLS", function()
      server = net.SslServer.new()
      server.new_connection_handler = function()
        server:next_pending_connection():write_string "220 go\r\nINJECTED\r\n"
      end
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.client()
      local code
      socket.error_handler = function(_, e) code = e end
      socket.ready_read_handler = function()
        socket:read_line_string()
        socket:start_client_encryption()
      end
      socket:connect("localhost", server.port, net.Stream.READ_WRITE_MODE)
      run_until(disconnected(socket))
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, code)
      assert.is_false(socket.encrypted)
    end)
  end)

  describe("ending", function()
    it("disconnect sends what was written, then goes CLOSING to UNCONNECTED and back to plain", function()
      local received, server_errors = 0, {}
      server = ssl_ends.server(function(s)
        s.ready_read_handler = function() received = received + #s:read_all_string() end
        s.error_handler = function(_, e) server_errors[#server_errors + 1] = {e, s.state} end
      end)
      socket = ssl_ends.connected_client(server)
      local seen = {}
      socket.state_changed_handler = function(_, state) seen[#seen + 1] = "state " .. state end
      socket.mode_changed_handler = function(_, mode) seen[#seen + 1] = "mode " .. mode end
      socket.disconnected_handler = function(s)
        seen[#seen + 1] = "disconnected " .. tostring(s.encrypted)
      end
      socket:write_string(("x"):rep(1000000))
      socket:disconnect()
      assert.equal(SslSocket.CLOSING_STATE, socket.state)
      assert.equal(0, socket:write_string "late")
      run_until(function() return #seen == 4 and #server_errors == 1 end)
      assert.same({"state 6", "state 0", "mode 0", "disconnected false"}, seen)
      assert.equal(1000000, received)
      assert.same({{SslSocket.REMOTE_HOST_CLOSED_ERROR, SslSocket.CONNECTED_STATE}}, server_errors)
      assert.truthy(socket.peer_certificate)
    end)

    it("by the peer is REMOTE_HOST_CLOSED while CONNECTED, then disconnected_handler", function()
      server = ssl_ends.server(function(s)
        s.encrypted_handler = function()
          s:write_string "bye"
          s:disconnect()
        end
      end)
      socket = ssl_ends.client()
      local seen = {}
      socket.ready_read_handler = function() seen[#seen + 1] = "read" end
      socket.error_handler = function(s, e) seen[#seen + 1] = ("error %d %d"):format(e, s.state) end
      socket.disconnected_handler = function() seen[#seen + 1] = "disconnected" end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      run_until(function() return #seen == 3 end)
      assert.same({"read", "error 1 3", "disconnected"}, seen)
      assert.is_true(socket.readable)
      assert.equal("bye", socket:read_all_string())
      assert.is_false(socket.is_open)
    end)

    it("abort drops everything at once", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local over = false
      socket.disconnected_handler = function() over = true end
      socket:write_string(("x"):rep(1000000))
      socket:abort()
      assert.is_true(over)
      assert.equal(SslSocket.UNCONNECTED_STATE, socket.state)
      assert.equal(0, socket.bytes_to_write)
      assert.equal(0, socket.remote_port)
      assert.equal("", socket.remote_address)
    end)

    it("abort during each stage of connecting leaves nothing behind", function()
      server = ssl_ends.echo_server()
      for _, stage in ipairs {"host_found", "connected", "state_changed", "mode_changed", "encrypted"} do
        local s = ssl_ends.client()
        local encrypted = false
        s.encrypted_handler = function() encrypted = true end
        s[stage .. "_handler"] = function() s:abort() end
        s:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        run_until(disconnected(s))
        event_loop.run_for(20)
        assert.is_false(encrypted)
        assert.equal(SslSocket.UNENCRYPTED_MODE, s.mode)
      end
    end)

    it("close calls about_to_close_handler first", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local seen = {}
      socket.about_to_close_handler = function(s) seen[#seen + 1] = s.state end
      socket:close()
      run_until(disconnected(socket))
      socket:close()
      assert.same({SslSocket.CONNECTED_STATE}, seen)
      assert.is_false(socket.is_open)
    end)
  end)
end)
