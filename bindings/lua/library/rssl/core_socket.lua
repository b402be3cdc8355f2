---@meta _
-- For editors: connections of rssl.core.

---One connection.
---@class rssl.Socket
local Socket = {}

function Socket:close() end

---@return boolean
function Socket:is_closed() end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:handshake() end

---Up to n bytes; nil and "closed" after close_notify.
---@param n? integer
---@return string? data
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:read(n) end

---@param n? integer
---@return string? data
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:peek(n) end

---@return integer
function Socket:pending() end

---How many of the bytes from i to j were taken.
---@param s string
---@param i? integer
---@param j? integer
---@return integer? count
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:write(s, i, j) end

---@param pieces string[]
---@return integer? count
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:writev(pieces) end

---@param n integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_write_queue(n) end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:flush() end

---@return integer
function Socket:events() end

---@param how? integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:shutdown(how) end

---@return string? rest
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:detach() end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:key_update() end

---@return rssl.Error?
function Socket:error() end

---@param name string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_verify_name(name) end

---@return rssl.Context
function Socket:context() end

---@param fd integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_fd(fd) end

---@param rfd integer
---@param wfd integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_fds(rfd, wfd) end

---@param io rssl.Transport
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_io(io) end

---How many of the received bytes from i to j were taken.
---@param s string
---@param i? integer
---@param j? integer
---@return integer? count
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:feed(s, i, j) end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:feed_eof() end

---What there is to send, "" if nothing.
---@param n? integer
---@return string? data
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:drain(n) end

---@return integer
function Socket:drain_pending() end

---@return boolean
function Socket:is_connected() end

---@return string? name
---@return integer? number
function Socket:version() end

---@return string? openssl
---@return string? iana
---@return integer? number
---@return integer? bits
function Socket:cipher() end

---@return string? name
---@return integer? number
function Socket:group() end

---@return string?
function Socket:alpn() end

---@return string?
function Socket:server_name() end

---@return boolean
function Socket:resumed() end

---@return integer
function Socket:verify_result() end

---@return integer?
function Socket:peer_signature() end

---@return integer?
function Socket:handshake_kind() end

---@return number received
---@return number sent
function Socket:traffic() end

---@return rssl.Certificate?
function Socket:peer_certificate() end

---@return rssl.Certificate[]
function Socket:peer_chain() end

---@return rssl.Certificate[]
function Socket:verified_chain() end

---@return rssl.Certificate[]
function Socket:own_chain() end

---@return string?
function Socket:ocsp() end

---@param label string
---@param length integer
---@param context? string
---@return string? material
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:export(label, length, context) end

---@param kind string
---@return string? binding
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:channel_binding(kind) end

---@return rssl.Session?
function Socket:session() end

---@param session rssl.Session
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Socket:set_session(session) end

---@return rssl.Hello?
function Socket:hello() end

---A transport of Lua functions: nil and "want_read", "want_write" or an errno, where not now.
---@class rssl.Transport
---@field read fun(n: integer): (string?, string|integer?)
---@field write fun(s: string): (integer?, string|integer?)

---A ClientHello under examination.
---@class rssl.Hello
local Hello = {}

---@return rssl.Socket
function Hello:socket() end

---@return string?
function Hello:server_name() end

---@return string[]
function Hello:alpn() end

---@return integer[]
function Hello:ciphers() end

---@return integer[]
function Hello:schemes() end

---@return string[]
function Hello:ca_names() end

---@param ctx rssl.Context
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Hello:use_ctx(ctx) end

---@param identity rssl.Identity
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Hello:use_identity(identity) end

---@param protocol string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Hello:use_alpn(protocol) end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Hello:continue() end

---@param alert integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Hello:reject(alert) end
