--- A private or public key. The private one is read by librssl when a configuration uses it; here it
-- is only looked at: whether it is a key, and of the algorithm said.
-- @classmod SslKey

local SslEncoding = require "rssl.net.ssl_encoding"
local class = require "rssl.net.class"

local SslKey = class.define "SslKey"

SslKey.PUBLIC, SslKey.PRIVATE = 0, 1
SslKey.RSA, SslKey.DSA, SslKey.EC, SslKey.ED25519 = 0, 1, 2, 3

-- What stands before the key itself, by algorithm: the label in PEM, and the identifier in PKCS#8 and
-- SubjectPublicKeyInfo.
local LABELS = {[SslKey.RSA] = "RSA", [SslKey.EC] = "EC"}
local IDENTIFIERS = {
  [SslKey.RSA] = "\6\9\42\134\72\134\247\13\1\1\1",
  [SslKey.EC] = "\6\7\42\134\72\206\61\2\1",
  [SslKey.ED25519] = "\6\3\43\101\112",
}
-- An RSA or EC key by itself begins with its version, one in PKCS#8 with that and an algorithm.
local BARE = {[SslKey.RSA] = "^\2\1%z\2", [SslKey.EC] = "^\2\1\1\4"}

-- The contents of the SEQUENCE that is all of der; nil if it is not one.
local function sequence(der)
  local tag, length = der:byte(1, 2)
  if tag ~= 0x30 or not length then return nil end
  local header = 2
  if length >= 0x80 then
    local octets = length - 0x80
    if octets < 1 or octets > 3 or #der < 2 + octets then return nil end
    length, header = 0, 2 + octets
    for i = 3, 2 + octets do length = length * 256 + der:byte(i) end
  end
  return #der == header + length and der:sub(header + 1) or nil
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local VALUES = {}
for i = 1, 64 do VALUES[ALPHABET:byte(i)] = i - 1 end

local function decode_base64(text)
  text = text:gsub("%s", "")
  if #text % 4 ~= 0 or not text:find("^[%w+/]*=?=?$") then return nil end
  local padding = #text:match("=*$")
  local out = {}
  for i = 1, #text, 4 do
    local n = 0
    for j = i, i + 3 do n = n * 64 + (VALUES[text:byte(j)] or 0) end
    out[#out + 1] = string.char(math.floor(n / 65536), math.floor(n / 256) % 256, n % 256)
  end
  local bytes = table.concat(out)
  return bytes:sub(1, #bytes - padding)
end

local function has_algorithm(der, algorithm, bare)
  local contents = sequence(der)
  if not contents then return false end
  if bare and BARE[algorithm] and contents:find(BARE[algorithm]) then return true end
  return contents:sub(1, 32):find(IDENTIFIERS[algorithm], 1, true) ~= nil
end

local function is_key(encoded, algorithm, format, kind)
  if not IDENTIFIERS[algorithm] then return false end
  local private = kind == SslKey.PRIVATE
  if format == SslEncoding.DER then return has_algorithm(encoded, algorithm, private) end
  local word = private and "PRIVATE KEY" or "PUBLIC KEY"
  for label, body in encoded:gmatch("%-%-%-%-%-BEGIN ([%u ]-)%-%-%-%-%-(.-)%-%-%-%-%-END") do
    local before = label:match("^(.-) ?" .. word .. "$")
    -- What an encrypted key is shows when it is decrypted.
    if before == "ENCRYPTED" or (before and body:find("ENCRYPTED", 1, true)) then return true end
    local der = before and (before == "" or before == LABELS[algorithm]) and decode_base64(body)
    if der then return has_algorithm(der, algorithm, private) end
  end
  return false
end

--- Takes a key, private unless said otherwise; with a passphrase if it is encrypted. What is no key of
-- this algorithm is null; so is every DSA key, which no supported version of TLS uses.
function SslKey.new(encoded, algorithm, format, kind, passphrase)
  if type(encoded) ~= "string" then error("the encoded key must be a string", 2) end
  format = SslEncoding._check(format)
  kind = kind or SslKey.PRIVATE
  if kind ~= SslKey.PRIVATE and kind ~= SslKey.PUBLIC then
    error("the type must be SslKey.PRIVATE or SslKey.PUBLIC", 2)
  end
  local null = not is_key(encoded, algorithm, format, kind)
  return class.instance(SslKey, {
    _null = null, _encoded = not null and encoded or nil, _algorithm = algorithm, _kind = kind,
    _passphrase = passphrase,
  })
end

SslKey:_define_properties {
  --- Whether there is no key of this algorithm. Read only.
  -- @property null
  null = {get = function(self) return self._null end},
  --- `PUBLIC` or `PRIVATE`. Read only.
  -- @property type
  type = {get = function(self) return self._kind end},
  --- `RSA`, `DSA`, `EC` or `ED25519`. Read only.
  -- @property algorithm
  algorithm = {get = function(self) return self._algorithm end},
}

function SslKey._check(key, what)
  if getmetatable(key) ~= SslKey._metatable then error(what .. " must be an SslKey", 3) end
  return key
end

return SslKey
