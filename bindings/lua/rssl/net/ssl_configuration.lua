--- What a handshake is made with: certificates, keys, trust, and what may be agreed on.
--
-- `VERIFY_NONE` 0, `QUERY_PEER` 1, `VERIFY_PEER` 2, `AUTO_VERIFY_PEER` 3, which is the default.
-- @classmod SslConfiguration

local core = require "rssl.core"

local SslCertificate = require "rssl.net.ssl_certificate"
local SslKey = require "rssl.net.ssl_key"
local class = require "rssl.net.class"

local SslConfiguration = class.define "SslConfiguration"

SslConfiguration.VERIFY_NONE = 0
SslConfiguration.QUERY_PEER = 1
SslConfiguration.VERIFY_PEER = 2
SslConfiguration.AUTO_VERIFY_PEER = 3

-- Contexts, made at the first handshake that needs them and kept until a setting changes. Those of
-- configurations in which nothing was set are the same for all.
local default_contexts = {}

--- One with which nothing was set.
function SslConfiguration.new()
  return class.instance(SslConfiguration, {
    _chain = {}, _peer_verify_mode = SslConfiguration.AUTO_VERIFY_PEER, _added = {},
    _contexts = default_contexts,
  })
end

function SslConfiguration._check_mode(mode)
  if mode ~= 0 and mode ~= 1 and mode ~= 2 and mode ~= 3 then
    error("no such peer_verify_mode: " .. tostring(mode), 4)
  end
  return mode
end

local function setting(field, check)
  return {
    get = function(self) return self[field] end,
    set = function(self, value)
      if value ~= nil or field == "_peer_verify_mode" then check(value) end
      self[field], self._contexts = value, {}
    end,
  }
end

-- A list is copied on its way in and out: one that is changed in place would not make new contexts.
local function copied(list)
  local copy = {}
  for i, value in ipairs(list) do copy[i] = value end
  return copy
end

local function list_setting(field, check)
  return {
    get = function(self) return self[field] and copied(self[field]) end,
    set = function(self, list)
      if list ~= nil then check(list) end
      self[field], self._contexts = list and copied(list), {}
    end,
  }
end

local function check_certificates(list)
  if type(list) ~= "table" then error("must be a table of SslCertificate", 4) end
  for _, certificate in ipairs(list) do SslCertificate._check(certificate, "each") end
end

local function check_strings(list)
  if type(list) ~= "table" then error("must be a table of strings", 4) end
  for _, s in ipairs(list) do
    if type(s) ~= "string" then error("must be a table of strings", 4) end
  end
end

local function check_string(s)
  if type(s) ~= "string" then error("must be a string", 4) end
end

local VERSIONS = {["TLSv1.2"] = core.TLS1_2, ["TLSv1.3"] = core.TLS1_3}

local function check_version(version)
  if not VERSIONS[version] then error('must be "TLSv1.2" or "TLSv1.3"', 4) end
end

