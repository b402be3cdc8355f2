---@meta _
-- For editors: the sockets of rssl.net.

---@class rssl.net.TcpSocket: rssl.net.Stream
---@field UNCONNECTED integer 0
---@field HOST_LOOKUP integer 1
---@field CONNECTING integer 2
---@field CONNECTED integer 3
---@field BOUND integer 4
---@field CLOSING integer 6
---@field UNCONNECTED_STATE integer 0
---@field HOST_LOOKUP_STATE integer 1
---@field CONNECTING_STATE integer 2
---@field CONNECTED_STATE integer 3
---@field BOUND_STATE integer 4
---@field CLOSING_STATE integer 6
---@field CONNECTION_REFUSED_ERROR integer 0
---@field REMOTE_HOST_CLOSED_ERROR integer 1
---@field HOST_NOT_FOUND_ERROR integer 2
---@field SOCKET_ACCESS_ERROR integer 3
---@field SOCKET_RESOURCE_ERROR integer 4
---@field SOCKET_TIMEOUT_ERROR integer 5
---@field DATAGRAM_TOO_LARGE_ERROR integer 6
---@field NETWORK_ERROR integer 7
---@field ADDRESS_IN_USE_ERROR integer 8
---@field SOCKET_ADDRESS_NOT_AVAILABLE_ERROR integer 9
---@field UNSUPPORTED_SOCKET_OPERATION_ERROR integer 10
---@field UNFINISHED_SOCKET_OPERATION_ERROR integer 11
---@field PROXY_AUTHENTICATION_REQUIRED_ERROR integer 12
---@field SSL_HANDSHAKE_FAILED_ERROR integer 13
---@field PROXY_CONNECTION_REFUSED_ERROR integer 14
---@field PROXY_CONNECTION_CLOSED_ERROR integer 15
---@field PROXY_CONNECTION_TIMEOUT_ERROR integer 16
---@field PROXY_NOT_FOUND_ERROR integer 17
---@field PROXY_PROTOCOL_ERROR integer 18
---@field OPERATION_ERROR integer 19
---@field SSL_INTERNAL_ERROR integer 20
---@field SSL_INVALID_USERDATA_ERROR integer 21
---@field TEMPORARY_ERROR integer 22
---@field UNKNOWN_ERROR integer -1
---@field error integer
---@field state integer
---@field valid boolean
---@field local_address string
---@field local_port integer
---@field remote_address string
---@field remote_port integer
---@field read_buffer_size integer where reading pauses until the program has read; 0: nowhere
---@field connected_handler? fun(socket: rssl.net.TcpSocket)
---@field disconnected_handler? fun(socket: rssl.net.TcpSocket)
---@field host_found_handler? fun(socket: rssl.net.TcpSocket)
---@field error_handler? fun(socket: rssl.net.TcpSocket, error: integer)
---@field state_changed_handler? fun(socket: rssl.net.TcpSocket, state: integer)
local TcpSocket = {}

---@return rssl.net.TcpSocket
function TcpSocket.new() end

---@param hostname string
---@param port integer
---@param openmode? integer
function TcpSocket:connect(hostname, port, openmode) end

---Ends the connection when what was written is sent.
function TcpSocket:disconnect() end

---Drops the connection at once.
function TcpSocket:abort() end

---@param port integer
---@return boolean
function TcpSocket:bind(port) end

---@param port integer
---@param callback fun(socket: rssl.net.TcpSocket, result: boolean, error: string?)
function TcpSocket:bind_async(port, callback) end

---@class rssl.net.SslSocket: rssl.net.TcpSocket
---@field UNENCRYPTED_MODE integer 0
---@field SSL_CLIENT_MODE integer 1
---@field SSL_SERVER_MODE integer 2
---@field VERIFY_NONE integer 0
---@field QUERY_PEER integer 1
---@field VERIFY_PEER integer 2
---@field AUTO_VERIFY_PEER integer 3
---@field encrypted boolean
---@field mode integer
---@field configuration rssl.net.SslConfiguration applied at the next handshake
---@field peer_verify_mode integer
---@field peer_verify_name string the name asked for and checked, where it is not the host's
---@field peer_certificate? rssl.net.SslCertificate
---@field peer_certificate_chain rssl.net.SslCertificate[]
---@field session_cipher? string
---@field session_protocol? string "TLSv1.2" or "TLSv1.3"
---@field next_negotiated_protocol? string
---@field ssl_errors rssl.net.SslError[]
---@field encrypted_bytes_available integer
---@field encrypted_bytes_to_write integer
---@field encrypted_handler? fun(socket: rssl.net.SslSocket)
---@field mode_changed_handler? fun(socket: rssl.net.SslSocket, mode: integer)
---@field ssl_errors_handler? fun(socket: rssl.net.SslSocket, errors: rssl.net.SslError[])
---@field peer_verify_error_handler? fun(socket: rssl.net.SslSocket, error: rssl.net.SslError)
---@field encrypted_bytes_written_handler? fun(socket: rssl.net.SslSocket, bytes: integer)
local SslSocket = {}

---@return rssl.net.SslSocket
function SslSocket.new() end

---@return boolean
function SslSocket.supports_ssl() end

---@return string
function SslSocket.ssl_library_version_string() end

---@param hostname string
---@param port integer
---@param openmode? integer
function SslSocket:connect_encrypted(hostname, port, openmode) end

---No effect unless connected and not encrypted.
function SslSocket:start_client_encryption() end

---No effect unless connected and not encrypted.
function SslSocket:start_server_encryption() end

---Goes on whatever is wrong with the peer's certificate, or only for these faults of these certificates.
---@param list? rssl.net.SslError[]
function SslSocket:ignore_ssl_errors(list) end
