--- An X.509 certificate.
-- @classmod SslCertificate

local core = require "rssl.core"

local SslEncoding = require "rssl.net.ssl_encoding"
local class = require "rssl.net.class"

local SslCertificate = class.define "SslCertificate"

-- A certificate of rssl.core as one of ours; nil stays nil.
function SslCertificate._of(certificate)
  return certificate and class.instance(SslCertificate, {_certificate = certificate})
end

function SslCertificate._list(certificates)
  local list = {}
  for i, certificate in ipairs(certificates) do list[i] = SslCertificate._of(certificate) end
  return list
end

--- Reads a certificate; one that cannot be read is null.
function SslCertificate.new(encoded, format)
  if type(encoded) ~= "string" then error("the encoded certificate must be a string", 2) end
  local pem = encoded:find("-----BEGIN", 1, true) ~= nil
  local certificate = nil
  if pem == (SslEncoding._check(format) == SslEncoding.PEM) then
    certificate = core.cert_new_mem(encoded)
  end
  return class.instance(SslCertificate, {_certificate = certificate or false})
end

--- All certificates of a PEM text in their order, such as a chain; or the one in DER.
function SslCertificate.from_data(encoded, format)
  if SslEncoding._check(format) == SslEncoding.DER then
    return {SslCertificate.new(encoded, format)}
  end
  local list = {}
  for pem in encoded:gmatch("%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-.-%-%-%-%-%-END CERTIFICATE%-%-%-%-%-") do
    list[#list + 1] = SslCertificate.new(pem .. "\n")
  end
  return list
end

local function property(read, absent)
  return {
    get = function(self)
      if not self._certificate then return absent end
      return read(self._certificate)
    end,
  }
end

-- The attributes by OpenSSL's long names; one that occurs again is joined to it with ", ".
local function name(which)
  return property(function(certificate)
    local fields = {}
    for _, attribute in ipairs(certificate:name(which)) do
      local before = fields[attribute.key]
      fields[attribute.key] = before and before .. ", " .. attribute.value or attribute.value
    end
    return fields
  end)
end

local SAN_KINDS = {
  [core.SAN_DNS] = "DNS", [core.SAN_IP] = "IP", [core.SAN_EMAIL] = "email", [core.SAN_URI] = "URI",
}

local function address_text(bytes)
  if #bytes == 4 then return ("%d.%d.%d.%d"):format(bytes:byte(1, 4)) end
  local groups = {}
  for i = 1, #bytes, 2 do
    local high, low = bytes:byte(i, i + 1)
    groups[#groups + 1] = ("%x"):format(high * 256 + low)
  end
  return table.concat(groups, ":")
end

local function alternative_names(certificate)
  local names = {}
  for _, entry in ipairs(certificate:san()) do
    local kind = SAN_KINDS[entry.type]
    if kind then
      local value = kind == "IP" and address_text(entry.value) or entry.value
      names[kind] = names[kind] or {}
      table.insert(names[kind], value)
    end
  end
  return names
end

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

SslCertificate:_define_properties {
  --- Whether there is no certificate. Read only.
  -- @property null
  null = {get = function(self) return not self._certificate end},
  --- Whom it is for: attributes by OpenSSL's long names. Read only.
  -- @property subject_info
  subject_info = name(core.SUBJECT),
  --- Who has issued it: attributes by OpenSSL's long names. Read only.
  -- @property issuer_info
  issuer_info = name(core.ISSUER),
  --- When it begins to be valid, in seconds since 1970. Read only.
  -- @property effective_date
  effective_date = property(function(certificate) return certificate:not_before() end),
  --- When it ceases to be valid, in seconds since 1970. Read only.
  -- @property expiry_date
  expiry_date = property(function(certificate) return certificate:not_after() end),
  --- Lists by kind: DNS, IP, email, URI.
  -- @property subject_alternative_names
  subject_alternative_names = property(alternative_names),
  --- In hexadecimal digits. Read only.
  -- @property serial_number
  serial_number = property(function(certificate) return hex(certificate:serial() or "") end, ""),
  --- Whether subject and issuer are the same. Read only.
  -- @property is_self_signed
  is_self_signed = property(function(certificate)
    return certificate:name_der(core.SUBJECT) == certificate:name_der(core.ISSUER)
  end, false),
}

--- The hash of the certificate: "sha1", "sha256" (the default), "sha384" or "sha512"; raw bytes.
function SslCertificate:digest(algorithm)
  if not self._certificate then return "" end
  local hash, _, err = core.digest(algorithm or "sha256", self._certificate:der())
  if not hash then error(tostring(err), 2) end
  return hash
end

--- In PEM; "" of a null one.
function SslCertificate:to_pem()
  return self._certificate and self._certificate:pem() or ""
end

--- In DER; "" of a null one.
function SslCertificate:to_der()
  return self._certificate and self._certificate:der() or ""
end

--- For people to read; "" of a null one.
function SslCertificate:to_text()
  return self._certificate and self._certificate:text() or ""
end

function SslCertificate._check(certificate, what)
  if getmetatable(certificate) ~= SslCertificate._metatable then
    error(what .. " must be an SslCertificate", 3)
  end
  return certificate
end

return SslCertificate
