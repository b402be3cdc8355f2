---@meta rssl
-- For editors: connections for programs that wait.

local rssl = {}

rssl._VERSION = ""

---Seconds that connecting, the handshake and each later call may take, unless told otherwise.
rssl.TIMEOUT = 60

---@class rssl.Options
---@field ca_file? string the roots to trust, in place of the system's
---@field ca_path? string the same, a directory
---@field certificate? string the file of a certificate and its chain
---@field key? string the file of its key
---@field password? string|fun(): string
---@field min_version? "TLSv1.2"|"TLSv1.3"
---@field ciphers? string names, separated by ":"
---@field alpn? string[]
---@field insecure? boolean true: nobody is verified

---@class rssl.Connection
---@field socket rssl.Socket
local Connection = {}

---The index of the last byte sent.
---@param data string
---@param i? integer
---@param j? integer
---@return integer? last
---@return string? message
---@return integer? sent
function Connection:send(data, i, j) end

---@param pattern? "*l"|"*a"|integer
---@param prefix? string
---@return string? data
---@return string? message
---@return string? partial
function Connection:receive(pattern, prefix) end

---@param seconds? number
---@param mode? "b"|"t"
function Connection:settimeout(seconds, mode) end

function Connection:close() end

---@return integer
function Connection:getfd() end

---Bytes received, bytes sent, age in seconds.
---@return number, number, number
function Connection:getstats() end

---@return boolean
function Connection:dirty() end

---@return string
function Connection:version() end

---@return string openssl
---@return string iana
---@return integer number
---@return integer bits
function Connection:cipher() end

---@return string?
function Connection:alpn() end

---@return rssl.Certificate?
function Connection:peer_certificate() end

---@return rssl.Certificate[]
function Connection:verified_chain() end

---@param label string
---@param length integer
---@param context? string
---@return string? material
---@return string? message
function Connection:export(label, length, context) end

---@param options? rssl.Options
---@return rssl.Context? context
---@return string? message
function rssl.client(options) end

---@param options rssl.Options
---@return rssl.Context? context
---@return string? message
function rssl.server(options) end

---@param host string
---@param port integer
---@param ctx? rssl.Context
---@param timeout? number
---@return rssl.Connection? connection
---@return string? message
function rssl.connect(host, port, ctx, timeout) end

---@param object userdata a connected object of LuaSocket's
---@param host string
---@param ctx? rssl.Context
---@param timeout? number
---@return rssl.Connection? connection
---@return string? message
function rssl.wrap(object, host, ctx, timeout) end

---@param object userdata what accept of LuaSocket gave
---@param ctx rssl.Context
---@param timeout? number
---@return rssl.Connection? connection
---@return string? message
function rssl.accept(object, ctx, timeout) end

return rssl
