-- Connections of LuaSec's interface come and go, closed or left to the collector, and leave nothing.

require("rssl.compat.luasec").install()
local loopback = require "loopback"
local resident_memory = require "resident_memory"
local ssl = require "ssl"

describe("memory", function()
  teardown(loopback.clean)

  it("is the same after 10,000 connections", function()
    local certificate = loopback.certificate
    local server_ctx = assert(ssl.newcontext {
      mode = "server", protocol = "any", certificate = certificate "server.pem",
      key = certificate "server.key", alpn = function(offered) return offered[1] end })
    local client_ctx = assert(ssl.newcontext {
      mode = "client", protocol = "any", verify = "peer", cafile = certificate "ca.pem",
      verifyext = "lsec_continue", alpn = "test" })
    local before
    for i = 1, 10000 do
      local client, server = loopback.pair()
      client, server = assert(ssl.wrap(client, client_ctx)), assert(ssl.wrap(server, server_ctx))
      server:sni { ["other.rssl.test"] = server_ctx }
      assert.is_true((loopback.shake(client, server)))
      server:send "hello\n"
      assert.equal("hello", (client:receive()))
      if i % 2 == 0 then
        client:close()
        server:close()
      end
      if i % 200 == 0 then collectgarbage() end
      if i == 3000 then before = resident_memory() end
    end
    local left = resident_memory() - before
    assert.is_true(left < 1024, ("%d KiB are left"):format(left))
  end)
end)
