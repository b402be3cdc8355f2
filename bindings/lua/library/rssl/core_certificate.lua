---@meta _
-- For editors: certificates, identities and sessions of rssl.core.

---An X.509 certificate.
---@class rssl.Certificate
local Certificate = {}

function Certificate:close() end

---@return string
function Certificate:der() end

---@return string
function Certificate:pem() end

---@return string
function Certificate:text() end

---@return integer
function Certificate:version() end

---@return string?
function Certificate:serial() end

---@return integer
function Certificate:not_before() end

---@return integer
function Certificate:not_after() end

---@return boolean
function Certificate:is_ca() end

---@return string?
function Certificate:key_type() end

---@return integer
function Certificate:key_bits() end

---@return string?
function Certificate:signature_type() end

---@return string?
function Certificate:spki() end

---@param name string
---@return boolean
function Certificate:matches(name) end

---@param which integer SUBJECT or ISSUER
---@return {rdn: integer, key: string, value: string}[]
function Certificate:name(which) end

---@param which integer
---@return string?
function Certificate:name_der(which) end

---@return {type: integer, value: string}[]
function Certificate:san() end

---@param which integer
---@return string[]
function Certificate:uris(which) end

---@param oid string
---@return string? value
---@return boolean critical
function Certificate:extension(oid) end

---A certificate chain and its private key.
---@class rssl.Identity
local Identity = {}

function Identity:close() end

---@param ocsp string
---@return rssl.Identity? identity
---@return rssl.Status? status
---@return rssl.Error? error
function Identity:with_ocsp(ocsp) end

---@param schemes integer[]
---@return rssl.Identity? identity
---@return rssl.Status? status
---@return rssl.Error? error
function Identity:with_schemes(schemes) end

---@return rssl.Certificate[]
function Identity:chain() end

---What a client needs to resume.
---@class rssl.Session
local Session = {}

function Session:close() end
