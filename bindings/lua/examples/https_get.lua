-- lua https_get.lua https://example.org/ [CA.pem]
--
-- Prints a page. Everybody whom the operating system trusts is trusted, or the authorities in CA.pem.

local https = require "rssl.https"
local ltn12 = require "ltn12"
local rssl = require "rssl"

local url, ca_file = arg[1], arg[2]
if not url then
  io.stderr:write "usage: https_get.lua URL [CA.pem]\n"
  os.exit(2)
end

local function die(message)
  io.stderr:write(message, "\n")
  os.exit(1)
end

local context
if ca_file then
  local err
  context, err = rssl.client { ca_file = ca_file }
  if not context then die(err) end
end

local chunks = {}
local ok, code, _, status = https.request {
  url = url,
  context = context,
  sink = ltn12.sink.table(chunks),
}
if not ok then die(code) end
io.stderr:write(status, "\n")
io.write(table.concat(chunks))
os.exit(code == 200 and 0 or 1)
