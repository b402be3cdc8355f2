-- Connections of rssl.core come and go, closed or left to the collector, and leave nothing.

local core_ends = require "core_ends"
local loopback = require "loopback"
local resident_memory = require "resident_memory"

describe("rssl.core", function()
  teardown(loopback.clean)

  it("leaves memory flat over 10,000 connections", function()
    local cctx, sctx = core_ends.client_context(), core_ends.server_context()
    assert(cctx:set_verify_callback(function(_, verdict) return verdict end))
    local function connections(n)
      for i = 1, n do
        local client, server = core_ends.pair(cctx, sctx)
        assert(core_ends.shake(client, server))
        client:write "x"
        server:feed(client:drain())
        assert(server:read())
        if i % 2 == 0 then client:close() end
      end
      return resident_memory()
    end
    local before = connections(1000)
    local after = connections(9000)
    assert.is_true(after - before < 4096, ("%d KiB became %d"):format(before, after))
  end)

  it("leaves memory flat over 10,000 contexts in cycles with their callbacks", function()
    local function contexts(n)
      for i = 1, n do
        local ctx = core_ends.client_context()
        local client = core_ends.pair(ctx)
        assert(ctx:set_verify_callback(function() return ctx, client end))
        if i % 200 == 0 then collectgarbage() end
      end
      return resident_memory()
    end
    local before = contexts(1000)
    local after = contexts(9000)
    assert.is_true(after - before < 4096, ("%d KiB became %d"):format(before, after))
  end)
end)
