--- LuaSec's contexts: a table of settings becomes a Context of rssl.core.
-- @module rssl.compat.luasec.context

local core = require "rssl.core"
local config = require "rssl.compat.luasec.config"
local identities = require "rssl.compat.luasec.identities"

local context = {}

-- What a Context does not know of itself: mode, alpn (a function), continue.
local settings = setmetatable({}, { __mode = "k" })

--- The settings of a context that new has made; nil for anything else.
function context.settings(ctx) return settings[ctx] end

-- A setting that is a word or a list of words.
local function words(value)
  if value == nil then return {} end
  return type(value) == "table" and value or { value }
end

local function failed(what, error)
  return nil, ("%s (%s)"):format(what, tostring(error))
end

local ROLES = { client = core.CLIENT, server = core.SERVER }
local VERSIONS = {
  any = { 0, 0 },
  sslv23 = { 0, 0 },
  tlsv1_2 = { core.TLS1_2, core.TLS1_2 },
  tlsv1_3 = { core.TLS1_3, core.TLS1_3 },
}

local function set_versions(ctx, cfg, options)
  local lowest, highest = VERSIONS[cfg.protocol][1], VERSIONS[cfg.protocol][2]
  if options.no_tlsv1_2 and lowest ~= core.TLS1_2 then lowest = core.TLS1_3 end
  if options.no_tlsv1_3 and highest ~= core.TLS1_3 then highest = core.TLS1_2 end
  local ok, _, error = ctx:set_versions(lowest, highest)
  if not ok then return failed("no protocol left", error) end
  return true
end

local function set_options(ctx, cfg)
  local options = {}
  for _, option in ipairs(words(cfg.options)) do
    if not config.options[option] then return nil, ("invalid option (%s)"):format(tostring(option)) end
    options[option] = true
  end
  local ok, err = set_versions(ctx, cfg, options)
  if not ok then return nil, err end
  if cfg.mode == "server" then
    -- LuaSec goes on without a common protocol, names no authorities, and follows the client's order
    -- of ciphers unless told otherwise.
    local set, clear = core.OPT_ALPN_OPTIONAL + core.OPT_NO_CA_NAMES, 0
    if options.no_ticket then set = set + core.OPT_NO_TICKETS end
    if not options.cipher_server_preference then clear = core.OPT_SERVER_ORDER end
    assert(ctx:set_options(set, clear))
  end
  return true
end

local function load_roots(ctx, cfg)
  if cfg.cafile then
    local ok, _, error = ctx:load_verify_file(cfg.cafile)
    if not ok then return failed("error loading CA locations", error) end
  end
  if cfg.capath then
    local ok, _, error = ctx:load_verify_dir(cfg.capath)
    if not ok then return failed("error loading CA locations", error) end
  end
  return true
end

local VERIFY = { none = true, peer = true, client_once = true, fail_if_no_peer_cert = true }
local VERIFYEXT = { lsec_continue = true, lsec_ignore_purpose = true, crl_check = true,
                    crl_check_chain = true }

local function flags(value, known)
  local set = {}
  for _, flag in ipairs(words(value)) do
    if not known[flag] then return nil, ("invalid verify option (%s)"):format(tostring(flag)) end
    set[flag] = true
  end
  return set
end

-- LuaSec has no names for files of CRLs: OpenSSL takes those that are among the roots.
local function check_revocation(ctx, cfg, whole_chain)
  if cfg.cafile then
    local ok, status, error = ctx:load_crl_file(cfg.cafile)
    if not ok and status ~= "format" then return failed("error loading CA locations", error) end
  end
  return ctx:set_crl_flags(core.CRL_REQUIRED + (whole_chain and 0 or core.CRL_LEAF_ONLY))
end

-- X509_V_ERR_CERT_CHAIN_TOO_LONG
local CHAIN_TOO_LONG = 22

-- Who decides about a peer. Everybody is accepted where LuaSec goes on after an error; the verdict is
-- kept all the same, for getpeerverification.
local function judge(accept, depth)
  return function(socket, verdict)
    if accept then return core.V_OK end
    if depth and verdict == core.V_OK and #socket:verified_chain() - 2 > depth then
      return CHAIN_TOO_LONG
    end
    return verdict
  end
end

