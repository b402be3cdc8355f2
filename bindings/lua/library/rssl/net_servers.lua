---@meta _
-- For editors: the servers of rssl.net.

---@class rssl.net.TcpServer
---@field listening boolean
---@field port integer
---@field has_pending_connections boolean
---@field error_string string
---@field max_pending_connections integer
---@field accept_error_handler? fun(server: rssl.net.TcpServer, error: integer)
---@field new_connection_handler? fun(server: rssl.net.TcpServer)
local TcpServer = {}

---@return rssl.net.TcpServer
function TcpServer.new() end

---@param port integer 0: the system chooses
---@param address? string nil: all
---@return boolean
function TcpServer:listen(port, address) end

---@param port integer
---@param address? string
---@param callback fun(server: rssl.net.TcpServer, result: boolean)
function TcpServer:listen_async(port, address, callback) end

function TcpServer:pause_accepting() end

function TcpServer:resume_accepting() end

---@return rssl.net.TcpSocket?
function TcpServer:next_pending_connection() end

---@param callback fun(server: rssl.net.TcpServer, socket: rssl.net.TcpSocket?)
function TcpServer:next_pending_connection_async(callback) end

function TcpServer:close() end

---@class rssl.net.SslServer: rssl.net.TcpServer
---@field configuration rssl.net.SslConfiguration with the certificate and key that clients are shown
local SslServer = {}

---@return rssl.net.SslServer
function SslServer.new() end

---A socket in plain text, for start_server_encryption.
---@return rssl.net.SslSocket?
function SslServer:next_pending_connection() end

---A socket whose handshake has begun.
---@return rssl.net.SslSocket?
function SslServer:next_pending_secure_connection() end

---@param callback fun(server: rssl.net.SslServer, socket: rssl.net.SslSocket?)
function SslServer:next_pending_secure_connection_async(callback) end
