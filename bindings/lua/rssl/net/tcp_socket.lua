--- An event-driven TCP connection: a Stream.
--
-- States: `UNCONNECTED_STATE` 0, `HOST_LOOKUP_STATE` 1, `CONNECTING_STATE` 2, `CONNECTED_STATE` 3,
-- `BOUND_STATE` 4, `CLOSING_STATE` 6.
-- @classmod TcpSocket

local uv = require "luv"

local Stream = require "rssl.net.stream"
local class = require "rssl.net.class"
local events = require "rssl.net.events"
local socket_errors = require "rssl.net.socket_errors"

local TcpSocket = class.define("TcpSocket", Stream)

for name, value in pairs {
  UNCONNECTED = 0, HOST_LOOKUP = 1, CONNECTING = 2, CONNECTED = 3, BOUND = 4, CLOSING = 6,
} do
  TcpSocket[name] = value
  TcpSocket[name .. "_STATE"] = value
end

for name, value in pairs(socket_errors.codes) do TcpSocket[name .. "_ERROR"] = value end

-- Ciphertext or plain bytes that libuv may hold before more is taken from the queue.
local HIGH_WATER = 262144
local SLICE = 65536

function TcpSocket._fields(fields)
  Stream._fields(fields)
  fields._state = TcpSocket.UNCONNECTED
  fields._error = TcpSocket.UNKNOWN_ERROR
  fields._attempt = 0 -- counts connections, so that what is left of an old one is ignored
  fields._writes = 0 -- libuv's, unfinished
  fields._unfinished = 0 -- bytes in them
  fields._inflight = 0 -- bytes of the program in them
  fields._read_buffer_size = 0
  return fields
end

--- One that is not connected.
function TcpSocket.new()
  return class.instance(TcpSocket, TcpSocket._fields {})
end

local function address(self, which, field, absent)
  local handle = self._handle
  local name = handle and not handle:is_closing() and handle[which](handle)
  return name and name[field] or absent
end

TcpSocket:_define_properties {
  --- The code of what went wrong last: one of the `_ERROR` constants. Read only.
  -- @property error
  error = {get = function(self) return self._error end},
  --- One of the `_STATE` constants. Read only.
  -- @property state
  state = {get = function(self) return self._state end},
  --- Whether there is a connection, or an attempt at one. Read only.
  -- @property valid
  valid = {get = function(self) return self._handle ~= nil end},
  --- Our address; "" if there is none. Read only.
  -- @property local_address
  local_address = {get = function(self) return address(self, "getsockname", "ip", "") end},
  --- Our port; 0 if there is none. Read only.
  -- @property local_port
  local_port = {get = function(self) return address(self, "getsockname", "port", 0) end},
  --- The peer's address; "" if there is none. Read only.
  -- @property remote_address
  remote_address = {get = function(self) return address(self, "getpeername", "ip", "") end},
  --- The peer's port; 0 if there is none. Read only.
  -- @property remote_port
  remote_port = {get = function(self) return address(self, "getpeername", "port", 0) end},
  bytes_to_write = {get = function(self) return self._outgoing.length + self._inflight end},
  --- Where reading from the network pauses until the program has read; 0: nowhere.
  -- @property read_buffer_size
  read_buffer_size = {
    get = function(self) return self._read_buffer_size end,
    set = function(self, size)
      if type(size) ~= "number" or size < 0 then
        error("read_buffer_size must be a number of bytes", 3)
      end
      self._read_buffer_size = size
      self:_consumed()
    end,
  },
}

TcpSocket:_define_handlers {
  --- `function(socket)`: the connection is there.
  -- @handler connected_handler
  "connected_handler",
  --- `function(socket)`: the connection is over.
  -- @handler disconnected_handler
  "disconnected_handler",
  --- `function(socket)`: the name was found.
  -- @handler host_found_handler
  "host_found_handler",
  --- `function(socket, error)`: something went wrong; `error_string` says what.
  -- @handler error_handler
  "error_handler",
  --- `function(socket, state)`
  -- @handler state_changed_handler
  "state_changed_handler",
}

