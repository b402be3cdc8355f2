--- What all streams have: buffered reading, writing, and a mode.
--
-- Modes: `NOT_OPEN_MODE` 0, `READ_ONLY_MODE` 1, `WRITE_ONLY_MODE` 2, `READ_WRITE_MODE` 3, `APPEND_MODE`
-- 4, `TRUNCATE_MODE` 8. Each method has a twin, `read_string_async` of `read_string`, that passes what
-- it returns to `callback(stream, result, error)`, its last argument, in the next turn of the loop.
-- @classmod Stream

local ByteQueue = require "rssl.net.byte_queue"
local class = require "rssl.net.class"
local events = require "rssl.net.events"

local Stream = class.define "Stream"

Stream.NOT_OPEN_MODE = 0
Stream.READ_ONLY_MODE = 1
Stream.WRITE_ONLY_MODE = 2
Stream.READ_WRITE_MODE = 3
Stream.APPEND_MODE = 4
Stream.TRUNCATE_MODE = 8
Stream.READ_MODE = Stream.READ_ONLY_MODE
Stream.WRITE_MODE = Stream.WRITE_ONLY_MODE

local unpack = table.unpack or unpack -- luacheck: ignore
local SLICE = 4096 -- what one call of byte or char takes on the stack

function Stream._fields(fields)
  fields._incoming = ByteQueue.new()
  fields._outgoing = ByteQueue.new()
  fields._open_mode = Stream.NOT_OPEN_MODE
  fields._error_string = ""
  return fields
end

local function has_mode(self, bit)
  return self._open_mode % (bit * 2) >= bit
end

local function readable(self) return has_mode(self, Stream.READ_ONLY_MODE) end
local function writable(self) return has_mode(self, Stream.WRITE_ONLY_MODE) end

Stream:_define_properties {
  --- Whether the mode is not `NOT_OPEN_MODE`. Read only.
  -- @property is_open
  is_open = {get = function(self) return self._open_mode ~= Stream.NOT_OPEN_MODE end},
  --- How it was opened: one of the modes above, or a sum of them. Read only.
  -- @property open_mode
  open_mode = {get = function(self) return self._open_mode end},
  --- How many bytes can be read without waiting. Read only.
  -- @property bytes_available
  bytes_available = {get = function(self) return self._incoming.length end},
  --- How many of the bytes written are still to be sent. Read only.
  -- @property bytes_to_write
  bytes_to_write = {get = function(self) return self._outgoing.length end},
  --- Whether there is nothing to read now. Read only.
  -- @property at_end
  at_end = {get = function(self) return self._incoming.length == 0 end},
  --- Whether the mode allows reading. Read only.
  -- @property readable
  readable = {get = readable},
  --- Whether the mode allows writing; `writeable` is the same. Read only.
  -- @property writable
  writable = {get = writable},
  writeable = {get = writable},
  --- True: there is no seeking in a connection. Read only.
  -- @property sequential
  sequential = {get = function() return true end},
  --- Whether there is a whole line to read. Read only.
  -- @property can_read_line
  can_read_line = {get = function(self) return self._incoming:line_length() ~= nil end},
  --- 0: there are no positions in a connection. Read only.
  -- @property pos
  pos = {get = function() return 0 end},
  --- What went wrong last, in words. Read only.
  -- @property error_string
  error_string = {get = function(self) return self._error_string end},
}

Stream:_define_handlers {
  --- `function(stream)`: there is something new to read.
  -- @handler ready_read_handler
  "ready_read_handler",
  --- `function(stream, bytes)`: so many of the bytes written have been sent.
  -- @handler bytes_written_handler
  "bytes_written_handler",
  --- `function(stream)`: `close` was called.
  -- @handler about_to_close_handler
  "about_to_close_handler",
}

local function check_max(max)
  if max == nil then return nil end
  if type(max) ~= "number" or max < 0 then error("max must be a number of bytes", 4) end
  return math.floor(max)
end

-- Called after bytes were taken from the buffer.
function Stream:_consumed() end

