--- How certificates and keys are written down: `PEM` is 0, `DER` is 1.
-- @classmod SslEncoding

local SslEncoding = {PEM = 0, DER = 1}

function SslEncoding._check(encoding)
  if encoding == nil then return SslEncoding.PEM end
  if encoding ~= SslEncoding.PEM and encoding ~= SslEncoding.DER then
    error("the encoding must be SslEncoding.PEM or SslEncoding.DER", 3)
  end
  return encoding
end

return SslEncoding