function TcpSocket:_set_state(state)
  if self._state == state then return end
  self._state = state
  events.call(self, "state_changed_handler", state)
end

function TcpSocket:_set_error(code, message)
  self._error, self._error_string = code, message
  events.call(self, "error_handler", code)
end

function TcpSocket:_handler_failed() self:abort() end

-- Connecting ------------------------------------------------------------------------------------

local start_reading

local function connected(self, handle)
  local attempt = self._attempt
  self._handle = handle
  handle:nodelay(true)
  self:_set_state(TcpSocket.CONNECTED)
  if self._attempt ~= attempt then return end
  start_reading(self)
  events.call(self, "connected_handler")
  if self._attempt ~= attempt then return end
  self:_on_connected()
  if self._attempt ~= attempt then return end
  self:_flush()
  if self._to_disconnect and self._attempt == attempt then self:disconnect() end
end

-- For subclasses: the connection is there.
function TcpSocket:_on_connected() end

local function fail_connecting(self, err)
  local attempt = self._attempt
  self:_set_error(socket_errors.from_uv(err), socket_errors.describe(err, self._host))
  if self._attempt == attempt then self:_teardown() end
end

local function try_address(self, addresses, index, port)
  local attempt = self._attempt
  local handle = self._handle or uv.new_tcp()
  self._handle = handle
  local function tried(err)
    if self._attempt ~= attempt then return end
    if not err then return connected(self, handle) end
    self._handle = nil
    handle:close()
    if addresses[index + 1] then return try_address(self, addresses, index + 1, port) end
    fail_connecting(self, err)
  end
  local started, err = handle:connect(addresses[index].addr, port, tried)
  if not started then tried(err) end
end

local function looked_up(self, err, addresses, port)
  if err or #addresses == 0 then return fail_connecting(self, err or "ENOENT") end
  local attempt = self._attempt
  events.call(self, "host_found_handler")
  if self._attempt ~= attempt then return end
  self:_set_state(TcpSocket.CONNECTING)
  if self._attempt ~= attempt then return end
  try_address(self, addresses, 1, port)
end

local function check_destination(hostname, port)
  if type(hostname) ~= "string" or hostname == "" or hostname:find("%z") then
    error("hostname must be a string", 4)
  end
  if type(port) ~= "number" or port % 1 ~= 0 or port < 0 or port > 65535 then
    error("port must be a number from 0 to 65535", 4)
  end
end

-- Connects; when that is done, _on_connected learns what to do then.
function TcpSocket:_connect(hostname, port, openmode, intention)
  check_destination(hostname, port)
  if self._state ~= TcpSocket.UNCONNECTED and self._state ~= TcpSocket.BOUND then
    return self:_set_error(TcpSocket.OPERATION_ERROR, "the socket is connected or connecting")
  end
  self._attempt = self._attempt + 1
  self._incoming:clear()
  self._outgoing:clear()
  self._inflight, self._writes, self._unfinished, self._said_farewell = 0, 0, 0, false
  self._to_disconnect = false
  self._host, self._error_string, self._intention = hostname, "", intention
  self._open_mode = openmode or Stream.READ_WRITE_MODE
  local attempt = self._attempt
  local bound = self._state == TcpSocket.BOUND
  self:_set_state(TcpSocket.HOST_LOOKUP)
  if self._attempt ~= attempt then return end
  local function answered(err, addresses)
    if self._attempt == attempt then looked_up(self, err, addresses, port) end
  end
  local hints = {socktype = "stream", family = bound and "inet" or nil}
  local started, err = uv.getaddrinfo(hostname, nil, hints, answered)
  if not started then fail_connecting(self, err) end
end

--- Looks the host up and connects to it: HOST_LOOKUP, CONNECTING, CONNECTED.
function TcpSocket:connect(hostname, port, openmode)
  self:_connect(hostname, port, openmode)
