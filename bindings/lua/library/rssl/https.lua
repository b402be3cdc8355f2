---@meta rssl.https
-- For editors: HTTPS requests.

local https = {}

https.PORT = 443

---Seconds that a request may take, unless it has a timeout.
https.TIMEOUT = 60

---@class rssl.https.Request
---@field url string
---@field method? string
---@field headers? table<string, string|integer>
---@field source? function of ltn12
---@field sink? function of ltn12
---@field context? rssl.Context
---@field timeout? number

---@param request string|rssl.https.Request
---@param body? string
---@return string|integer? body
---@return integer|string code or a message
---@return table<string, string>? headers
---@return string? status
function https.request(request, body) end

return https
