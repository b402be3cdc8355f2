-- The certificates of LuaSec's interface, beside LuaSec's own.

local theirs = require "ssl"
local ours = require("rssl.compat.luasec").install()
local loopback = require "loopback"

local FILES = { "ca", "server", "rsa-server", "p384-server", "ed25519-server", "second", "large-server",
                "client", "expired", "no-akid", "revoked", "self-signed", "cn-only" }

local function text(path)
  local file = assert(io.open(path, "rb"))
  local all = file:read "*a"
  file:close()
  return all
end

-- A certificate with every kind of alternative name and odd names, made by OpenSSL.
local function unusual()
  local path = loopback.certificate "unusual"
  local config = assert(io.open(path .. ".cnf", "w"))
  config:write [[
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
utf8 = yes
string_mask = utf8only
[name]
C = NL
O = Zoë & Co
0.OU = one
1.OU = two
0.1.3.6.1.4.1.99999.1 = unnamed
[extensions]
subjectAltName = DNS:a.example, DNS:*.b.example, email:a@example.org, URI:https://example.org/a,\
  IP:192.0.2.7, IP:2001:db8::1, IP:::1, IP:2001:db8:0:1:0:0:0:2, IP:1:2:3:4:5:6:7:8, IP:::,\
  otherName:1.3.6.1.5.5.7.8.5;UTF8:user@example.org
]]
  config:close()
  local status = os.execute(
    ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null "
      .. "-config '%s.cnf' -set_serial 0x00ff01 -days 3 -out '%s.pem' 2>/dev/null"):format(path, path))
  assert(status == 0 or status == true)
  return path .. ".pem"
end

describe("a certificate", function()
  local pairs_of = {}

  setup(function()
    for _, name in ipairs(FILES) do
      local pem = text(loopback.certificate(name .. ".pem"))
      pairs_of[name] = { theirs.loadcertificate(pem), ours.loadcertificate(pem) }
    end
    local pem = text(unusual())
    pairs_of.unusual = { theirs.loadcertificate(pem), ours.loadcertificate(pem) }
  end)

  teardown(loopback.clean)

  local function agrees(method, ...)
    for name, both in pairs(pairs_of) do
      local expected = { both[1][method](both[1], ...) }
      assert.same(expected, { both[2][method](both[2], ...) }, name .. ": " .. method)
    end
  end

  it("has the same fields", function()
    for _, method in ipairs { "pem", "serial", "notbefore", "notafter", "subject", "issuer", "digest",
                              "getsignaturename" } do
      agrees(method)
    end
  end)

  it("has the same digests", function()
    for _, name in ipairs { "sha1", "sha256", "sha512", "md4" } do agrees("digest", name) end
  end)

  it("has the same public key", function()
    for name, both in pairs(pairs_of) do
      local pem, kind, bits = both[1]:pubkey()
      local our_pem, our_kind, our_bits = both[2]:pubkey()
      assert.equal(pem, our_pem, name)
      assert.equal(kind, our_kind, name)
      -- OpenSSL counts the 253 bits of Ed25519's group.
      if kind ~= "Unknown" then assert.equal(bits, our_bits, name) end
    end
  end)

  it("has the same alternative names", function()
    for name, both in pairs(pairs_of) do
      local expected, found = both[1]:extensions(), both[2]:extensions()
      for _, names in pairs(expected) do
        -- LuaSec gives these an OpenSSL name where there is one.
        local other = names["1.3.6.1.5.5.7.8.5"]
        if other then other.name = "1.3.6.1.5.5.7.8.5" end
      end
      assert.same(expected, found, name)
    end
  end)

  it("is valid at the same times", function()
    local now = os.time()
    for _, at in ipairs { 0, now - 86400, now, now + 86400, now + 4e9 } do agrees("validat", at) end
  end)

  it("matches names", function()
    local server = pairs_of.server[2]
    assert.is_true(server:checkhost "localhost")
    assert.is_true(server:checkhost "127.0.0.1")
    assert.is_true(server:checkhost "a.wild.rssl.test")
    assert.is_false(server:checkhost "second.rssl.test")
  end)

  it("knows LuaSec's encodings", function()
    agrees("setencode", "utf8")
    agrees("subject")
    agrees("setencode", "ai5")
    agrees("setencode", "latin1")
  end)

  it("says that it cannot judge another", function()
    local issued, err = pairs_of.ca[2]:issued(pairs_of.client[2])
    assert.is_nil(issued)
    assert.equal("string", type(err))
  end)

  it("is nothing if it is malformed", function()
    assert.is_nil(ours.loadcertificate "no certificate")
    assert.is_nil(ours.loadcertificate "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
  end)

  it("shows what it is", function()
    assert.truthy(tostring(pairs_of.ca[2]):find "^X509 certificate: 0x")
  end)
end)
