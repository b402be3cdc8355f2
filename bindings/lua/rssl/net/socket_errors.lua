--- The documented codes of socket errors, and which of them libuv's names stand for.

local socket_errors = {}

socket_errors.codes = {
  CONNECTION_REFUSED = 0, REMOTE_HOST_CLOSED = 1, HOST_NOT_FOUND = 2, SOCKET_ACCESS = 3,
  SOCKET_RESOURCE = 4, SOCKET_TIMEOUT = 5, DATAGRAM_TOO_LARGE = 6, NETWORK = 7, ADDRESS_IN_USE = 8,
  SOCKET_ADDRESS_NOT_AVAILABLE = 9, UNSUPPORTED_SOCKET_OPERATION = 10,
  UNFINISHED_SOCKET_OPERATION = 11, PROXY_AUTHENTICATION_REQUIRED = 12, SSL_HANDSHAKE_FAILED = 13,
  PROXY_CONNECTION_REFUSED = 14, PROXY_CONNECTION_CLOSED = 15, PROXY_CONNECTION_TIMEOUT = 16,
  PROXY_NOT_FOUND = 17, PROXY_PROTOCOL = 18, OPERATION = 19, SSL_INTERNAL = 20,
  SSL_INVALID_USERDATA = 21, TEMPORARY = 22, UNKNOWN = -1,
}

local codes = socket_errors.codes

local by_name = {
  ECONNREFUSED = codes.CONNECTION_REFUSED,
  ECONNRESET = codes.REMOTE_HOST_CLOSED, EPIPE = codes.REMOTE_HOST_CLOSED,
  ENOENT = codes.HOST_NOT_FOUND, EAI_NONAME = codes.HOST_NOT_FOUND,
  EAI_NODATA = codes.HOST_NOT_FOUND, EAI_FAIL = codes.HOST_NOT_FOUND,
  EAI_AGAIN = codes.HOST_NOT_FOUND, EINVAL = codes.UNSUPPORTED_SOCKET_OPERATION,
  EACCES = codes.SOCKET_ACCESS, EPERM = codes.SOCKET_ACCESS,
  EMFILE = codes.SOCKET_RESOURCE, ENFILE = codes.SOCKET_RESOURCE, ENOBUFS = codes.SOCKET_RESOURCE,
  ENOMEM = codes.SOCKET_RESOURCE,
  ETIMEDOUT = codes.SOCKET_TIMEOUT,
  ENETUNREACH = codes.NETWORK, EHOSTUNREACH = codes.NETWORK, ENETDOWN = codes.NETWORK,
  ECONNABORTED = codes.NETWORK,
  EADDRINUSE = codes.ADDRESS_IN_USE, EADDRNOTAVAIL = codes.SOCKET_ADDRESS_NOT_AVAILABLE,
}

--- err is libuv's "NAME" or "NAME: text".
function socket_errors.from_uv(err)
  local name = tostring(err):match("^[%u%d_]+")
  return name and by_name[name] or codes.UNKNOWN
end

function socket_errors.describe(err, host)
  return host and host .. ": " .. tostring(err) or tostring(err)
end

return socket_errors
