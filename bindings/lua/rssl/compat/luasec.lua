--- LuaSec's interface on librssl, for programs written for LuaSec and LuaSocket.
--
--    require("rssl.compat.luasec").install()
--
-- makes `require "ssl"` and `require "ssl.https"` librssl's from then on. Nothing is verified that
-- the program does not ask for, as in LuaSec; `rssl` and `rssl.https` are the safe way.
-- @module rssl.compat.luasec

local luasec = {}

--- Makes `ssl` and `ssl.https` ours for every `require` that follows.
-- @return the module `ssl`
function luasec.install()
  local ssl = require "rssl.compat.luasec.ssl"
  package.loaded["ssl"] = ssl
  -- Not before it is asked for: it loads socket.http, which copas must see first.
  package.loaded["ssl.https"] = nil
  package.preload["ssl.https"] = function() return require "rssl.compat.luasec.https" end
  return ssl
end

return luasec
