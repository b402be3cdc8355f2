--- Accepts TCP connections, which wait until the program takes them.
-- @classmod TcpServer

local uv = require "luv"

local TcpSocket = require "rssl.net.tcp_socket"
local class = require "rssl.net.class"
local events = require "rssl.net.events"
local socket_errors = require "rssl.net.socket_errors"

local TcpServer = class.define "TcpServer"

local BACKLOG = 128

function TcpServer._fields(fields)
  fields._pending = {}
  fields._max_pending_connections = 30
  fields._error_string = ""
  return fields
end

--- One that does not listen yet.
function TcpServer.new()
  return class.instance(TcpServer, TcpServer._fields {})
end

local accept

TcpServer:_define_properties {
  --- Whether it listens. Read only.
  -- @property listening
  listening = {get = function(self) return self._handle ~= nil end},
  --- The port that it listens on, 0 if it does not. Read only.
  -- @property port
  port = {
    get = function(self)
      local name = self._handle and self._handle:getsockname()
      return name and name.port or 0
    end,
  },
  --- Whether a connection waits. Read only.
  -- @property has_pending_connections
  has_pending_connections = {get = function(self) return #self._pending > 0 end},
  --- What went wrong last, in words. Read only.
  -- @property error_string
  error_string = {get = function(self) return self._error_string end},
  --- How many connections may wait to be taken: 30 unless set.
  -- @property max_pending_connections
  max_pending_connections = {
    get = function(self) return self._max_pending_connections end,
    set = function(self, n)
      if type(n) ~= "number" or n < 1 then
        error("max_pending_connections must be a positive number", 3)
      end
      self._max_pending_connections = n
      accept(self)
    end,
  },
}

TcpServer:_define_handlers {
  --- `function(server, error)`: a connection could not be accepted.
  -- @handler accept_error_handler
  "accept_error_handler",
  --- `function(server)`: a connection waits to be taken.
  -- @handler new_connection_handler
  "new_connection_handler",
}

local function accept_failed(self, err)
  self._error_string = socket_errors.describe(err)
  events.call(self, "accept_error_handler", socket_errors.from_uv(err))
end

-- Nobody looks after the connections of a new_connection_handler that has failed: what it took, and the
-- one that it was called for, which would wait for ever.
local function drop(self, client, handed_out)
  for _, socket in ipairs(handed_out) do socket:abort() end
  for i, pending in ipairs(self._pending) do
    if pending == client then
      table.remove(self._pending, i)
      client:close()
      return
    end
  end
end

-- Accepts the connection that waits, if it may: until then libuv announces no other.
function accept(self)
  if not self._waiting or self._paused or not self._handle then return end
  if #self._pending >= self._max_pending_connections then return end
  self._waiting = false
  local client = uv.new_tcp()
  local accepted, err = self._handle:accept(client)
  if not accepted then
    client:close()
    return accept_failed(self, err)
  end
  self._pending[#self._pending + 1] = client
  local outer = self._handed_out
  local handed_out = {}
  self._handed_out = handed_out
  local done = events.call(self, "new_connection_handler")
  self._handed_out = outer
  if not done then drop(self, client, handed_out) end
end

local function bind(handle, port, address)
  if address then return handle:bind(address, port) end
  local done, err = handle:bind("::", port)
  if not done then done, err = handle:bind("0.0.0.0", port) end
  return done, err
end

--- Listens on all addresses, or on one; port 0 lets the system choose.
function TcpServer:listen(port, address)
  if type(port) ~= "number" or port % 1 ~= 0 or port < 0 or port > 65535 then
    error("port must be a number from 0 to 65535", 2)
  end
  if self._handle then
    self._error_string = "the server is listening already"
    return false
  end
  local handle = uv.new_tcp()
  local function announced(err)
    if self._handle ~= handle then return end
    if err then return accept_failed(self, err) end
    self._waiting = true
    accept(self)
  end
  local done, err = bind(handle, port, address)
  if done then done, err = handle:listen(BACKLOG, announced) end
  if not done then
    handle:close()
    self._error_string = socket_errors.describe(err)
    return false
  end
  self._handle, self._waiting, self._paused, self._error_string = handle, false, false, ""
  return true
end

--- `listen`, for `callback(server, result)` in the next turn of the loop.
function TcpServer:listen_async(port, address, callback)
  if callback == nil then address, callback = nil, address end
  events.check_callback(callback)
  events.post(self, callback, self:listen(port, address))
end

--- Leaves new connections to wait in the system.
function TcpServer:pause_accepting()
  self._paused = true
end

--- Accepts again.
function TcpServer:resume_accepting()
  self._paused = false
  accept(self)
end

-- For subclasses: what a connection is handed out as.
function TcpServer:_new_socket() return TcpSocket.new() end

--- The connection that waits longest; nil if none does.
function TcpServer:next_pending_connection()
  local client = table.remove(self._pending, 1)
  if not client then return nil end
  local socket = self:_new_socket()
  socket:_adopt(client)
  if self._handed_out then table.insert(self._handed_out, socket) end
  accept(self)
  return socket
end

-- Passes what a method hands out to a callback in the loop's next turn, which closes it by raising.
function TcpServer:_hand_out(method, callback)
  local socket = method(self)
  events.post(socket or self, function() callback(self, socket) end)
end

--- The same, for `callback(server, socket)` in the next turn of the loop. Raising in it closes the socket.
function TcpServer:next_pending_connection_async(callback)
  events.check_callback(callback)
  self:_hand_out(self.next_pending_connection, callback)
end

--- Stops listening, and drops the connections that wait. Those handed out stay.
function TcpServer:close()
  local handle = self._handle
  self._handle = nil
  if handle then handle:close() end
  for _, client in ipairs(self._pending) do client:close() end
  self._pending = {}
end

return TcpServer
