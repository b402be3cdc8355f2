--- Why a peer's certificate is not valid.
-- @classmod SslError

local core = require "rssl.core"

local SslCertificate = require "rssl.net.ssl_certificate"
local class = require "rssl.net.class"

local SslError = class.define "SslError"

--- The fault, one of rssl.core's V_ numbers, of a certificate: for `ignore_ssl_errors`.
function SslError.new(fault, certificate)
  SslCertificate._check(certificate, "the certificate")
  return class.instance(SslError, {_fault = fault, _certificate = certificate})
end

SslError:_define_properties {
  --- The fault: one of rssl.core's `V_` numbers. Read only.
  -- @property error
  error = {get = function(self) return self._fault end},
  --- The fault in words. Read only.
  -- @property error_string
  error_string = {get = function(self) return core.verify_string(self._fault) end},
  --- The SslCertificate that it is of. Read only.
  -- @property certificate
  certificate = {get = function(self) return self._certificate end},
}

-- All faults that can be seen in the chain: librssl names the first, behind which others can hide.
function SslError._list(verdict, chain, name)
  if verdict == core.V_OK then return {} end
  local leaf = chain[1]
  local faults, seen = {}, {}
  local function add(fault)
    if not seen[fault] then
      seen[fault] = true
      faults[#faults + 1] = SslError.new(fault, SslCertificate._of(leaf))
    end
  end
  add(verdict)
  local now = os.time()
  if leaf:not_before() > now then add(core.V_CERT_NOT_YET_VALID) end
  if leaf:not_after() < now then add(core.V_CERT_EXPIRED) end
  local misnamed = seen[core.V_HOSTNAME] or seen[core.V_IP_ADDRESS]
  if name and not misnamed and not leaf:matches(name) then add(core.V_HOSTNAME) end
  return faults
end

-- Whether other is the same fault of the same certificate.
function SslError:_is(other)
  return self._fault == other._fault and
    self._certificate:to_der() == other._certificate:to_der()
end

function SslError._check(fault)
  if getmetatable(fault) ~= SslError._metatable then
    error("ignore_ssl_errors takes a list of SslError", 3)
  end
end

return SslError