end

-- Takes over a connection that a server accepted.
function TcpSocket:_adopt(handle)
  self._attempt = self._attempt + 1
  self._handle, self._state = handle, TcpSocket.CONNECTED
  self._open_mode = Stream.READ_WRITE_MODE
  self._said_farewell = false
  handle:nodelay(true)
  start_reading(self)
end

--- Chooses our own port, 0 for any, before connecting. False: `error_handler` has heard why.
function TcpSocket:bind(port)
  check_destination("*", port)
  if self._state ~= TcpSocket.UNCONNECTED then
    self._error_string = "the socket is in use"
    return false
  end
  local handle = uv.new_tcp()
  local done, err = handle:bind("0.0.0.0", port)
  -- libuv keeps an address that is in use to itself until the name is asked for.
  if done then done, err = handle:getsockname() end
  if not done then
    handle:close()
    self:_set_error(socket_errors.from_uv(err), socket_errors.describe(err))
    return false
  end
  self._handle = handle
  self:_set_state(TcpSocket.BOUND)
  return true
end

-- Reading ---------------------------------------------------------------------------------------

function start_reading(self)
  local handle = self._handle
  self._reading = true
  handle:read_start(function(err, chunk)
    if self._handle ~= handle then return end
    if err then
      self:_transport_failed(err)
    elseif chunk then
      self:_received(chunk)
    else
      self:_ended()
    end
  end)
end

-- Appends plaintext, without telling the program.
function TcpSocket:_buffer(data)
  self._incoming:push(data)
  local limit = self._read_buffer_size
  if limit > 0 and self._incoming.length >= limit and self._reading and self._handle then
    self._reading = false
    self._handle:read_stop()
  end
end

function TcpSocket:_consumed()
  local limit = self._read_buffer_size
  if self._state == TcpSocket.UNCONNECTED and self._incoming.length == 0 then
    self._open_mode = Stream.NOT_OPEN_MODE
  elseif self._reading == false and self._handle and (limit == 0 or self._incoming.length < limit) then
    start_reading(self)
  end
end

-- For subclasses: bytes came from the network.
function TcpSocket:_received(chunk)
  self:_buffer(chunk)
  events.call(self, "ready_read_handler")
end

-- For subclasses: the peer sends no more.
function TcpSocket:_ended()
  self:_remote_closed("the remote host closed the connection")
end

function TcpSocket:_remote_closed(message)
  if self._state ~= TcpSocket.CONNECTED then return end
  local attempt = self._attempt
  self:_set_error(TcpSocket.REMOTE_HOST_CLOSED_ERROR, message)
  if self._attempt == attempt then self:disconnect() end
end

function TcpSocket:_transport_failed(err)
  local attempt = self._attempt
  self:_set_error(socket_errors.from_uv(err), socket_errors.describe(err))
  if self._attempt == attempt then self:_teardown() end
end

-- Writing ---------------------------------------------------------------------------------------

function TcpSocket:_accepts_writes()
  return self._state >= TcpSocket.HOST_LOOKUP and self._state <= TcpSocket.CONNECTED
end

-- For subclasses: whether the queue may go out.
function TcpSocket:_can_send()
  return self._state == TcpSocket.CONNECTED or self._state == TcpSocket.CLOSING
end

-- For subclasses: what is sent for these bytes of the program; nil if the connection has failed.
function TcpSocket:_seal(data) return data end

-- For subclasses: what is sent last.
function TcpSocket:_farewell() return "" end