local function add_ca_certificate(self, certificate)
  SslCertificate._check(certificate, "the CA certificate")
  self._added[#self._added + 1] = certificate
  self._contexts = {}
end

SslConfiguration:_define_properties {
  --- The SslCertificate that is shown to peers.
  -- @property local_certificate
  local_certificate = {
    get = function(self) return self._chain[1] end,
    set = function(self, certificate)
      if certificate ~= nil then SslCertificate._check(certificate, "local_certificate") end
      self._chain, self._contexts = {certificate}, {}
    end,
  },
  --- The same with those that vouch for it: a list of SslCertificate.
  -- @property local_certificate_chain
  local_certificate_chain = {
    get = function(self) return copied(self._chain) end,
    set = function(self, chain)
      check_certificates(chain)
      self._chain, self._contexts = copied(chain), {}
    end,
  },
  --- The SslKey of the local certificate.
  -- @property private_key
  private_key = setting("_key", function(key) SslKey._check(key, "private_key") end),
  --- One of the constants above.
  -- @property peer_verify_mode
  peer_verify_mode = setting("_peer_verify_mode", SslConfiguration._check_mode),
  --- The authorities trusted in place of the operating system's; nil: those.
  -- @property ca_certificates
  ca_certificates = list_setting("_authorities", check_certificates),
  --- ALPN, the preferred first.
  -- @property allowed_next_protocols
  allowed_next_protocols = list_setting("_protocols", check_strings),
  --- "TLSv1.2" or "TLSv1.3".
  -- @property min_protocol
  min_protocol = setting("_min_protocol", check_version),
  --- OpenSSL's or IANA's names, separated by ":".
  -- @property ciphers
  ciphers = setting("_ciphers", check_string),
  --- `add_ca_certificate(certificate)` trusts one more authority; with ":" or with ".".
  -- @property add_ca_certificate
  add_ca_certificate = {
    get = function(self)
      return function(first, second)
        local certificate = first
        if first == self then certificate = second end
        add_ca_certificate(self, certificate)
      end
    end,
  },
}

--- Trusts the certificates in a PEM file too. True, or false and why not.
function SslConfiguration:add_ca_certificates(path)
  local reader = assert(core.ctx_new(core.CLIENT))
  local loaded, _, err = reader:load_verify_file(path)
  if not loaded then return false, tostring(err) end
  for _, certificate in ipairs(reader:roots()) do
    add_ca_certificate(self, SslCertificate._of(certificate))
  end
  return true
end

local function load_roots(self, ctx, with_system)
  local loaded, _, err = true, nil, nil
  if with_system and not self._authorities then loaded, _, err = ctx:load_verify_system() end
  for _, list in ipairs {self._authorities or {}, self._added} do
    for _, certificate in ipairs(list) do
      local added, _, why = ctx:load_verify_mem(certificate:to_pem())
      if not added then return nil, why end
    end
  end
  if not loaded and ctx:root_count() == 0 then return nil, err end
  return true
end

local function load_identity(self, ctx)
  if #self._chain == 0 then return true end
  local key = self._key
  if not key or key.null then return nil, "the local certificate's private key is missing or null" end
  local chain = {}
  for i, certificate in ipairs(self._chain) do chain[i] = certificate:to_pem() end
  local loaded, _, err = ctx:load_cert_mem(table.concat(chain), key._encoded, key._passphrase)
  return loaded, err
end

local function negotiate(self, ctx, role)
  local done, _, err = true, nil, nil
  if self._min_protocol then done, _, err = ctx:set_versions(VERSIONS[self._min_protocol]) end
  if done and self._ciphers then done, _, err = ctx:set_ciphers(self._ciphers) end
  if done and self._protocols then done, _, err = ctx:set_alpn(self._protocols) end
  if done and role == core.SERVER then done, _, err = ctx:set_options(core.OPT_ALPN_OPTIONAL) end
  return done, err
end

local function verify(self, ctx, role, mode, on_verify)
  if mode == SslConfiguration.VERIFY_NONE then
    if role == core.CLIENT then assert(ctx:set_check_hostname(false)) end
    assert(ctx:set_verify(core.CERT_NONE))
    return true
  end
  -- A server's clients are vouched for by the authorities named, never by all of the system's.
  local loaded, err = load_roots(self, ctx, role == core.CLIENT)
  if not loaded and mode == SslConfiguration.VERIFY_PEER then return nil, err end
  local optional = role == core.SERVER and mode == SslConfiguration.QUERY_PEER
  assert(ctx:set_verify(optional and core.CERT_OPTIONAL or core.CERT_REQUIRED))
  assert(ctx:set_verify_callback(on_verify))
  return true
end

-- The mode that AUTO_VERIFY_PEER stands for in this role.
function SslConfiguration._effective_mode(mode, role)
  if mode ~= SslConfiguration.AUTO_VERIFY_PEER then return mode end
  return role == core.SERVER and SslConfiguration.QUERY_PEER or SslConfiguration.VERIFY_PEER
end

-- A context of rssl.core for handshakes in this role; nil and why there is none.
function SslConfiguration:_context(role, mode, on_verify)
  local key = role * 4 + mode
  local ctx = self._contexts[key]
  if ctx then return ctx end
  ctx = assert(core.ctx_new(role))
  local done, err = negotiate(self, ctx, role)
  if done then done, err = load_identity(self, ctx) end
  if done then done, err = verify(self, ctx, role, mode, on_verify) end
  if not done then return nil, tostring(err) end
  self._contexts[key] = ctx
  return ctx
end

function SslConfiguration._check(configuration)
  if getmetatable(configuration) ~= SslConfiguration._metatable then
    error("configuration must be an SslConfiguration", 4)
  end
  return configuration
end

return SslConfiguration