local function set_verification(ctx, cfg, own)
  local verify, err = flags(cfg.verify, VERIFY)
  if not verify then return nil, err end
  local extra
  extra, err = flags(cfg.verifyext, VERIFYEXT)
  if not extra then return nil, err end
  own.continue = extra.lsec_continue
  if extra.crl_check then
    local ok
    ok, err = check_revocation(ctx, cfg, extra.crl_check_chain)
    if not ok then return nil, err end
  end
  -- LuaSec checks no names.
  assert(ctx:set_check_hostname(false))
  if cfg.mode == "server" and not verify.peer then
    assert(ctx:set_verify(core.CERT_NONE))
    return true
  end
  local required = cfg.mode == "client" or verify.fail_if_no_peer_cert
  assert(ctx:set_verify(required and core.CERT_REQUIRED or core.CERT_OPTIONAL))
  local accept = own.continue or not verify.peer
  if accept or cfg.depth or ctx:root_count() == 0 then
    assert(ctx:set_verify_callback(judge(accept, cfg.depth)))
  end
  return true
end

-- The ciphers of TLS 1.3 by name, those of TLS 1.2 as they are.
local function set_ciphersuites(ctx, names)
  local all = { names }
  for _, cipher in ipairs(ctx:ciphers()) do
    local name = core.cipher_name(cipher)
    if not name:find "^TLS_" then all[#all + 1] = name end
  end
  return ctx:set_ciphers(table.concat(all, ":"))
end

local function set_ciphers(ctx, cfg)
  if cfg.ciphers then
    local ok, err = context.setcipher(ctx, cfg.ciphers)
    if not ok then return nil, err end
  end
  if cfg.ciphersuites then
    local ok, _, error = set_ciphersuites(ctx, cfg.ciphersuites)
    if not ok then return failed("error setting cipher list", error) end
  end
  return true
end

-- Of a list, those that this build has: it names older ones for older peers.
local function set_groups(ctx, cfg)
  if cfg.curveslist then
    local known, probe = {}, assert(core.ctx_new(core.CLIENT))
    for name in cfg.curveslist:gmatch "[^:]+" do
      if probe:set_groups(name) then known[#known + 1] = name end
    end
    if not known[1] then return nil, ('unknown elliptic curve in "%s"'):format(cfg.curveslist) end
    return ctx:set_groups(table.concat(known, ":"))
  elseif cfg.curve then
    if not ctx:set_groups(cfg.curve) then
      return nil, ("elliptic curve '%s' not supported"):format(cfg.curve)
    end
  end
  return true
end

local function set_alpn(ctx, cfg, own)
  if cfg.alpn == nil then return true end
  if cfg.mode == "server" and type(cfg.alpn) == "function" then
    own.alpn = cfg.alpn
    return true
  end
  if type(cfg.alpn) ~= "table" and not (type(cfg.alpn) == "string" and cfg.mode == "client") then
    return nil, "invalid ALPN parameter"
  end
  local names = words(cfg.alpn)
  if not names[1] then return nil, "invalid ALPN list (empty)" end
  for _, name in ipairs(names) do
    if name == "" then return nil, "invalid ALPN name (empty string)" end
    if #name > 255 then return nil, "invalid ALPN name (length > 255)" end
  end
  local ok, _, error = ctx:set_alpn(names)
  if not ok then return failed("error setting ALPN", error) end
  return true
end

local function refused(cfg)
  if not VERSIONS[cfg.protocol] then
    return ("invalid protocol (%s)"):format(tostring(cfg.protocol))
  elseif not ROLES[cfg.mode] then
    return ("invalid mode (%s)"):format(tostring(cfg.mode))
  elseif cfg.psk then
    return "PSK not supported"
  elseif cfg.dane then
    return "DANE not supported"
  elseif cfg.dhparam and type(cfg.dhparam) ~= "function" then
    return "invalid DH parameter type"
  end
end

--- ssl.context.setcipher(context, list): what programs for the oldest LuaSec call themselves.
-- @return true; or false and why not
function context.setcipher(ctx, list)
  local ok, _, error = ctx:set_cipher_string(list)
  if not ok then return false, ("error setting cipher list (%s)"):format(tostring(error)) end
  return true
end

--- ssl.newcontext(settings)
-- @return a context; or nil and why not
function context.new(cfg)
  local err = refused(cfg)
  if err then return nil, err end
  local ctx = assert(core.ctx_new(ROLES[cfg.mode]))
  local own = { mode = cfg.mode }
  -- LuaSec resumes nothing: every connection is verified.
  assert(ctx:set_session_cache(0))
  for _, step in ipairs { identities.load, load_roots, set_options, set_ciphers, set_verification,
                          set_groups, set_alpn } do
    local ok
    ok, err = step(ctx, cfg, own)
    if not ok then return nil, err end
  end
  settings[ctx] = own
  return ctx
end

return context
