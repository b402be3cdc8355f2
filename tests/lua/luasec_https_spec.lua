-- ssl.https on librssl, against a server in another process.

require("rssl.compat.luasec").install()
local https_process = require "https_process"
local loopback = require "loopback"
local https = require "ssl.https"
local ltn12 = require "ltn12"

describe("ssl.https", function()
  local base

  before_each(function() base = "https://localhost:" .. https_process.start "server" end)
  after_each(https_process.stop)
  teardown(loopback.clean)

  it("gets and posts with a URL", function()
    local body, code, headers, status = https.request(base .. "/hello")
    assert.equal("hello", body)
    assert.equal(200, code)
    assert.equal("5", headers["content-length"])
    assert.equal("HTTP/1.0 200 OK", status)
    assert.equal("a=b", (https.request(base .. "/", "a=b")))
    assert.equal("localhost", (https.request(base .. "/name")))
  end)

  it("takes settings beside the request", function()
    local chunks = {}
    local function request(settings)
      settings.url, settings.sink = base .. "/hello", ltn12.sink.table(chunks)
      return https.request(settings)
    end
    assert.equal(1, (request { verify = "peer", cafile = loopback.certificate "ca.pem" }))
    assert.equal("hello", table.concat(chunks))
    local result, err = request { verify = "peer", cafile = loopback.certificate "other-ca.pem" }
    assert.is_nil(result)
    assert.truthy(err:find("issuer", 1, true), err)
    result, err = request { protocol = "tlsv1" }
    assert.is_nil(result)
    assert.equal("invalid protocol (tlsv1)", err)
  end)

  it("gives out a body that ends without close_notify", function()
    assert.equal("half of the bo", (https.request(base .. "/cut")))
  end)

  it("refuses what LuaSec refuses", function()
    for setting, err in pairs { proxy = "proxy not supported", redirect = "redirect not supported",
                                create = "create function not permitted" } do
      local result, said = https.request { url = base, [setting] = true }
      assert.is_nil(result)
      assert.equal(err, said)
    end
  end)

  it("makes connections for others", function()
    local conn = https.tcp { verify = "none" } ()
    conn:settimeout(loopback.PATIENCE)
    assert.equal(1, conn:connect("localhost", tonumber(base:match "%d+$")))
    conn:send "GET /hello HTTP/1.0\r\n\r\n"
    assert.equal("HTTP/1.0 200 OK", conn:receive())
    conn:close()
  end)
end)
