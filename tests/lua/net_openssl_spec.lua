-- rssl.net against OpenSSL's s_client and s_server, both directions.

local uv = require "luv"

local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"
local openssl_process = require "openssl_process"
local ssl_ends = require "ssl_ends"

local certificate = loopback.certificate
local run_until = event_loop.run_until
local SslSocket = net.SslSocket

describe("rssl.net and OpenSSL", function()
  local process, server, socket, reports

  before_each(function()
    reports = {}
    net.set_error_reporter(function(message) reports[#reports + 1] = message end)
  end)

  after_each(function()
    if socket then socket:abort() end
    if server then server:close() end
    if process then process:stop() end
    process, server, socket = nil, nil, nil
    event_loop.clear()
    assert.same({}, reports)
  end)

  teardown(loopback.clean)

  local function s_server(...)
    process = openssl_process.server(certificate "server.pem", certificate "server.key",
      "-cert_chain", certificate "server.pem", ...)
    return process
  end

  local function s_client(...)
    process = openssl_process.client(server.port, "-CAfile", certificate "ca.pem", "-verify_return_error",
      "-verify_hostname", "localhost", "-servername", "localhost", ...)
    return process
  end

  for _, version in ipairs {"-tls1_2", "-tls1_3"} do
    it("talk, as client and s_server " .. version, function()
      s_server("-rev", version)
      socket = ssl_ends.client()
      socket:connect_encrypted("localhost", process.port, net.Stream.READ_WRITE_MODE)
      socket:write_string "hello\n"
      run_until(function() return socket.can_read_line end)
      assert.equal("olleh\n", socket:read_line_string())
      assert.equal(version == "-tls1_2" and "TLSv1.2" or "TLSv1.3", socket.session_protocol)
    end)

    it("talk, as server and s_client " .. version, function()
      server = ssl_ends.echo_server()
      s_client(version)
      process:write "hello\n"
      run_until(function() return process.output == "hello\n" end)
    end)

    it("use client certificates, as client and s_server " .. version, function()
      s_server("-rev", "-Verify", "3", "-verify_return_error", "-CAfile", certificate "ca.pem", version)
      socket = ssl_ends.client "client"
      socket:connect_encrypted("localhost", process.port, net.Stream.READ_WRITE_MODE)
      socket:write_string "hello\n"
      run_until(function() return socket.can_read_line end)
      assert.equal("olleh\n", socket:read_line_string())
    end)

    it("refuse a missing client certificate, as client and s_server " .. version, function()
      s_server("-rev", "-Verify", "3", "-verify_return_error", "-CAfile", certificate "ca.pem", version)
      socket = ssl_ends.client()
      local message
      socket.error_handler = function(s) message = s.error_string end
      socket:connect_encrypted("localhost", process.port, net.Stream.READ_WRITE_MODE)
      run_until(function() return socket.state == SslSocket.UNCONNECTED_STATE end)
      assert.truthy(message:find "alert")
    end)

    it("use client certificates, as server and s_client " .. version, function()
      local subject
      server = ssl_ends.server(function(s)
        s.encrypted_handler = function() subject = s.peer_certificate.subject_info.commonName end
        s.ready_read_handler = function() s:write_string(s:read_all_string()) end
      end)
      server.configuration.peer_verify_mode = SslSocket.VERIFY_PEER
      s_client("-cert", certificate "client.pem", "-key", certificate "client.key",
        "-cert_chain", certificate "client.pem", version)
      process:write "hello\n"
      run_until(function() return process.output == "hello\n" end)
      assert.equal(net.SslCertificate.new(ssl_ends.read_file "client.pem").subject_info.commonName, subject)
    end)

    it("refuse a missing client certificate, as server and s_client " .. version, function()
      local code
      server = ssl_ends.server(function(s) s.error_handler = function(_, e) code = e end end)
      server.configuration.peer_verify_mode = SslSocket.VERIFY_PEER
      s_client(version)
      run_until(function() return code and process.code end)
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, code)
    end)
  end

  local MIB_16 = ("0123456789abcdef"):rep(65536):rep(16)

  it("echo 16 MiB, as client and s_server", function()
    s_server "-quiet"
    -- What s_server receives comes out of it, and goes in again.
    process.on_output = function(chunk) process:write(chunk) end
    socket = ssl_ends.client()
    local pieces, length = {}, 0
    socket.ready_read_handler = function()
      local data = socket:read_all_string()
      pieces[#pieces + 1], length = data, length + #data
    end
    socket:connect_encrypted("localhost", process.port, net.Stream.READ_WRITE_MODE)
    socket:write_string(MIB_16)
    run_until(function() return length == #MIB_16 end)
    assert.is_true(table.concat(pieces) == MIB_16)
  end)

  it("echo 16 MiB, as server and s_client", function()
    server = ssl_ends.echo_server()
    s_client()
    local pieces, length = {}, 0
    process.on_output = function(chunk) pieces[#pieces + 1], length = chunk, length + #chunk end
    process:write(MIB_16)
    run_until(function() return length == #MIB_16 end)
    assert.is_true(table.concat(pieces) == MIB_16)
  end)

  it("begin with STARTTLS, as server and s_client", function()
    local encrypted = false
    server = net.SslServer.new()
    server.configuration = ssl_ends.configuration "server"
    server.new_connection_handler = function()
      local s = server:next_pending_connection()
      s:write_string "220 ready\r\n"
      s.encrypted_handler = function() encrypted = true end
      s.ready_read_handler = function()
        while not encrypted and s.can_read_line do
          local line = s:read_line_string()
          if line:find "^EHLO" then s:write_string "250-here\r\n250 STARTTLS\r\n" end
          if line:find "^STARTTLS" then
            s:write_string "220 go ahead\r\n"
            return s:start_server_encryption()
          end
        end
        if encrypted then s:write_string(s:read_all_string():upper()) end
      end
    end
    assert(server:listen(0, "127.0.0.1"))
    s_client("-starttls", "smtp")
    process:write "hello\n"
    run_until(function() return process.output:find "HELLO\n" end)
  end)

  it("begin with STARTTLS, as client and s_server behind a plain greeting", function()
    s_server "-rev"
    -- Speaks the plain part itself, then passes on to s_server what comes and goes.
    server = net.TcpServer.new()
    server.new_connection_handler = function()
      local near, far = server:next_pending_connection(), net.TcpSocket.new()
      near:write_string "220 ready\r\n"
      near.ready_read_handler = function()
        assert(near:read_line_string() == "STARTTLS\r\n")
        near.ready_read_handler = function() far:write_string(near:read_all_string()) end
        far.ready_read_handler = function() near:write_string(far:read_all_string()) end
        far.connected_handler = function() near:write_string "220 go\r\n" end
        far:connect("127.0.0.1", process.port, net.Stream.READ_WRITE_MODE)
      end
    end
    assert(server:listen(0, "127.0.0.1"))
    socket = ssl_ends.client()
    local answers, reply = 0, nil
    socket.ready_read_handler = function()
      if socket.encrypted then
        if socket.can_read_line then reply = socket:read_line_string() end
        return
      end
      socket:read_line_string()
      answers = answers + 1
      if answers == 1 then socket:write_string "STARTTLS\r\n" else socket:start_client_encryption() end
    end
    socket.encrypted_handler = function() socket:write_string "hello\n" end
    socket:connect("localhost", server.port, net.Stream.READ_WRITE_MODE)
    run_until(function() return reply end)
    assert.equal("olleh\n", reply)
  end)

  describe("a peer that stops half way", function()
    it("in the handshake, as our server's client, is an error, and not a hang", function()
      local code
      server = ssl_ends.server(function(s) s.error_handler = function(_, e) code = e end end)
      local half = net.TcpSocket.new()
      half:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
      half:write_string "\22\3\1\2\0\1\0\1\252"
      half:disconnect()
      run_until(function() return code end)
      assert.equal(SslSocket.REMOTE_HOST_CLOSED_ERROR, code)
    end)

    it("in the handshake, as our client's server", function()
      server = net.TcpServer.new()
      server.new_connection_handler = function()
        local s = server:next_pending_connection()
        s.ready_read_handler = function()
          s:write_string "\22\3\3\0\122\2"
          s:disconnect()
        end
      end
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.client()
      local code, encrypted
      socket.error_handler = function(_, e) code = e end
      socket.encrypted_handler = function() encrypted = true end
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      socket:write_string "never sent"
      run_until(function() return socket.state == SslSocket.UNCONNECTED_STATE end)
      assert.equal(SslSocket.REMOTE_HOST_CLOSED_ERROR, code)
      assert.is_nil(encrypted)
    end)

    it("in the data is a truncation that error_string names", function()
      s_server "-quiet"
      socket = ssl_ends.client()
      socket:connect_encrypted("localhost", process.port, net.Stream.READ_WRITE_MODE)
      local message, code
      socket.error_handler = function(s, e) message, code = s.error_string, e end
      run_until(function() return socket.encrypted end)
      process:write "half of"
      run_until(function() return socket.bytes_available == 7 end)
      process.handle:kill "sigkill"
      run_until(function() return socket.state == SslSocket.UNCONNECTED_STATE end)
      assert.equal(SslSocket.REMOTE_HOST_CLOSED_ERROR, code)
      assert.truthy(message:find "close_notify")
      assert.equal("half of", socket:read_all_string())
    end)

    it("and a process that only waits can be aborted", function()
      server = net.TcpServer.new()
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.client()
      socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
      socket:write_string "waits"
      event_loop.run_for(100)
      assert.is_false(socket.encrypted)
      socket:disconnect()
      assert.equal(SslSocket.CLOSING_STATE, socket.state)
      socket:abort()
      assert.equal(SslSocket.UNCONNECTED_STATE, socket.state)
      uv.run "nowait"
    end)
  end)
end)
