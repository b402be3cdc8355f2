-- net.SslSocket: who is at the other end, and what a handshake is made with.

local core = require "rssl.core"
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

  describe("peer_verify_mode", function()
    it("VERIFY_PEER, the clients' default, refuses an invalid certificate", function()
      for identity, fault in pairs {
        ["self-signed"] = core.V_SELF_SIGNED, expired = core.V_CERT_EXPIRED, ["wrong-name"] = core.V_HOSTNAME,
      } do
        server = ssl_ends.echo_server(identity)
        socket = ssl_ends.client()
        assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket), identity)
        assert.is_false(socket.encrypted)
        assert.truthy(socket.error_string:find "certificate", identity)
        assert.equal(fault, socket.ssl_errors[1].error, identity)
        assert.truthy(socket.ssl_errors[1].error_string)
        assert.is_false(socket.ssl_errors[1].certificate.null)
        server:close()
      end
    end)

    it("QUERY_PEER makes the certificate readable, and does not require it to be valid", function()
      server = ssl_ends.echo_server "self-signed"
      socket = ssl_ends.client()
      socket.peer_verify_mode = SslSocket.QUERY_PEER
      local faults, each
      socket.ssl_errors_handler = function(_, list) faults = #list end
      socket.peer_verify_error_handler = function(_, fault) each = fault.error end
      assert.is_nil(try_to_connect(socket))
      assert.is_true(socket.encrypted)
      assert.truthy(socket.peer_certificate.subject_info.commonName)
      assert.equal(1, faults)
      assert.equal(core.V_SELF_SIGNED, each)
    end)

    it("VERIFY_NONE asks for nothing, and sends our own certificate still", function()
      server = ssl_ends.echo_server "self-signed"
      server.configuration.peer_verify_mode = SslSocket.VERIFY_PEER
      server.configuration.ca_certificates = {net.SslCertificate.new(ssl_ends.read_file "ca.pem")}
      local accepted
      server.new_connection_handler = function() accepted = server:next_pending_secure_connection() end
      socket = ssl_ends.client "client"
      socket.peer_verify_mode = SslSocket.VERIFY_NONE
      assert.is_nil(try_to_connect(socket))
      run_until(function() return accepted.encrypted end)
      assert.is_true(socket.encrypted)
      assert.equal("SslCertificate", tostring(accepted.peer_certificate):match "^%a+")
      assert.same({}, socket.ssl_errors)
    end)

    it("AUTO_VERIFY_PEER queries on servers: any client certificate or none", function()
      for _, identity in ipairs {"client", "self-signed", false} do
        local accepted
        server = ssl_ends.server(function(s) accepted = s end)
        socket = ssl_ends.client(identity or nil)
        assert.is_nil(try_to_connect(socket))
        run_until(function() return accepted.encrypted end)
        assert.equal(identity and true or false, accepted.peer_certificate ~= nil)
        assert.equal(identity == "self-signed" and 1 or 0, #accepted.ssl_errors)
        socket:abort()
        server:close()
      end
    end)

    it("VERIFY_PEER on a server refuses clients without a valid certificate", function()
      for identity, good in pairs {client = true, ["self-signed"] = false, [""] = false} do
        local accepted
        server = ssl_ends.server(function(s) accepted = s end)
        server.configuration.peer_verify_mode = SslSocket.VERIFY_PEER
        socket = ssl_ends.client(identity ~= "" and identity or nil)
        local code
        socket.error_handler = function(_, e) code = e end
        socket:connect_encrypted("localhost", server.port, net.Stream.READ_WRITE_MODE)
        run_until(function()
          return accepted and (accepted.encrypted or accepted.state == SslSocket.UNCONNECTED_STATE)
        end)
        assert.equal(good, accepted.encrypted, identity)
        if not good then
          run_until(disconnected(socket))
          assert.is_true(code == SslSocket.SSL_HANDSHAKE_FAILED_ERROR or code == SslSocket.SSL_INTERNAL_ERROR)
        end
        socket:abort()
        server:close()
      end
    end)

    it("of the configuration applies, until the socket has its own", function()
      socket = ssl_ends.client()
      socket.configuration.peer_verify_mode = SslSocket.QUERY_PEER
      assert.equal(SslSocket.QUERY_PEER, socket.peer_verify_mode)
      socket.peer_verify_mode = SslSocket.VERIFY_PEER
      assert.equal(SslSocket.QUERY_PEER, socket.configuration.peer_verify_mode)
      server = ssl_ends.echo_server "self-signed"
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
    end)
  end)

  describe("ignore_ssl_errors", function()
    it("before the handshake lets it go on, for that connection", function()
      server = ssl_ends.echo_server "expired"
      socket = ssl_ends.client()
      socket:ignore_ssl_errors()
      assert.is_nil(try_to_connect(socket))
      assert.is_true(socket.encrypted)
      socket:abort()
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
    end)

    it("in ssl_errors_handler lets it go on", function()
      server = ssl_ends.echo_server "self-signed"
      socket = ssl_ends.client()
      local subject
      socket.ssl_errors_handler = function(s, errors)
        subject = s.peer_certificate.subject_info.commonName
        assert(errors[1].certificate:to_der() == s.peer_certificate:to_der())
        s:ignore_ssl_errors()
      end
      assert.is_nil(try_to_connect(socket))
      assert.is_true(socket.encrypted)
      assert.truthy(subject)
    end)

    it("of a list ignores these faults of these certificates only", function()
      server = ssl_ends.echo_server "self-signed"
      socket = ssl_ends.client()
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
      local known = socket.ssl_errors
      local again = ssl_ends.client()
      again:ignore_ssl_errors(known)
      assert.is_nil(try_to_connect(again))
      again:abort()
      server:close()
      server = ssl_ends.echo_server "expired"
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(again))
      local other = net.SslError.new(core.V_CERT_EXPIRED, known[1].certificate)
      again:ignore_ssl_errors {other}
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(again))
      assert.has_error(function() again:ignore_ssl_errors {core.V_CERT_EXPIRED} end)
      assert.has_error(function() again:ignore_ssl_errors "all" end)
    end)

    it("of a list does not cover a second fault behind the first", function()
      server = ssl_ends.echo_server "self-signed"
      socket = ssl_ends.client()
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
      local again = ssl_ends.client()
      again.peer_verify_name = "example.org"
      again:ignore_ssl_errors(socket.ssl_errors)
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(again))
      assert.equal(2, #again.ssl_errors)
    end)
  end)

  describe("configuration", function()
    it("applies at the next handshake", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.connected_client(server)
      local other = ssl_ends.configuration(nil, "other-ca.pem")
      socket.configuration = other
      assert.is_true(socket.encrypted)
      socket:write_string "still"
      run_until(function() return socket.bytes_available == 5 end)
      socket:abort()
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
    end)

    it("that cannot be used is SSL_INVALID_USERDATA, and says why", function()
      server = ssl_ends.echo_server()
      for _, change in ipairs {
        function(c) c.ciphers = "NOPE" end,
        function(c) c.local_certificate = net.SslCertificate.new(ssl_ends.read_file "client.pem") end,
        function(c)
          c.local_certificate = net.SslCertificate.new(ssl_ends.read_file "client.pem")
          c.private_key = net.SslKey.new(ssl_ends.read_file "server.key", net.SslKey.EC)
        end,
      } do
        socket = ssl_ends.client()
        change(socket.configuration)
        assert.equal(SslSocket.SSL_INVALID_USERDATA_ERROR, try_to_connect(socket))
        assert.is_true(#socket.error_string > 10)
      end
    end)

    it("of a server that cannot be used is heard by accept_error_handler", function()
      server = net.SslServer.new()
      server.configuration.local_certificate = net.SslCertificate.new(ssl_ends.read_file "server.pem")
      server.configuration.private_key = net.SslKey.new(ssl_ends.read_file "client.key", net.SslKey.EC)
      local code, message, accepted
      server.accept_error_handler = function(s, e) code, message = e, s.error_string end
      server.new_connection_handler = function() accepted = server:next_pending_secure_connection() end
      assert(server:listen(0, "127.0.0.1"))
      socket = ssl_ends.client()
      assert.equal(SslSocket.REMOTE_HOST_CLOSED_ERROR, try_to_connect(socket))
      assert.equal(SslSocket.SSL_INVALID_USERDATA_ERROR, code)
      assert.equal(accepted.error_string, message)
      assert.truthy(message:find "key", message)
    end)

    it("agrees on an application protocol", function()
      server = ssl_ends.echo_server()
      server.configuration.allowed_next_protocols = {"chat/2", "chat/1"}
      socket = ssl_ends.client()
      socket.configuration.allowed_next_protocols = {"chat/1"}
      assert.is_nil(try_to_connect(socket))
      assert.equal("chat/1", socket.next_negotiated_protocol)
    end)

    it("limits the version and the ciphers", function()
      server = ssl_ends.echo_server()
      server.configuration.ciphers = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
      socket = ssl_ends.client()
      assert.is_nil(try_to_connect(socket))
      assert.equal("TLSv1.2", socket.session_protocol)
      assert.equal("ECDHE-ECDSA-AES128-GCM-SHA256", socket.session_cipher)
      socket:abort()
      socket.configuration.min_protocol = "TLSv1.3"
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket))
    end)
  end)

  describe("peer_verify_name", function()
    it("is checked in place of the host connected to", function()
      server = ssl_ends.echo_server()
      socket = ssl_ends.client()
      socket.peer_verify_name = "localhost"
      assert.is_nil(try_to_connect(socket, "127.0.0.1"))
      assert.is_true(socket.encrypted)
      socket:abort()
      socket.peer_verify_name = "example.org"
      assert.equal(SslSocket.SSL_HANDSHAKE_FAILED_ERROR, try_to_connect(socket, "127.0.0.1"))
      assert.equal(core.V_HOSTNAME, socket.ssl_errors[1].error)
    end)
  end)

  it("shows the peer's chain", function()
    server = ssl_ends.echo_server()
    socket = ssl_ends.connected_client(server)
    assert.equal(2, #socket.peer_certificate_chain)
    assert.equal(socket.peer_certificate:to_pem(), socket.peer_certificate_chain[1]:to_pem())
    assert.equal(server.configuration.local_certificate:to_der(), socket.peer_certificate:to_der())
  end)
end)
