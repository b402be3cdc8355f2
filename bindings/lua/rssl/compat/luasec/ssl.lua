--- What `require "ssl"` gives: see rssl.compat.luasec.
-- @module rssl.compat.luasec.ssl

local certificate = require "rssl.compat.luasec.certificate"
local connection = require "rssl.compat.luasec.connection"
local context = require "rssl.compat.luasec.context"

return {
  _VERSION = "1.3.2", -- of LuaSec's interface, which programs compare
  _COPYRIGHT = "LuaSec's interface on librssl",
  config = require "rssl.compat.luasec.config",
  context = { setcipher = context.setcipher },
  loadcertificate = certificate.load,
  newcontext = context.new,
  wrap = connection.wrap,
}
