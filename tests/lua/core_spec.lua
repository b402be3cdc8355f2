-- rssl.core: how its calls answer, and how long things live.

local core = require "rssl.core"
local core_ends = require "core_ends"
local loopback = require "loopback"

local certificate = loopback.certificate

local client_context, server_context = core_ends.client_context, core_ends.server_context
local pair, shake = core_ends.pair, core_ends.shake

describe("rssl.core", function()
  teardown(loopback.clean)

  describe("results", function()
    it("are a value, or nil and a status, or nil, a status and an error", function()
      local client, server = pair()
      assert.same({nil, "want_write"}, {client:handshake()})
      assert.equal("", server:drain())
      assert.same({nil, "want_read"}, {server:handshake()})
      assert.is_true(shake(client, server))
      assert.is_true(client:handshake())
      assert.equal(5, client:write "hello")
      assert.equal(5, server:feed(client:drain()) and #server:read())
      local nothing, status, err = core.cert_new_file "/nonexistent"
      assert.is_nil(nothing)
      assert.equal("file", status)
      assert.equal(core.ERR_FILE, err.code)
      assert.equal("RSSL_ERR_FILE", err.name)
      assert.equal(2, err.errno)
      assert.equal(err.message, tostring(err))
      assert.truthy(err.message:find("/nonexistent", 1, true))
    end)

    it("say closed without an error after close_notify, and eof after a truncation", function()
      local client, server = pair()
      assert(shake(client, server))
      client:shutdown()
      server:feed(client:drain())
      assert.same({nil, "closed"}, {server:read()})
      local other_client, other = pair()
      assert(shake(other_client, other))
      assert(other:feed_eof())
      local _, status, err = other:read()
      assert.equal("eof", status)
      assert.equal(core.ERR_EOF, err.code)
    end)

    it("are about their own call, whatever finalizers call in between", function()
      local function leave_garbage()
        local function fails() core.ctx_new(9) end
        local newproxy = rawget(_G, "newproxy") -- of Lua 5.1, whose tables have no finalizers
        if not newproxy then return setmetatable({}, {__gc = fails}) end
        getmetatable(newproxy(true)).__gc = fails
      end
      local pause, speed = collectgarbage("setpause", 1), collectgarbage("setstepmul", 1000)
      for i = 1, 1000 do
        leave_garbage()
        leave_garbage()
        local path = ("/nonexistent/%d/%s"):format(i, ("x"):rep(i % 300))
        local _, _, err = core.cert_new_file(path)
        assert(err.code == core.ERR_FILE and err.message:find(path, 1, true), err.message)
        _, _, err = core.identity_new_file(path, path)
        assert(err.code == core.ERR_FILE and err.message:find(path, 1, true), err.message)
      end
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", speed)
    end)

    it("carry the verdict on a certificate, and the alert", function()
      local client, server = pair(client_context(), server_context "wrong-name")
      local _, which, status, err = shake(client, server)
      assert.same({"client", "verify"}, {which, status})
      assert.equal(core.V_HOSTNAME, err.verify)
      assert.equal("CERTIFICATE_VERIFY_FAILED", err.reason)
      assert.equal(0, err.depth)
      assert.equal(err.code, client:error().code)
      local _, server_status, alert = server:handshake()
      assert.equal("alert", server_status)
      assert.is_true(alert.alert_received)
      assert.equal("bad_certificate", core.alert_name(alert.alert))
    end)

    it("of what is absent are nil", function()
      local client = pair()
      assert.is_nil(client:version())
      assert.is_nil(client:alpn())
      assert.is_nil(client:peer_certificate())
      assert.same({}, client:peer_chain())
      assert.is_nil(client:error())
      assert.is_nil(client:session())
      assert.is_nil(client:hello())
    end)
  end)

  describe("arguments", function()
    it("of the wrong type are raised", function()
      assert.has_error(function() core.ctx_new "client" end)
      assert.has_error(function() core.wrap({}, nil, core.CLIENT) end)
      local ctx = client_context()
      assert.has_error(function() ctx:set_alpn "h2" end)
      assert.has_error(function() ctx:set_alpn {1} end)
      assert.has_error(function() ctx:set_verify_callback(1) end)
      assert.has_error(function() ctx:set_identities {ctx} end)
      assert.has_error(function() ctx:set_session_store {} end)
      assert.has_error(function() ctx:set_verify(-1) end)
      assert.has_error(function() ctx:set_verify(2 ^ 40) end)
      assert.has_error(function() ctx:set_versions(65536 + core.TLS1_2) end)
      assert.has_error(function() ctx:set_max_fragment(512.5) end)
      assert.has_error(function() core.stream(2 ^ 32) end)
      assert.has_error(function() core.wrap(ctx, 2 ^ 32, core.CLIENT, "localhost") end)
      assert.has_error(function() core.wrap(ctx, 0.5, core.CLIENT, "localhost") end)
      local client = pair(ctx)
      assert.has_error(function() client:read(0) end)
      assert.has_error(function() client:read(-1) end)
      assert.has_error(function() client.read(ctx) end)
      assert.has_error(function() client:set_io {read = print} end)
    end)

    it("with a NUL where a C string is meant are raised, not cut", function()
      assert.has_error(function() client_context():load_verify_file(certificate "ca.pem" .. "\0.pem") end)
      assert.has_error(function() core.wrap(client_context(), nil, core.CLIENT, "localhost\0.evil") end)
      assert.has_error(function() client_context():set_alpn {"h2\0"} end)
    end)

    it("that librssl refuses are an error returned", function()
      local _, status = core.ctx_new(9)
      assert.equal("argument", status)
      _, status = core.wrap(client_context(), nil, core.CLIENT)
      assert.equal("argument", status)
      _, status = client_context():set_ciphers "NOPE"
      assert.equal("name", status)
    end)

    it("i and j choose a part of a string", function()
      local client, server = pair()
      assert(shake(client, server))
      assert.equal(3, client:write("abcdef", 2, 4))
      server:feed(client:drain())
      assert.equal(2, client:write("abcdef", -2))
      assert.equal(0, client:write("abc", 4))
      server:feed(client:drain())
      assert.equal("bcd", server:read(3))
      assert.equal("ef", server:peek())
      assert.equal(2, server:pending())
    end)
  end)

  describe("closed handles", function()
    it("are an error to use, and may be closed again", function()
      local ctx = client_context()
      local client = pair(ctx)
      ctx:close()
      ctx:close()
      assert.has_error(function() ctx:verify() end, "attempt to use a closed rssl.Context")
      assert.same({nil, "want_write"}, {client:handshake()})
      client:close()
      client:close()
      assert.is_true(client:is_closed())
      assert.has_error(function() client:handshake() end, "attempt to use a closed rssl.Socket")
      local cert = assert(core.cert_new_file(certificate "ca.pem"))
      cert:close()
      assert.has_error(function() cert:pem() end)
      local identity = assert(core.identity_new_file(certificate "server.pem", certificate "server.key"))
      identity:close()
      assert.has_error(function() server_context():set_identities {identity} end)
    end)

    it("are closed by __close and by the collector", function()
      local ctx = client_context()
      assert.equal("rssl.Context", getmetatable(ctx))
      local weak = setmetatable({}, {__mode = "v"})
      do
        local own = client_context()
        weak.socket = pair(own)
        own:set_verify_callback(function() return own, weak.socket end)
      end
      collectgarbage()
      collectgarbage()
      assert.is_nil(weak.socket)
    end)
  end)

  it("resumes a session given by hand", function()
    local cctx, sctx = client_context(), server_context()
    local client, server = pair(cctx, sctx)
    assert(shake(client, server))
    client:read()
    local session = client:session()
    local again
    again, server = pair(cctx, sctx)
    assert(again:set_session(session))
    assert(shake(again, server))
    assert.is_true(again:resumed())
    assert.equal(core.HANDSHAKE_RESUMED, server:handshake_kind())
  end)

  it("travels through Lua functions, which may say not now, fail, or raise", function()
    local to_server, to_client = {}, {}
    local function io_of(from, to)
      return {
        read = function(n)
          local s = table.remove(from, 1)
          if not s then return nil, "want_read" end
          if #s > n then table.insert(from, 1, s:sub(n + 1)) end
          return s:sub(1, n)
        end,
        write = function(s)
          to[#to + 1] = s
          return #s
        end,
      }
    end
    local client, server = pair()
    assert(client:set_io(io_of(to_client, to_server)))
    assert(server:set_io(io_of(to_server, to_client)))
    local client_done, server_done
    for _ = 1, 10 do client_done, server_done = client:handshake(), server:handshake() end
    assert.is_true(client_done and server_done)
    local failing = pair()
    assert(failing:set_io {read = function() return nil, 104 end, write = function(s) return #s end})
    local _, status, err = failing:handshake()
    assert.same({"io", 104}, {status, err.errno})
    for _, bad in ipairs {
      function() error "broken" end, function() return ("x"):rep(100000) end,
      function() return nil, "later" end, function() return {} end,
    } do
      local raising = pair()
      assert(raising:set_io {read = bad, write = function(s) return #s end})
      assert.has_error(function() raising:handshake() end)
    end
  end)

  it("writes several pieces, also if the transport takes them out of the list", function()
    local client, server = pair()
    local pieces, taken = {}, {}
    assert(client:set_io {
      read = function(n)
        local data = server:drain(n)
        if data == "" then return nil, "want_read" end
        return data
      end,
      write = function(s)
        for i in pairs(pieces) do pieces[i] = nil end
        collectgarbage()
        local fed = 0
        repeat
          fed = fed + assert(server:feed(s, fed + 1))
          local data = server:read(65536)
          while data do
            taken[#taken + 1] = data
            data = server:read(65536)
          end
        until fed == #s
        return #s
      end,
    })
    repeat
      local client_done, server_done = client:handshake(), server:handshake()
      client:read() -- what comes behind the handshake
    until client_done and server_done
    for i = 1, 20 do pieces[i] = ("%02d"):format(i):rep(20000) end
    local whole = table.concat(pieces)
    local count = assert(client:writev(pieces))
    assert(client:flush())
    assert.is_true(count > 20000)
    assert.is_true(whole:sub(1, count) == table.concat(taken))
  end)

  it("exports, binds channels, updates keys, and gives the stream back", function()
    local client, server = pair()
    assert(shake(client, server))
    assert.equal(client:export("EXPORTER-x", 32, "c"), server:export("EXPORTER-x", 32, "c"))
    assert.equal(client:channel_binding "tls-server-end-point",
                 server:channel_binding "tls-server-end-point")
    local _, status = client:channel_binding "nope"
    assert.equal("name", status)
    client:key_update()
    server:feed(client:drain())
    client:shutdown()
    server:feed(client:drain() .. "plain")
    assert.same({nil, "closed"}, {server:read()})
    server:shutdown(core.SHUT_RDWR)
    server:drain()
    assert(server:shutdown(core.SHUT_RDWR))
    assert.equal("plain", server:detach())
    local rx, tx = server:traffic()
    assert.is_true(rx > 1000 and tx > 1000)
  end)

  it("reads certificates", function()
    local cert = assert(core.cert_new_file(certificate "server.pem"))
    assert.equal(3, cert:version())
    assert.is_false(cert:is_ca())
    assert.equal("id-ecPublicKey", cert:key_type())
    assert.equal(256, cert:key_bits())
    assert.is_true(cert:not_before() < cert:not_after())
    assert.is_true(cert:matches "localhost")
    assert.is_false(cert:matches "example.org")
    assert.equal(cert:der(), core.cert_new_mem(cert:pem()):der())
    assert.equal(core.SAN_DNS, cert:san()[1].type)
    assert.equal("commonName", cert:name(core.SUBJECT)[1].key)
    assert.truthy(cert:name_der(core.ISSUER))
    assert.truthy(cert:text():find "localhost")
    assert.truthy((cert:extension "2.5.29.17"))
    assert.is_nil((cert:extension "1.2.3"))
    assert.same({}, cert:uris(core.URI_OCSP))
    assert.equal(32, #core.digest("sha256", cert:spki()))
    assert.truthy(cert:signature_type())
    assert.truthy(cert:serial())
  end)

  it("has the settings of a context", function()
    local ctx = client_context()
    assert.equal(core.CLIENT, ctx:role())
    assert.equal(core.CERT_REQUIRED, ctx:verify())
    assert.is_true(ctx:check_hostname())
    local _, status = ctx:set_verify(core.CERT_NONE)
    assert.equal("state", status)
    assert(ctx:set_versions(core.TLS1_2, core.TLS1_2))
    assert.same({core.TLS1_2, core.TLS1_2}, {ctx:versions()})
    assert(ctx:set_cipher_string "ECDHE+AESGCM")
    assert(ctx:set_groups "X25519:P-256")
    assert(ctx:set_options(core.OPT_NO_SNI))
    assert.equal(core.OPT_NO_SNI + core.OPT_SERVER_ORDER, ctx:options())
    assert.equal(1, ctx:root_count())
    assert.is_true(ctx:roots()[1]:is_ca())
    assert(ctx:clear_roots())
    assert.equal(0, ctx:root_count())
    assert(ctx:set_max_fragment(1024))
    assert(ctx:set_session_cache(0))
    assert(ctx:load_crl_file(certificate "crl.pem"))
    assert(ctx:set_crl_flags(core.CRL_LEAF_ONLY))
    assert(ctx:clear_crls())
    assert(ctx:set_verify_schemes {0x0403})
    assert(server_context():set_client_ca_names {})
    assert(server_context():set_ticket_keys(("k"):rep(48)))
    assert(server_context():set_ticket_count(1))
    assert.is_true(#ctx:ciphers() > 0)
    assert.equal("TLS_AES_128_GCM_SHA256", (core.cipher_name(0x1301)))
  end)

  it("survives any arguments", function()
    local ctx, sctx = client_context(), server_context()
    local client, server = pair(ctx, sctx)
    local hello
    assert(sctx:set_hello_callback(function(_, h) hello = h end))
    assert(shake(pair(ctx, sctx)))
    local identity = assert(core.identity_new_file(certificate "server.pem", certificate "server.key"))
    local cert = identity:chain()[1]
    local handles = {ctx, sctx, client, server, hello, identity, cert}
    local function nothing() end
    local values = {
      false, true, "", "text", "a\0b", ("x"):rep(70000), -1, 0.5, 2 ^ 53, 1e300, 0 / 0, {}, {1, "x"},
      {read = nothing, write = nothing, put = nothing, get = nothing}, {{}}, nothing, print,
      coroutine.create(nothing), io.stdout, ctx, client, identity, cert,
    }
    local calls = 0
    local function try_all(f, handle)
      local function try(...)
        calls = calls + 1
        if handle then pcall(f, handle, ...) else pcall(f, ...) end
      end
      try()
      for _, value in ipairs(values) do
        try(value)
        for i = 1, #values, 3 do
          try(value, values[i])
          try(value, nil, values[i])
        end
      end
    end
    for name, f in pairs(core) do
      if type(f) == "function" and name ~= "stream" then try_all(f) end
    end
    local registry = debug.getregistry()
    for _, handle in ipairs(handles) do
      for name, method in pairs(registry[getmetatable(handle)].__index) do
        if name ~= "close" then try_all(method, handle) end
      end
    end
    for _, handle in ipairs(handles) do
      for _, type_name in ipairs {"Context", "Socket", "Hello", "Certificate", "Identity", "Session"} do
        for _, method in pairs(registry["rssl." .. type_name].__index) do pcall(method, handle) end
      end
    end
    assert.is_true(calls > 10000)
  end)
end)
