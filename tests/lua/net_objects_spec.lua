-- net.SslConfiguration, net.SslCertificate, net.SslKey, net.SslEncoding, net.SslError.

local core = require "rssl.core"
local loopback = require "loopback"
local net = require "rssl.net"
local ssl_ends = require "ssl_ends"

local read_file = ssl_ends.read_file
local SslCertificate, SslConfiguration, SslEncoding, SslKey =
  net.SslCertificate, net.SslConfiguration, net.SslEncoding, net.SslKey

describe("net.SslEncoding", function()
  it("has the documented values", function()
    assert.equal(0, SslEncoding.PEM)
    assert.equal(1, SslEncoding.DER)
  end)
end)

describe("net.SslCertificate", function()
  teardown(loopback.clean)

  it("is read from PEM or DER, as said", function()
    local pem, der = read_file "server.pem", read_file "server.der"
    assert.is_false(SslCertificate.new(pem).null)
    assert.is_false(SslCertificate.new(pem, SslEncoding.PEM).null)
    assert.is_false(SslCertificate.new(der, SslEncoding.DER).null)
    assert.is_true(SslCertificate.new(der).null)
    assert.is_true(SslCertificate.new(pem, SslEncoding.DER).null)
    assert.is_true(SslCertificate.new("").null)
    assert.is_true(SslCertificate.new(der:sub(1, 100), SslEncoding.DER).null)
    assert.equal(der, SslCertificate.new(pem):to_der())
    assert.has_error(function() SslCertificate.new(1) end)
    assert.has_error(function() SslCertificate.new(pem, 7) end)
    assert.has_error(function() SslCertificate.new(pem).null = true end)
    assert.equal(2, #SslCertificate.from_data(pem))
    assert.equal(1, #SslCertificate.from_data(der, SslEncoding.DER))
    assert.same({}, SslCertificate.from_data "")
  end)

  it("tells what it says", function()
    local certificate = SslCertificate.new(read_file "server.pem")
    assert.is_string(certificate.subject_info.commonName)
    assert.is_string(certificate.issuer_info.commonName)
    assert.is_true(certificate.effective_date < os.time() and os.time() < certificate.expiry_date)
    local names = certificate.subject_alternative_names
    assert.equal("localhost", names.DNS[1])
    assert.equal("127.0.0.1", names.IP[1])
    assert.truthy(certificate.serial_number:find "^%x+$")
    assert.equal(32, #certificate:digest())
    assert.equal(20, #certificate:digest "sha1")
    assert.has_error(function() certificate:digest "md5" end)
    assert.is_false(certificate.is_self_signed)
    assert.is_true(SslCertificate.new(read_file "self-signed.pem").is_self_signed)
    assert.truthy(certificate:to_pem():find "^%-%-%-%-%-BEGIN CERTIFICATE")
    assert.truthy(certificate:to_text():find "localhost")
  end)

  it("that is null says nothing", function()
    local certificate = SslCertificate.new "junk"
    assert.is_nil(certificate.subject_info)
    assert.is_nil(certificate.expiry_date)
    assert.equal("", certificate:to_pem())
    assert.equal("", certificate:to_der())
    assert.equal("", certificate:digest())
    assert.equal("", certificate.serial_number)
    assert.is_false(certificate.is_self_signed)
  end)
end)

describe("net.SslKey", function()
  teardown(loopback.clean)

  it("has the documented values", function()
    assert.same({0, 1}, {SslKey.PUBLIC, SslKey.PRIVATE})
    assert.same({0, 1, 2}, {SslKey.RSA, SslKey.DSA, SslKey.EC})
  end)

  it("is null unless it is a key of the algorithm said", function()
    local function null(name, algorithm, format)
      return SslKey.new(read_file(name), algorithm, format).null
    end
    assert.is_false(null("server.key", SslKey.EC))
    assert.is_false(null("server-sec1.key", SslKey.EC))
    assert.is_false(null("server.key.der", SslKey.EC, SslEncoding.DER))
    assert.is_false(null("rsa-server.key", SslKey.RSA))
    assert.is_false(null("rsa-server-pkcs1.key", SslKey.RSA))
    assert.is_false(null("ed25519-server.key", SslKey.ED25519))
    assert.is_false(null("server-encrypted.key", SslKey.EC))
    assert.is_true(null("server.key", SslKey.RSA))
    assert.is_true(null("rsa-server.key", SslKey.EC))
    assert.is_true(null("rsa-server-pkcs1.key", SslKey.EC))
    assert.is_true(null("server.key", SslKey.DSA))
    assert.is_true(null("server.key", SslKey.EC, SslEncoding.DER))
    assert.is_true(null("server.key.der", SslKey.EC))
    assert.is_true(null("server.pem", SslKey.EC))
    assert.is_true(SslKey.new("", SslKey.EC).null)
    assert.is_true(SslKey.new(read_file "server.key.der" .. "x", SslKey.EC, SslEncoding.DER).null)
    local key = SslKey.new(read_file "server.key", SslKey.EC)
    assert.equal(SslKey.PRIVATE, key.type)
    assert.equal(SslKey.EC, key.algorithm)
    assert.is_true(SslKey.new(read_file "server.key", SslKey.EC, SslEncoding.PEM, SslKey.PUBLIC).null)
    assert.has_error(function() SslKey.new(1, SslKey.EC) end)
    assert.has_error(function() SslKey.new("", SslKey.EC, SslEncoding.PEM, 7) end)
    assert.has_error(function() key.null = false end)
  end)

  it("can be public", function()
    local spki = core.cert_new_mem(read_file "server.pem"):spki()
    local key = SslKey.new(spki, SslKey.EC, SslEncoding.DER, SslKey.PUBLIC)
    assert.is_false(key.null)
    assert.equal(SslKey.PUBLIC, key.type)
  end)
end)

describe("net.SslConfiguration", function()
  teardown(loopback.clean)

  it("has the documented defaults", function()
    local configuration = SslConfiguration.new()
    assert.equal(SslConfiguration.AUTO_VERIFY_PEER, configuration.peer_verify_mode)
    assert.is_nil(configuration.local_certificate)
    assert.is_nil(configuration.private_key)
    assert.same({}, configuration.local_certificate_chain)
    assert.is_nil(configuration.ca_certificates)
  end)

  it("keeps what is set, and refuses what is not of the kind", function()
    local configuration = SslConfiguration.new()
    local certificate = SslCertificate.new(read_file "server.pem")
    local key = SslKey.new(read_file "server.key", SslKey.EC)
    configuration.local_certificate = certificate
    configuration.private_key = key
    configuration.peer_verify_mode = SslConfiguration.QUERY_PEER
    assert.equal(certificate, configuration.local_certificate)
    assert.equal(certificate, configuration.local_certificate_chain[1])
    assert.equal(key, configuration.private_key)
    assert.equal(SslConfiguration.QUERY_PEER, configuration.peer_verify_mode)
    configuration.local_certificate = nil
    assert.is_nil(configuration.local_certificate)
    for name, value in pairs {
      local_certificate = "x", local_certificate_chain = {"x"}, private_key = certificate,
      peer_verify_mode = 9, ca_certificates = {key}, allowed_next_protocols = "h2", min_protocol = "SSLv3",
      ciphers = {},
    } do
      assert.has_error(function() configuration[name] = value end)
    end
    assert.has_error(function() configuration.peer_verify_mode = nil end)
  end)

  it("is not changed by what becomes of a list that it was given, or gave", function()
    local configuration = SslConfiguration.new()
    local certificate = SslCertificate.new(read_file "server.pem")
    for name, value in pairs {
      local_certificate_chain = certificate, ca_certificates = certificate, allowed_next_protocols = "h2",
    } do
      local list = {value}
      configuration[name] = list
      list[2] = "x"
      table.insert(configuration[name], "y")
      assert.same({value}, configuration[name])
    end
  end)

  it("takes CA certificates with a colon or with a dot, and from files", function()
    local ca = SslCertificate.new(read_file "ca.pem")
    for _, add in ipairs {
      function(c) c:add_ca_certificate(ca) end,
      function(c) c.add_ca_certificate(ca) end,
      function(c) assert.is_true(c:add_ca_certificates(loopback.certificate "ca.pem")) end,
    } do
      local configuration = SslConfiguration.new()
      configuration.ca_certificates = {}
      add(configuration)
      local ctx = configuration:_context(core.CLIENT, SslConfiguration.VERIFY_PEER, function() end)
      assert.equal(1, ctx:root_count())
    end
    local configuration = SslConfiguration.new()
    assert.has_error(function() configuration:add_ca_certificate "x" end)
    local done, why = configuration:add_ca_certificates "/nonexistent"
    assert.is_false(done)
    assert.truthy(why:find "/nonexistent")
  end)

  it("trusts the system's authorities as a client, and none but its own as a server", function()
    local configuration = SslConfiguration.new()
    local client = configuration:_context(core.CLIENT, SslConfiguration.VERIFY_PEER, function() end)
    assert.is_true(client == nil or client:root_count() > 10)
    local server = configuration:_context(core.SERVER, SslConfiguration.QUERY_PEER, function() end)
    assert.equal(0, server:root_count())
  end)

  it("makes one context for all sockets until something changes", function()
    local configuration = ssl_ends.configuration "server"
    local function context() return (configuration:_context(core.SERVER, 1, function() end)) end
    local first = context()
    assert.equal(first, context())
    configuration.ciphers = "TLS_AES_128_GCM_SHA256"
    assert.is_false(first == context())
  end)
end)

describe("net.SslError", function()
  teardown(loopback.clean)

  it("is a fault of a certificate", function()
    local certificate = SslCertificate.new(read_file "server.pem")
    local fault = net.SslError.new(core.V_CERT_EXPIRED, certificate)
    assert.equal(core.V_CERT_EXPIRED, fault.error)
    assert.equal(certificate, fault.certificate)
    assert.truthy(fault.error_string:find "expired")
    assert.has_error(function() net.SslError.new(core.V_CERT_EXPIRED) end)
    assert.has_error(function() fault.error = 0 end)
  end)
end)
