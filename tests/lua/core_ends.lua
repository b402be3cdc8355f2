-- Both ends of rssl.core in memory, for tests, with testca's certificates.

local core = require "rssl.core"
local loopback = require "loopback"

local certificate = loopback.certificate
local core_ends = {}

function core_ends.client_context()
  local ctx = assert(core.ctx_new(core.CLIENT))
  assert(ctx:load_verify_file(certificate "ca.pem"))
  return ctx
end

function core_ends.server_context(identity)
  local ctx = assert(core.ctx_new(core.SERVER))
  identity = identity or "server"
  assert(ctx:load_cert_file(certificate(identity .. ".pem"), certificate(identity .. ".key")))
  return ctx
end

function core_ends.pair(cctx, sctx)
  return assert(core.wrap(cctx or core_ends.client_context(), nil, core.CLIENT, "localhost")),
    assert(core.wrap(sctx or core_ends.server_context(), nil, core.SERVER))
end

--- Shakes hands in memory: true, or nil, which end, its status and its error.
function core_ends.shake(client, server)
  for _ = 1, 10 do
    local client_done, status, err = client:handshake()
    server:feed(client:drain())
    if err then return nil, "client", status, err end
    local server_done
    server_done, status, err = server:handshake()
    client:feed(server:drain())
    if err then return nil, "server", status, err end
    if client_done and server_done then return true end
  end
  return nil, "neither"
end

return core_ends