local function read(self, max)
  max = check_max(max)
  if not readable(self) then return "" end
  local data = self._incoming:take(max)
  if data ~= "" then self:_consumed() end
  return data
end

-- A line with its newline; without one, what there is.
local function read_line(self, max)
  local length = self._incoming:line_length()
  max = check_max(max)
  if length and (not max or length < max) then max = length end
  return read(self, max)
end

local function peek(self, max)
  max = check_max(max)
  return readable(self) and self._incoming:peek(max) or ""
end

local function to_bytes(s)
  local bytes = {}
  for i = 1, #s, SLICE do
    local last = math.min(i + SLICE - 1, #s)
    for offset, byte in ipairs {s:byte(i, last)} do bytes[i + offset - 1] = byte end
  end
  return bytes
end

local function to_string(bytes)
  if type(bytes) ~= "table" then error("write_bytes takes a table of numbers", 3) end
  local parts = {}
  for i = 1, #bytes, SLICE do
    parts[#parts + 1] = string.char(unpack(bytes, i, math.min(i + SLICE - 1, #bytes)))
  end
  return table.concat(parts)
end

--- Up to max bytes, or all there are; "" if there are none.
function Stream:read_string(max) return read(self, max) end

--- The same as numbers; {} if there are none.
function Stream:read_bytes(max) return to_bytes(read(self, max)) end

--- A line with its newline, or what there is of it; at most max bytes.
function Stream:read_line_string(max) return read_line(self, max) end

--- The same as numbers.
function Stream:read_line_bytes(max) return to_bytes(read_line(self, max)) end

--- All there is.
function Stream:read_all_string() return read(self) end

--- The same as numbers.
function Stream:read_all_bytes() return to_bytes(read(self)) end

--- As `read_string`, and the bytes stay.
function Stream:peek_string(max) return peek(self, max) end

--- The same as numbers.
function Stream:peek_bytes(max) return to_bytes(peek(self, max)) end

--- Queues s, and returns how many of its bytes were accepted: none on a stream that cannot write.
function Stream:write_string(s)
  if type(s) == "number" then s = tostring(s) end
  if type(s) ~= "string" then error("write_string takes a string, not a " .. type(s), 2) end
  if not writable(self) or not self:_accepts_writes() then
    self._error_string = "the stream is not open for writing"
    return 0
  end
  self._outgoing:push(s)
  self:_flush()
  return #s
end

--- `write_string` of numbers.
function Stream:write_bytes(bytes) return self:write_string(to_string(bytes)) end

Stream.read = Stream.read_string
Stream.read_all = Stream.read_all_string
Stream.read_line = Stream.read_line_string
Stream.peek = Stream.peek_string
Stream.write = Stream.write_string

--- Sets the mode of a socket that is connected. False: it is not.
function Stream:open() return false end

--- Ends a connection, behind `about_to_close_handler`; what was not read is dropped.
function Stream:close() end

--- False: there is no seeking in a connection.
function Stream:seek() return false end

--- False, as `seek`.
function Stream:reset() return false end

-- Whether what is written now can still be sent.
function Stream:_accepts_writes() return false end

-- Gives each of these methods a twin that passes what it returns to a callback in the loop's next
-- turn: the callback is its last argument, and gets the object, the result, and the error, if any.
function Stream._add_async_twins(self, names)
  for _, name in ipairs(names) do
    self[name .. "_async"] = function(object, ...)
      local arguments, n = {...}, select("#", ...)
      local callback = arguments[n]
      events.check_callback(callback)
      arguments[n] = nil
      local result = object[name](object, unpack(arguments, 1, n - 1))
      local failed = result == false or (result == 0 and object._error_string ~= "")
      events.post(object, callback, result, failed and object._error_string or nil)
    end
  end
end

Stream:_add_async_twins {
  "read_string", "read_bytes", "read_line_string", "read_line_bytes", "read_all_string",
  "read_all_bytes", "peek_string", "peek_bytes", "write_string", "write_bytes", "read", "write",
  "read_all", "read_line", "peek", "seek", "reset", "open", "close",
}

return Stream
