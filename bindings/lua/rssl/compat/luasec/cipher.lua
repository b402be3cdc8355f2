--- What OpenSSL says of a cipher, for conn:info().
-- @module rssl.compat.luasec.cipher

local cipher = {}

local ENCRYPTION = {
  { "CHACHA20", "CHACHA20/POLY1305(256)" },
  { "AES_?128", "AESGCM(128)" },
  { "AES_?256", "AESGCM(256)" },
}

--- The fields of conn:info().
function cipher.describe(socket)
  local name, _, _, bits = socket:cipher()
  local info = {
    cipher = name,
    protocol = (socket:version()),
    bits = bits,
    algbits = bits,
    key = "any",
    authentication = "any",
    mac = "AEAD",
    export = false,
  }
  for _, known in ipairs(ENCRYPTION) do
    if name:find(known[1]) then info.encryption = known[2] end
  end
  -- In TLS 1.3 the cipher says nothing of the other two.
  local authentication = name:match "^ECDHE%-(%a+)%-"
  if authentication then info.key, info.authentication = "ECDH", authentication end
  return info
end

return cipher
