--- The certificates and keys in LuaSec's settings.
-- @module rssl.compat.luasec.identities

local core = require "rssl.core"

local identities = {}

local function failed(what, error)
  return nil, ("error loading %s (%s)"):format(what, tostring(error))
end

-- A key without a certificate shows nothing to anybody, but a wrong password is to be said. librssl
-- reads keys beside certificates only: beside a stranger's, a key that can be read does not fit.
local function check_key(key, password)
  local stranger = assert(core.ctx_new(core.CLIENT))
  if not stranger:load_verify_bundled() then return true end
  local pem = stranger:roots()[1]:pem()
  local file, err = io.open(key, "rb")
  if not file then return failed("private key", err) end
  local text = file:read "*a"
  file:close()
  local identity, status, error = core.identity_new_mem(pem, text, password)
  if identity or status == "mismatch" then return true end
  return failed("private key", error)
end

-- What one entry of `certificates` holds: an identity, or nothing where a half is missing.
local function entry(cfg)
  local password = cfg.password
  if password ~= nil and type(password) ~= "string" and type(password) ~= "function" then
    return false, "invalid password type"
  end
  if cfg.certificate then
    local certificate, _, error = core.cert_new_file(cfg.certificate)
    if not certificate then return false, select(2, failed("certificate", error)) end
    if not cfg.key then return nil end
    local identity, status
    identity, status, error = core.identity_new_file(cfg.certificate, cfg.key, password)
    if identity then return identity end
    if status == "mismatch" then return false, "private key does not match public key" end
    return false, select(2, failed("private key", error))
  elseif cfg.key then
    local ok, err = check_key(cfg.key, password)
    if not ok then return false, err end
  end
  return nil
end

--- Gives a context the certificates of its settings.
-- @return true; or nil and why not
function identities.load(ctx, cfg)
  local all = {}
  for _, one in ipairs(cfg.certificates or { cfg }) do
    local identity, err = entry(one)
    if identity == false then return nil, err end
    all[#all + 1] = identity
  end
  return ctx:set_identities(all)
end

return identities
