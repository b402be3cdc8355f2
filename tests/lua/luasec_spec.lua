-- LuaSec's interface on librssl: what programs written for LuaSec rely on.

require("rssl.compat.luasec").install()
local loopback = require "loopback"
local socket = require "socket"
local ssl = require "ssl"

local certificate, pair, shake = loopback.certificate, loopback.pair, loopback.shake

local function server_settings(more, identity)
  local cfg = { mode = "server", protocol = "any", options = "all",
                certificate = certificate((identity or "server") .. ".pem"),
                key = certificate((identity or "server") .. ".key") }
  for name, value in pairs(more or {}) do cfg[name] = value end
  return cfg
end

local function client_settings(more)
  local cfg = { mode = "client", protocol = "any", options = "all", verify = "peer",
                cafile = certificate "ca.pem" }
  for name, value in pairs(more or {}) do cfg[name] = value end
  return cfg
end

local open = {}

-- Both ends, wrapped and not yet shaken.
local function wrapped(client_cfg, server_cfg)
  local client, server = pair()
  client = assert(ssl.wrap(client, client_cfg or client_settings()))
  server = assert(ssl.wrap(server, server_cfg or server_settings()))
  open[#open + 1], open[#open + 2] = client, server
  return client, server
end

local function connected(...)
  local client, server = wrapped(...)
  local ok, err, server_ok, server_err = shake(client, server)
  assert(ok and server_ok, tostring(err or server_err))
  return client, server
end

describe("ssl", function()
  after_each(function()
    for _, conn in ipairs(open) do conn:close() end
    open = {}
  end)

  teardown(loopback.clean)

  describe("newcontext", function()
    local function refuses(cfg, message)
      local ctx, err = ssl.newcontext(cfg)
      assert.is_nil(ctx)
      assert.truthy(err:find(message, 1, true), err)
    end

    it("answers what librssl cannot do", function()
      for _, protocol in ipairs { "tlsv1", "tlsv1_1", "sslv3" } do
        refuses({ mode = "client", protocol = protocol }, ("invalid protocol (%s)"):format(protocol))
      end
      refuses(client_settings { psk = print }, "PSK not supported")
      refuses(client_settings { dane = true }, "DANE not supported")
      local client = wrapped()
      assert.is_nil(client.getfinished)
      assert.is_nil(client.getpeerfinished)
      assert.is_nil(client.setdane)
      assert.is_nil(client.settlsa)
    end)

    it("takes and ignores DH parameters", function()
      assert(ssl.newcontext(server_settings { dhparam = function() end }))
      refuses(server_settings { dhparam = "dh.pem" }, "invalid DH parameter type")
    end)

    it("says what is wrong with a setting", function()
      refuses({ mode = "peer", protocol = "any" }, "invalid mode (peer)")
      refuses(client_settings { verify = "perhaps" }, "invalid verify option (perhaps)")
      refuses(client_settings { verifyext = "lsec_perhaps" }, "invalid verify option (lsec_perhaps)")
      refuses(client_settings { options = { "all", "some" } }, "invalid option (some)")
      refuses(client_settings { cafile = "/nonexistent" }, "error loading CA locations")
      refuses(client_settings { capath = "/nonexistent" }, "error loading CA locations")
      refuses(client_settings { ciphers = "none of them" }, "error setting cipher list")
      refuses(client_settings { ciphersuites = "TLS_NONE" }, "error setting cipher list")
      refuses(client_settings { curve = "curvy" }, "elliptic curve 'curvy' not supported")
      refuses(client_settings { curveslist = "curvy" }, 'unknown elliptic curve in "curvy"')
      refuses(client_settings { alpn = 1 }, "invalid ALPN parameter")
      refuses(client_settings { alpn = {} }, "invalid ALPN list (empty)")
      refuses(client_settings { alpn = "" }, "invalid ALPN name (empty string)")
      refuses(client_settings { alpn = ("x"):rep(256) }, "invalid ALPN name (length > 255)")
      refuses(server_settings { key = "/nonexistent" }, "error loading private key")
      refuses(server_settings { certificate = "/nonexistent" }, "error loading certificate")
      refuses(server_settings { key = certificate "client.key" },
              "private key does not match public key")
      refuses(server_settings { password = 1 }, "invalid password type")
    end)

    it("takes a password as text and from a function", function()
      local key = certificate "server-encrypted.key"
      refuses(server_settings { key = key }, "error loading private key")
      refuses(server_settings { key = key, password = "wrong" }, "error loading private key")
      assert(ssl.newcontext(server_settings { key = key, password = "rssl-test" }))
      assert(ssl.newcontext(server_settings { key = key, password = function() return "rssl-test" end }))
      -- A key alone is read too.
      assert(ssl.newcontext(client_settings { key = key, password = "rssl-test" }))
      refuses(client_settings { key = key, password = "wrong" }, "error loading private key")
      assert.has_error(function()
        ssl.newcontext(server_settings { key = key, password = function() error("not now", 0) end })
      end, "not now")
    end)

    it("lets a program set ciphers itself", function()
      local ctx = ssl.newcontext(client_settings())
      assert.is_true(ssl.context.setcipher(ctx, "ECDHE+AESGCM"))
      local ok, err = ssl.context.setcipher(ctx, "none of them")
      assert.is_false(ok)
      assert.truthy(err:find("error setting cipher list", 1, true))
    end)

    it("tells what there is", function()
      assert.is_true(ssl.config.protocols.tlsv1_3)
      assert.is_nil(ssl.config.protocols.tlsv1)
      assert.is_true(ssl.config.algorithms.ec)
      assert.is_true(ssl.config.capabilities.alpn)
      assert.is_true(ssl.config.options.no_ticket)
      assert.is_true(ssl.config.curves.prime256v1)
      assert.equal("string", type(ssl._VERSION))
    end)
  end)

  describe("wrap", function()
    it("takes over the descriptor", function()
      local client, server = pair()
      local fd = client:getfd()
      local conn = assert(ssl.wrap(client, client_settings()))
      assert.equal(-1, client:getfd())
      assert.equal(fd, conn:getfd())
      conn:close()
      assert.equal("closed", select(2, server:receive()))
      server:close()
    end)

    it("says why settings make no context, and leaves the socket alone", function()
      local client, server = pair()
      local conn, err = ssl.wrap(client, { mode = "client", protocol = "sslv3" })
      assert.is_nil(conn)
      assert.equal("invalid protocol (sslv3)", err)
      assert.truthy(client:send "still ours\n")
      assert.equal("still ours", server:receive())
      client:close()
      server:close()
    end)

    it("is found by select", function()
      local client, server = connected()
      client:settimeout(0)
      client:receive() -- what comes behind the handshake
      assert.same({}, (socket.select({ client }, nil, 0)))
      server:send "ab"
      local readable = socket.select({ client }, nil, 5)
      assert.equal(client, readable[1])
      assert.equal("a", client:receive(1))
      -- Nothing is left for the descriptor to show: select asks dirty.
      assert.is_true(client:dirty())
      assert.equal(client, (socket.select({ client }, nil, 0))[1])
      assert.equal("b", client:receive(1))
      assert.is_false(client:dirty())
      local _, writable = socket.select(nil, { client }, 5)
      assert.equal(client, writable[1])
    end)
  end)

  describe("receive", function()
    it("knows LuaSocket's patterns", function()
      local client, server = connected()
      assert.equal(18, (server:send "a line\r\nrest\nall!?"))
      assert.equal("a line", client:receive())
      assert.equal("re", client:receive(2))
      assert.equal("prefix st", client:receive("*l", "prefix "))
      assert.equal("", client:receive(0))
      assert.equal("a", client:receive(1))
      assert.equal("xxl", client:receive(3, "xx"))
      assert.equal("l", client:receive "1") -- as a header says how many
      server:close()
      assert.equal("!?", client:receive "*a")
      local data, err, partial = client:receive "*a"
      assert.is_nil(data)
      assert.equal("closed", err)
      assert.equal("", partial)
      assert.has_error(function() client:receive "*x" end)
      assert.has_error(function() client:receive(-1) end)
    end)

    it("returns what there is when the time is over", function()
      local client, server = connected()
      client:settimeout(0.05)
      server:send "part"
      local data, err, partial = client:receive(10)
      assert.is_nil(data)
      assert.equal("wantread", err)
      assert.equal("part", partial)
      assert.equal("read", client:want())
      server:send "ial\n"
      assert.equal("partial", client:receive("*l", partial))
      assert.equal("nothing", client:want())
      client:settimeout(0)
      assert.equal("wantread", (select(2, client:receive())))
    end)

    it("gives out a body that ends without close_notify", function()
      local client, server = connected()
      server:send "all of it"
      -- As if the process had ended.
      local object, other = pair()
      local fd = object:getfd()
      object:setfd(server:getfd())
      object:shutdown "both"
      object:setfd(fd)
      object:close()
      other:close()
      assert.equal("all of it", client:receive "*a")
      assert.equal("closed", (select(2, client:receive())))
    end)

    it("is closed before the handshake and after close", function()
      local client = wrapped()
      assert.equal("closed", (select(2, client:receive())))
      assert.equal("closed", (select(2, client:send "x")))
      client:close()
      assert.equal("closed", (select(2, client:dohandshake())))
      assert.equal("closed", (select(2, client:getpeercertificate())))
      assert.equal("closed", (select(2, client:getpeerverification())))
      assert.equal("closed", (select(2, client:info())))
      client:close()
    end)
  end)

  describe("send", function()
    it("takes a range, and says the index of the last byte", function()
      local client, server = connected()
      assert.equal(4, (client:send("abcdef", 2, 4)))
      assert.equal(6, (client:send("abcdef", -1)))
      assert.equal(0, (client:send ""))
      assert.equal(3, (client:send("abc", 4)))
      assert.equal(2, (client:send("abc", 3, 2)))
      assert.equal("bcdf", server:receive(4))
      local received, sent, age = client:getstats()
      assert.equal(0, received)
      assert.equal(4, sent)
      assert.is_true(age >= 0)
      assert.equal(4, (server:getstats()))
    end)

    it("goes on where it stopped, without a byte lost or doubled", function()
      local client, server = connected()
      client:settimeout(0)
      server:settimeout(0)
      local blocks = {}
      for i = 1, 125000 do blocks[i] = ("%08d"):format(i) end
      local data = table.concat(blocks):rep(16) -- more than the buffers of the kernel
      local sent, waited, chunks, received = 0, 0, {}, 0
      local deadline = socket.gettime() + loopback.PATIENCE
      while received < #data do
        assert(socket.gettime() < deadline, "the transfer does not end")
        if sent < #data then
          local last, err, index = client:send(data, sent + 1)
          if not last then
            assert.equal("wantwrite", err)
            assert.equal("write", client:want())
            waited = waited + 1
          end
          sent = last or index
        end
        if waited > 2 or sent == #data then
          local chunk, _, partial = server:receive(65536)
          chunk = chunk or partial
          chunks[#chunks + 1] = chunk
          received = received + #chunk
        end
      end
      assert.is_true(waited > 0)
      assert.is_true(data == table.concat(chunks))
      assert.equal("wantread", (select(2, server:receive(1))))
    end)
  end)

  describe("verification", function()
    local function verification(client_more, server_more, identity)
      local client, server = connected(client_settings(client_more), server_settings(server_more, identity))
      return { client:getpeerverification() }, { server:getpeerverification() }
    end

    it("says true of those who are trusted, and of nobody asked", function()
      local client, server = verification()
      assert.same({ true }, client)
      assert.same({ true }, server)
    end)

    it("refuses the others", function()
      local client, server = wrapped(client_settings { cafile = certificate "other-ca.pem" })
      local ok, err, server_ok, server_err = shake(client, server)
      assert.is_false(ok)
      assert.truthy(err:find("issuer", 1, true), err)
      assert.is_false(server_ok)
      assert.truthy(server_err:find("unknown_ca", 1, true), server_err)
    end)

    it("is told as text where nothing was asked for", function()
      local client = verification { verify = "none", cafile = certificate "other-ca.pem" }
      assert.is_false(client[1])
      assert.equal("unable to get local issuer certificate", client[2])
    end)

    it("is told as a table where lsec_continue goes on", function()
      local client, server = verification(
        { cafile = certificate "other-ca.pem", verifyext = { "lsec_continue", "lsec_ignore_purpose" },
          certificate = certificate "client-other.pem", key = certificate "client-other.key" },
        { verify = { "peer", "fail_if_no_peer_cert" }, cafile = certificate "ca.pem",
          verifyext = "lsec_continue" })
      for _, told in ipairs { client, server } do
        assert.is_false(told[1])
        assert.same({ { "unable to get local issuer certificate" } }, told[2])
      end
    end)

    it("checks no names", function()
      assert.same({ true }, (verification(nil, nil, "wrong-name")))
    end)

    it("limits the depth", function()
      assert.same({ true }, (verification { depth = 1 }))
      local ok = shake(wrapped(client_settings { depth = 0 }))
      assert.is_false(ok)
    end)

    it("asks clients for a certificate", function()
      local asking = { verify = { "peer", "fail_if_no_peer_cert" }, cafile = certificate "ca.pem" }
      local _, _, ok, err = shake(wrapped(nil, server_settings(asking)))
      assert.is_false(ok)
      assert.truthy(err:find("certificate", 1, true))
      asking.verify = "peer"
      local client, server = connected(nil, server_settings(asking))
      assert.is_nil(server:getpeercertificate())
      assert.is_true((server:getpeerverification()))
      client:close()
      client, server = connected(
        client_settings { certificate = certificate "client.pem", key = certificate "client.key" },
        server_settings(asking))
      assert.truthy(server:getpeercertificate())
      assert.is_true((server:getpeerverification()))
      assert.equal(client:getlocalcertificate():pem(), server:getpeercertificate():pem())
    end)

    it("refuses everybody without a list of revoked certificates", function()
      local ok, err = shake(wrapped(client_settings { verifyext = "crl_check" }))
      assert.is_false(ok)
      assert.truthy(err:find("revo", 1, true) or err:find("CRL", 1, true), err)
    end)
  end)

  describe("sni", function()
    local function contexts()
      return ssl.newcontext(server_settings()), ssl.newcontext(server_settings({}, "second"))
    end

    local function name_of(conn)
      return conn:getpeercertificate():extensions()["2.5.29.17"].dNSName[1]
    end

    it("chooses a context by name", function()
      local first, second = contexts()
      for asked, shown in pairs { ["second.rssl.test"] = "second.rssl.test",
                                  ["Second.rssl.test"] = "second.rssl.test",
                                  ["third.rssl.test"] = "localhost" } do
        local client, server = wrapped(nil, first)
        server:sni { ["second.rssl.test"] = second }
        client:sni(asked)
        assert.is_true((shake(client, server)))
        assert.equal(shown, name_of(client))
        assert.equal(asked:lower(), server:getsniname())
      end
    end)

    it("refuses unknown names when strict, but not those who give none", function()
      local first, second = contexts()
      local names = { ["second.rssl.test"] = second }
      local client, server = wrapped(nil, first)
      server:sni(names, true)
      client:sni "third.rssl.test"
      local ok, err = shake(client, server)
      assert.is_false(ok)
      assert.truthy(err:find("unrecognized_name", 1, true), err)
      client, server = wrapped(nil, first)
      server:sni(names, true)
      assert.is_true((shake(client, server)))
      assert.equal("localhost", name_of(client))
    end)

    it("asks the program's own table at each handshake", function()
      local first, second = contexts()
      local client, server = wrapped(nil, first)
      server:sni(setmetatable({}, { __index = { ["second.rssl.test"] = second } }), true)
      client:sni "second.rssl.test"
      assert.is_true((shake(client, server)))
      assert.equal("second.rssl.test", name_of(client))
    end)

    it("takes contexts only", function()
      local _, server = wrapped()
      assert.has_error(function() server:sni { ["second.rssl.test"] = {} } end)
    end)
  end)

  describe("alpn", function()
    local function agreed(offered, accepted)
      local client, server = connected(client_settings { alpn = offered },
                                       server_settings { alpn = accepted })
      assert.equal(client:getalpn(), server:getalpn())
      return client:getalpn()
    end

    it("agrees by the server's list", function()
      assert.equal("foo", agreed("foo", { "bar", "foo" }))
      assert.equal("bar", agreed({ "foo", "bar" }, { "bar", "foo" }))
      assert.is_nil(agreed("foo", { "bar" }))
      assert.is_nil(agreed(nil, { "bar" }))
      assert.is_nil(agreed("foo", nil))
    end)

    it("asks a server's function", function()
      local offered
      local function choosing(result)
        return function(protocols)
          offered = protocols
          return result
        end
      end
      assert.equal("b", agreed({ "a", "b" }, choosing "b"))
      assert.same({ "a", "b" }, offered)
      assert.equal("a", agreed({ "a", "b" }, choosing { "c", "a", "b" }))
      assert.is_nil(agreed({ "a" }, choosing(nil)))
    end)

    it("raises what the function raises", function()
      local client, server = wrapped(client_settings { alpn = "a" }, server_settings {
        alpn = function() error("thrown", 0) end })
      client:settimeout(0)
      client:dohandshake()
      server:settimeout(loopback.PATIENCE)
      assert.has_error(function() server:dohandshake() end, "thrown")
      server:settimeout(0)
      assert.is_false((server:dohandshake()))
    end)
  end)

  describe("a callback", function()
    local function shaken(callback)
      local client, server
      client, server = wrapped(client_settings { alpn = "a" },
                               server_settings { alpn = function() callback(server) end })
      client:settimeout(0)
      client:dohandshake()
      server:settimeout(loopback.PATIENCE)
      return server
    end

    it("cannot use the connection that it is called for", function()
      for _, method in ipairs { "close", "dohandshake", "receive" } do
        local server = shaken(function(conn) conn[method](conn) end)
        assert.error_matches(function() server:dohandshake() end, "inside its own call")
      end
    end)

    it("can close the Socket underneath", function()
      local server = shaken(function(conn) conn.socket:close() end)
      server:settimeout(0)
      assert.is_false((server:dohandshake()))
      assert.error_matches(function() server:dohandshake() end, "closed rssl.Socket")
      server:close()
      assert.equal(-1, server:getfd())
    end)
  end)

  describe("info", function()
    it("has OpenSSL's names", function()
      local client = connected(client_settings { protocol = "tlsv1_2" }, server_settings({
        ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256" }))
      assert.same({ cipher = "ECDHE-ECDSA-AES128-GCM-SHA256", protocol = "TLSv1.2", bits = 128,
                    algbits = 128, key = "ECDH", authentication = "ECDSA", encryption = "AESGCM(128)",
                    mac = "AEAD", export = false }, client:info())
      client = connected(client_settings { ciphersuites = "TLS_CHACHA20_POLY1305_SHA256" })
      assert.equal("TLS_CHACHA20_POLY1305_SHA256", client:info "cipher")
      assert.equal("TLSv1.3", client:info "protocol")
      assert.equal("CHACHA20/POLY1305(256)", client:info "encryption")
      assert.equal("any", client:info "key")
      assert.is_nil(client:info "compression")
    end)

    it("honours the options about versions", function()
      local client = connected(client_settings { options = { "all", "no_tlsv1_3" } })
      assert.equal("TLSv1.2", client:info "protocol")
      local ctx, err = ssl.newcontext(client_settings { options = { "no_tlsv1_2", "no_tlsv1_3" } })
      assert.is_nil(ctx)
      assert.truthy(err:find("no protocol left", 1, true), err)
    end)

    it("exports the same at both ends", function()
      local client, server = connected()
      local material = client:exportkeyingmaterial("EXPORTER-test", 32)
      assert.equal(32, #material)
      assert.equal(material, server:exportkeyingmaterial("EXPORTER-test", 32))
      assert.not_equal(material, server:exportkeyingmaterial("EXPORTER-test", 32, "context"))
      assert.equal("error exporting keying material",
                   (select(2, client:exportkeyingmaterial(("x"):rep(300), 32))))
    end)

    it("chooses by the kind of key that the client takes", function()
      local server = ssl.newcontext(server_settings { certificates = {
        { certificate = certificate "rsa-server.pem", key = certificate "rsa-server.key" },
        { certificate = certificate "server.pem", key = certificate "server.key" } } })
      for ciphers, kind in pairs { ["ALL:!ECDSA"] = "RSA", ["ALL:!aRSA"] = "ECDSA" } do
        local client = connected(client_settings { protocol = "tlsv1_2", ciphers = ciphers }, server)
        assert.equal(kind, client:info "authentication")
      end
    end)
  end)
end)
