--- LuaSec's certificates.
-- @module rssl.compat.luasec.certificate

local core = require "rssl.core"
local der = require "rssl.compat.luasec.der"
local mime = require "mime"

local certificate = {}

local Certificate = {}
local meta = { __index = Certificate }

function meta.__tostring(self)
  return "X509 certificate: " .. (tostring(self.cert):match "0x%x+" or "")
end

--- LuaSec's certificate of one of rssl.core; nil for nil.
function certificate.wrap(cert)
  return cert and setmetatable({ cert = cert }, meta)
end

--- ssl.loadcertificate(pem): a certificate, or nil
function certificate.load(pem)
  return certificate.wrap((core.cert_new_mem(pem)))
end

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local DIGESTS = { sha1 = true, sha256 = true, sha512 = true }

function Certificate:digest(name)
  name = name or "sha1"
  if not DIGESTS[name] then return nil, ("digest algorithm not supported (%s)"):format(name) end
  return hex(core.digest(name, self.cert:der()))
end

function Certificate:pem() return self.cert:pem() end

local KEYS = { rsaEncryption = "RSA", ["id-ecPublicKey"] = "EC", dsaEncryption = "DSA",
               dhKeyAgreement = "DH" }

--- cert:pubkey(): the public key in PEM, its kind, its bits
function Certificate:pubkey()
  local lines = mime.b64(self.cert:spki()):gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
  return ("-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"):format(lines),
         KEYS[self.cert:key_type()] or "Unknown", self.cert:key_bits()
end

--- cert:serial(): in hexadecimal digits, an even number of them
function Certificate:serial()
  local bytes = self.cert:serial()
  local sign = ""
  if bytes:byte(1) >= 0x80 then -- negative: two's complement
    sign = "-"
    local carry, magnitude = 1, {}
    for i = #bytes, 1, -1 do
      local value = 255 - bytes:byte(i) + carry
      carry = value > 255 and 1 or 0
      magnitude[i] = string.char(value % 256)
    end
    bytes = table.concat(magnitude)
  end
  bytes = bytes:gsub("^%z+", "")
  return bytes == "" and "0" or sign .. hex(bytes):upper()
end

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

local function date(seconds)
  local t = os.date("!*t", seconds)
  return ("%s %2d %02d:%02d:%02d %d GMT"):format(MONTHS[t.month], t.day, t.hour, t.min, t.sec, t.year)
end

function Certificate:notbefore() return date(self.cert:not_before()) end
function Certificate:notafter() return date(self.cert:not_after()) end

function Certificate:validat(time)
  return self.cert:not_before() <= time and time <= self.cert:not_after()
end

local function name(cert, which)
  local oids = der.name_oids(cert:name_der(which))
  local list = {}
  for i, attribute in ipairs(cert:name(which)) do
    list[i] = { oid = oids[i], name = attribute.key, value = attribute.value }
  end
  return list
end

function Certificate:subject() return name(self.cert, core.SUBJECT) end
function Certificate:issuer() return name(self.cert, core.ISSUER) end

local function address(bytes)
  if #bytes == 4 then return ("%d.%d.%d.%d"):format(bytes:byte(1, 4)) end
  local groups = {}
  for i = 1, 16, 2 do groups[#groups + 1] = ("%x"):format(bytes:byte(i) * 256 + bytes:byte(i + 1)) end
  local text = ":" .. table.concat(groups, ":") .. ":"
  -- The longest run of zeros becomes "::", as inet_ntop writes it.
  for run = 8, 2, -1 do
    local from, to = text:find(":" .. ("0:"):rep(run), 1, true)
    if from then
      text = text:sub(1, from - 1) .. "::" .. text:sub(to + 1)
      return (text:gsub("^:(%x)", "%1"):gsub("(%x):$", "%1"))
    end
  end
  return text:sub(2, -2)
end

local SAN = "2.5.29.17"
local KINDS = {
  [core.SAN_DNS] = "dNSName",
  [core.SAN_EMAIL] = "rfc822Name",
  [core.SAN_URI] = "uniformResourceIdentifier",
  [core.SAN_IP] = "iPAddress",
}

--- cert:extensions(): the subject alternative names, by extension and kind
function Certificate:extensions()
  if not self.cert:extension(SAN) then return {} end
  local names = { name = "X509v3 Subject Alternative Name" }
  local function add(kind, value, label)
    names[kind] = names[kind] or { name = label }
    table.insert(names[kind], value)
  end
  for _, san in ipairs(self.cert:san()) do
    if san.type == core.SAN_IP then
      add("iPAddress", address(san.value))
    elseif KINDS[san.type] then
      add(KINDS[san.type], san.value)
    elseif san.type == core.SAN_OTHER then
      local oid, value = der.other_name(san.value)
      if oid then add(oid, value, oid) end
    end
  end
  return { [SAN] = names }
end

-- OpenSSL's short names, where they differ from the long ones.
local SIGNATURES = {
  md5WithRSAEncryption = "RSA-MD5",
  sha1WithRSAEncryption = "RSA-SHA1",
  sha224WithRSAEncryption = "RSA-SHA224",
  sha256WithRSAEncryption = "RSA-SHA256",
  sha384WithRSAEncryption = "RSA-SHA384",
  sha512WithRSAEncryption = "RSA-SHA512",
  rsassaPss = "RSASSA-PSS",
}

function Certificate:getsignaturename()
  local signature = self.cert:signature_type()
  return SIGNATURES[signature] or signature
end

--- cert:checkhost(name): whether the certificate is for this name
function Certificate:checkhost(host) return self.cert:matches(host) end

--- cert:setencode(encoding): strings are UTF-8 whichever of LuaSec's encodings is asked for.
-- @return whether there is such an encoding
function Certificate:setencode(encoding)
  return encoding:sub(1, 3) == "ai5" or encoding:sub(1, 4) == "utf8"
end

--- cert:issued(other): not answered, since librssl verifies chains in handshakes only.
function Certificate:issued()
  return nil, "librssl does not verify certificates outside of a handshake"
end

return certificate