-- Hands bytes to libuv; of the program's there are `count` in them.
function TcpSocket:_transmit(bytes, count)
  local handle, attempt = self._handle, self._attempt
  self._writes, self._inflight = self._writes + 1, self._inflight + count
  self._unfinished = self._unfinished + #bytes
  local function written(err)
    if self._attempt ~= attempt then return end
    self._writes, self._inflight = self._writes - 1, self._inflight - count
    self._unfinished = self._unfinished - #bytes
    if err then return self:_transport_failed(err) end
    self:_sent(#bytes)
    if count > 0 and self._attempt == attempt then events.call(self, "bytes_written_handler", count) end
    if self._attempt == attempt then self:_flush() end
  end
  local started, err = handle:write(bytes, written)
  if not started then written(err) end
end

-- For subclasses: so many bytes are in the network's hands.
function TcpSocket:_sent() end

local function finish(self)
  if not self._said_farewell then
    self._said_farewell = true
    local farewell = self:_farewell()
    if farewell ~= "" then return self:_transmit(farewell, 0) end
  end
  local attempt = self._attempt
  local function over()
    if self._attempt == attempt then self:_teardown() end
  end
  if self._shutting_down == attempt then return end
  self._shutting_down = attempt
  if not self._handle:shutdown(over) then over() end
end

function TcpSocket:_flush()
  local attempt = self._attempt
  while self._outgoing.length > 0 and self._unfinished < HIGH_WATER and self:_can_send() do
    local data = self._outgoing:take(SLICE)
    local bytes = self:_seal(data)
    if not bytes then return end
    self:_transmit(bytes, #data)
    if self._attempt ~= attempt then return end
  end
  if self._state == TcpSocket.CLOSING and self._writes == 0 and self._outgoing.length == 0 then
    finish(self)
  end
end

-- Ending ----------------------------------------------------------------------------------------

--- Ends the connection as soon as what was written is sent; one that is not there yet, once it is.
function TcpSocket:disconnect()
  if self._state == TcpSocket.UNCONNECTED or self._state == TcpSocket.CLOSING then return end
  if self._state == TcpSocket.BOUND then return self:_teardown() end
  self._to_disconnect = self._state ~= TcpSocket.CONNECTED
  if self._to_disconnect then return end
  local attempt = self._attempt
  self:_set_state(TcpSocket.CLOSING)
  if self._attempt == attempt then self:_flush() end
end

-- For subclasses: the connection is gone; before any handler hears of it, and before
-- disconnected_handler does.
function TcpSocket:_release() end
function TcpSocket:_on_disconnected() end

function TcpSocket:_teardown()
  local handle, was = self._handle, self._state
  self._attempt = self._attempt + 1
  self._handle = nil
  self._outgoing:clear()
  self._inflight, self._writes, self._unfinished, self._reading = 0, 0, 0, nil
  if handle and not handle:is_closing() then handle:close() end
  local left = self._incoming.length > 0
  self._open_mode = left and Stream.READ_ONLY_MODE or Stream.NOT_OPEN_MODE
  self:_release()
  local attempt = self._attempt
  self:_set_state(TcpSocket.UNCONNECTED)
  if self._attempt ~= attempt then return end
  self:_on_disconnected()
  if self._attempt ~= attempt then return end
  if was == TcpSocket.CONNECTED or was == TcpSocket.CLOSING then
    events.call(self, "disconnected_handler")
  end
end

--- Drops the connection at once, and what was not read or sent.
function TcpSocket:abort()
  self._incoming:clear()
  self._open_mode = Stream.NOT_OPEN_MODE
  if self._state ~= TcpSocket.UNCONNECTED then self:_teardown() end
end

--- Changes the mode of a connected socket; false otherwise.
function TcpSocket:open(mode)
  if self._state ~= TcpSocket.CONNECTED then
    self._error_string = "the socket is not connected"
    return false
  end
  self._open_mode = mode
  return true
end

function TcpSocket:close()
  if self._open_mode == Stream.NOT_OPEN_MODE then return end
  local attempt = self._attempt
  events.call(self, "about_to_close_handler")
  if self._attempt ~= attempt then return end
  self._incoming:clear()
  if self._state == TcpSocket.UNCONNECTED then
    self._open_mode = Stream.NOT_OPEN_MODE
  else
    self:disconnect()
  end
end

TcpSocket:_add_async_twins {"bind"}

return TcpSocket
