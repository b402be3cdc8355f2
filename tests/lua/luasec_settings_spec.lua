-- LuaSec's interface on librssl: what each setting does, and what connections tell.

require("rssl.compat.luasec").install()
local loopback = require "loopback"
local https = require "ssl.https"
local ssl = require "ssl"

local certificate, pair, shake = loopback.certificate, loopback.pair, loopback.shake

local open = {}

local function settings(mode, more)
  local cfg = { mode = mode, protocol = "any" }
  if mode == "server" then
    cfg.certificate, cfg.key = certificate "server.pem", certificate "server.key"
  else
    cfg.verify, cfg.cafile = "peer", certificate "ca.pem"
  end
  for name, value in pairs(more or {}) do cfg[name] = value end
  return cfg
end

-- The two ends of a handshake, and what it gave.
local function shaken(client_more, server_more)
  local client, server = pair()
  client = assert(ssl.wrap(client, settings("client", client_more)))
  server = assert(ssl.wrap(server, settings("server", server_more)))
  open[#open + 1], open[#open + 2] = client, server
  return client, server, shake(client, server)
end

local function connected(...)
  local client, server, ok, err, server_ok, server_err = shaken(...)
  assert(ok and server_ok, tostring(err or server_err))
  return client, server
end

local function text(name)
  local file = assert(io.open(certificate(name), "rb"))
  local all = file:read "*a"
  file:close()
  return all
end

local function joined(name, ...)
  local file = assert(io.open(certificate(name), "wb"))
  for _, part in ipairs { ... } do file:write(text(part)) end
  file:close()
  return certificate(name)
end

describe("a setting of ssl.newcontext", function()
  after_each(function()
    for _, conn in ipairs(open) do conn:close() end
    open = {}
  end)

  teardown(loopback.clean)

  it("protocol chooses the version", function()
    for protocol, version in pairs { any = "TLSv1.3", sslv23 = "TLSv1.3", tlsv1_2 = "TLSv1.2",
                                     tlsv1_3 = "TLSv1.3" } do
      assert.equal(version, connected { protocol = protocol }:info "protocol")
      assert.equal(version, connected(nil, { protocol = protocol }):info "protocol")
    end
    local _, _, ok = shaken({ protocol = "tlsv1_2" }, { protocol = "tlsv1_3" })
    assert.is_false(ok)
  end)

  it("capath names a directory of authorities", function()
    local directory = certificate "authorities"
    local status = os.execute(("mkdir '%s' && cp '%s' '%s' && openssl rehash '%s'"):format(
      directory, certificate "ca.pem", directory, directory))
    assert(status == 0 or status == true)
    local cfg = settings("client", { capath = directory })
    cfg.cafile = nil
    local client, server = pair()
    client, server = assert(ssl.wrap(client, cfg)), assert(ssl.wrap(server, settings "server"))
    open[1], open[2] = client, server
    assert.is_true((shake(client, server)))
    assert.is_true((client:getpeerverification()))
  end)

  it("verify takes client_once beside peer", function()
    local asking = { verify = { "peer", "client_once", "fail_if_no_peer_cert" },
                     cafile = certificate "ca.pem" }
    local _, _, _, _, ok = shaken(nil, asking)
    assert.is_false(ok)
    local _, server = connected(
      { certificate = certificate "client.pem", key = certificate "client.key" }, asking)
    assert.truthy(server:getpeercertificate())
  end)

  it("verifyext checks revocation by the lists in cafile", function()
    local lists = joined("ca-and-lists.pem", "ca.pem", "crl.pem")
    for _, check in ipairs { "crl_check", "crl_check_chain" } do
      local trust = { cafile = lists, verifyext = { "crl_check", check } }
      connected(trust)
      local _, _, ok, err = shaken(trust, { certificate = certificate "revoked.pem",
                                            key = certificate "revoked.key" })
      assert.is_false(ok)
      assert.truthy(err:find("revoked", 1, true), err)
    end
    local without = joined("ca-and-list.pem", "ca.pem", "crl-intermediate.pem")
    assert.is_true((select(3, shaken { cafile = without, verifyext = "crl_check" })))
    local _, _, ok = shaken { cafile = without, verifyext = { "crl_check", "crl_check_chain" } }
    assert.is_false(ok)
  end)

  it("options: no_ticket and cipher_server_preference count", function()
    local function session(options)
      local client = connected(nil, { options = options })
      client:settimeout(0)
      client:receive() -- what comes behind the handshake
      return client.socket:session()
    end
    assert.truthy(session { "all" })
    assert.is_nil(session { "all", "no_ticket" })
    local aes128, aes256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
    local function cipher(options)
      return connected({ protocol = "tlsv1_2", ciphers = aes128 .. ":" .. aes256 },
                       { ciphers = aes256 .. ":" .. aes128, options = options }):info "cipher"
    end
    assert.equal(aes128, cipher { "all" })
    assert.equal(aes256, cipher { "all", "cipher_server_preference" })
  end)

  it("curve and curveslist choose the groups, of which unknown ones in a list are left out", function()
    local function group(more) return (connected(more).socket:group()) end
    assert.equal(group { curve = "secp384r1" }, group { curveslist = "sect571r1:P-384" })
    assert.not_equal(group { curve = "secp384r1" }, group { curve = "prime256v1" })
    local _, _, ok = shaken({ curve = "secp384r1" }, { curve = "prime256v1" })
    assert.is_false(ok)
  end)

  it("ciphers that librssl does not have select nothing", function()
    local client = connected { protocol = "tlsv1_2", ciphers = "RC4-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:!MD5" }
    assert.equal("ECDHE-ECDSA-AES128-GCM-SHA256", client:info "cipher")
  end)
end)

describe("a connection", function()
  after_each(function()
    for _, conn in ipairs(open) do conn:close() end
    open = {}
  end)

  teardown(loopback.clean)

  it("tells both chains, and each certificate by its place", function()
    local client, server = connected()
    local sent, received = server:getlocalchain(), client:getpeerchain()
    assert.equal(2, #sent)
    assert.equal(2, #received)
    for i = 1, 2 do
      assert.equal(sent[i]:pem(), received[i]:pem())
      assert.equal(sent[i]:pem(), client:getpeercertificate(i):pem())
    end
    assert.equal(sent[1]:pem(), server:getlocalcertificate():pem())
    assert.is_nil(client:getpeercertificate(3))
    assert.equal("invalid certificate index", (select(2, client:getpeercertificate(0))))
    assert.is_nil(client:getlocalcertificate())
    assert.same({}, client:getlocalchain())
  end)

  it("takes statistics", function()
    local client, server = connected()
    client:send "abc"
    server:receive(3)
    assert.truthy(client:setstats(10, 20, 5))
    local received, sent, age = client:getstats()
    assert.equal(10, received)
    assert.equal(20, sent)
    assert.is_true(age >= 5)
    server:setstats(nil, 7)
    assert.equal(3, (server:getstats()))
    assert.equal(7, (select(2, server:getstats())))
  end)

  it("limits a call's time by both of LuaSocket's modes", function()
    local client = connected()
    for _, mode in ipairs { "b", "t" } do
      client:settimeout(nil, "b")
      client:settimeout(nil, "t")
      assert.truthy(client:settimeout(0.01, mode))
      assert.equal("wantread", (select(2, client:receive())))
    end
    assert.has_error(function() client:settimeout(1, "x") end)
  end)
end)

describe("ssl.https", function()
  it("has LuaSec's settings for all requests", function()
    assert.equal(443, https.PORT)
    assert.equal(60, https.TIMEOUT)
    assert.equal("string", type(https._VERSION))
  end)
end)
