-- rssl.core: the Lua functions that librssl calls.

local core = require "rssl.core"
local core_ends = require "core_ends"
local loopback = require "loopback"

local certificate = loopback.certificate

local client_context, server_context = core_ends.client_context, core_ends.server_context
local pair, shake = core_ends.pair, core_ends.shake

describe("rssl.core", function()
  teardown(loopback.clean)

  describe("verify callback", function()
    local function outcome(callback, identity)
      local ctx = client_context()
      assert(ctx:set_verify_callback(callback))
      local client, server = pair(ctx, server_context(identity))
      local done, which, _, err = shake(client, server)
      return done, which, err, client
    end

    it("gets the socket, the verdict and the chain", function()
      local seen
      local done, _, _, client = outcome(function(socket, verdict, chain)
        seen = {socket, verdict, #chain, chain[1]:matches "localhost", #socket:verified_chain()}
      end)
      assert.is_true(done)
      assert.same({client, core.V_OK, 2, true, 3}, seen)
    end)

    it("accepts with true, and leaves the verdict alone with nil", function()
      assert.is_true((outcome(function() return true end, "self-signed")))
      assert.is_nil((outcome(function() end, "self-signed")))
    end)

    it("refuses with false or a number", function()
      local _, which, err = outcome(function() return false end)
      assert.equal("client", which)
      assert.equal(core.V_APPLICATION, err.verify)
      _, _, err = outcome(function() return core.V_REVOKED end)
      assert.equal(core.V_REVOKED, err.verify)
    end)

    it("accepts nothing by a number that is none of C's", function()
      for _, number in ipairs {0.5, 2 ^ 32, -2 ^ 40, 1 / 0, 0 / 0} do
        assert.is_false((pcall(outcome, function() return number end, "self-signed")))
      end
      for _, other in ipairs {"0", {}} do
        assert.is_false((pcall(outcome, function() return other end, "self-signed")))
      end
    end)

    it("raises through the call, with the value it raised, and the connection fails", function()
      local ctx = client_context()
      local thrown = {}
      assert(ctx:set_verify_callback(function() error(thrown) end))
      local client, server = pair(ctx)
      local ok, raised = pcall(shake, client, server)
      assert.is_false(ok)
      assert.equal(thrown, raised)
      assert.equal(core.ERR_VERIFY, client:error().code)
      assert.is_true(#client:drain() > 0, "no alert")
    end)

    it("cannot yield", function()
      local ctx = client_context()
      assert(ctx:set_verify_callback(function() coroutine.yield() end))
      local client, server = pair(ctx)
      local co = coroutine.create(function() return shake(client, server) end)
      assert.is_false((coroutine.resume(co)))
    end)

    it("may close its socket", function()
      local done = pcall(outcome, function(socket) socket:close() end)
      assert.is_false(done)
    end)

    it("runs on the coroutine of the call, when that which set it is gone", function()
      local ctx
      coroutine.wrap(function()
        ctx = client_context()
        assert(ctx:set_verify_callback(function() return true end))
      end)()
      collectgarbage()
      local client, server = pair(ctx)
      local done
      local co = coroutine.create(function() done = shake(client, server) end)
      assert(coroutine.resume(co))
      assert.is_true(done)
      co = nil -- luacheck: ignore
      collectgarbage()
      assert.equal(1, client:write "x")
    end)

    it("is the one that was set when the socket was made", function()
      local ctx = client_context()
      local calls = {}
      assert(ctx:set_verify_callback(function() calls[#calls + 1] = "first" end))
      local client, server = pair(ctx)
      assert(ctx:set_verify_callback(function() calls[#calls + 1] = "second" end))
      collectgarbage()
      assert.is_true(shake(client, server))
      assert.same({"first"}, calls)
    end)
  end)

  describe("hello callback", function()
    it("sees what the client offers, and can answer with another context", function()
      local cctx, sctx, other = client_context(), server_context "wrong-name", server_context()
      assert(cctx:set_alpn {"h2", "http/1.1"})
      local seen
      assert(sctx:set_hello_callback(function(_, hello)
        seen = {hello:server_name(), hello:alpn()[2], #hello:ciphers() > 0, #hello:schemes() > 0}
        assert(hello:use_ctx(other))
        assert(hello:use_alpn "http/1.1")
      end))
      local client, server = pair(cctx, sctx)
      assert.is_true(shake(client, server))
      assert.same({"localhost", "http/1.1", true, true}, seen)
      assert.equal("http/1.1", client:alpn())
    end)

    it("can decide later", function()
      local sctx = server_context "wrong-name"
      assert(sctx:set_hello_callback(function() return "want_hello" end))
      local client, server = pair(nil, sctx)
      client:handshake()
      server:feed(client:drain())
      assert.same({nil, "want_hello"}, {server:handshake()})
      local hello = server:hello()
      local identity = core.identity_new_file(certificate "server.pem", certificate "server.key")
      assert(hello:use_identity(identity))
      assert(hello:continue())
      assert.is_nil(hello:server_name())
      assert.is_true(shake(client, server))
    end)

    it("refuses with false, or an alert of its own", function()
      local sctx = server_context()
      assert(sctx:set_hello_callback(function() return false end))
      local client, server = pair(nil, sctx)
      local _, which, status = shake(client, server)
      assert.same({"server", "callback"}, {which, status})
      assert(sctx:set_hello_callback(function(_, hello) assert(hello:reject(112)) end))
      client, server = pair(nil, sctx)
      shake(client, server)
      local _, _, err = client:handshake()
      assert.equal("unrecognized_name", core.alert_name(err.alert))
    end)
  end)

  it("asks a signer for signatures, and keeps its function alive", function()
    local key = core.identity_new_file(certificate "server.pem", certificate "server.key")
    assert.equal(2, #key:chain())
    local file = assert(io.open(certificate "server.pem"))
    local pem = file:read "*a"
    file:close()
    local asked
    local sctx = assert(core.ctx_new(core.SERVER))
    do
      local identity = assert(core.identity_new_signer(pem, {0x0403}, function(scheme, message)
        asked = {scheme, #message > 64}
        error "the device is gone"
      end))
      assert(sctx:set_identities {identity})
    end
    collectgarbage()
    collectgarbage()
    local client, server = pair(nil, sctx)
    local ok, raised = pcall(shake, client, server)
    assert.is_false(ok)
    assert.truthy(tostring(raised):find "the device is gone")
    assert.same({0x0403, true}, asked)
  end)

  it("asks for the client's certificate and for the time, and logs keys", function()
    local cctx, sctx = client_context(), server_context()
    assert(sctx:load_verify_file(certificate "ca.pem"))
    assert(sctx:set_verify(core.CERT_REQUIRED))
    local identity = core.identity_new_file(certificate "client.pem", certificate "client.key")
    local lines, times, names = {}, 0, nil
    assert(cctx:set_client_cert_callback(function(_, authorities)
      names = #authorities
      return identity
    end))
    assert(cctx:set_keylog_callback(function(line) lines[#lines + 1] = line end))
    assert(cctx:set_time_callback(function()
      times = times + 1
      return os.time()
    end))
    local client, server = pair(cctx, sctx)
    assert.is_true(shake(client, server))
    assert.truthy(lines[1]:find "_SECRET ")
    assert.is_true(times > 0)
    assert.equal(1, names)
    assert.equal(identity:chain()[1]:der(), server:peer_certificate():der())
    assert.equal(identity:chain()[1]:der(), client:own_chain()[1]:der())
  end)

  it("reads keys with a password, from a string or a function", function()
    local cert, key = certificate "server.pem", certificate "server-encrypted.key"
    local _, status = core.identity_new_file(cert, key)
    assert.equal("password", status)
    _, status = core.identity_new_file(cert, key, "wrong")
    assert.equal("password", status)
    _, status = core.identity_new_file(cert, key, function() end)
    assert.equal("callback", status)
    assert.has_error(function() core.identity_new_file(cert, key, function() error {} end) end)
    assert.has_error(function() core.identity_new_file(cert, key, function() return ("x"):rep(1e6) end) end)
  end)

  it("keeps sessions in a store", function()
    local sctx, cctx, kept = server_context(), client_context(), {}
    assert(sctx:set_session_store {
      put = function(id, session, lifetime)
        assert(lifetime > 0)
        kept[id] = session
      end,
      get = function(id, remove)
        local session = kept[id]
        if remove then kept[id] = nil end
        return session
      end,
    })
    for round = 1, 2 do
      local client, server = pair(cctx, sctx)
      assert.is_true(shake(client, server))
      assert.equal(round == 2, client:resumed())
      client:read()
    end
  end)
end)
