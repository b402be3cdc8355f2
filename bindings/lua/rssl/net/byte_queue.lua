--- Bytes waiting to be read or written: pushed in pieces of any size, taken in others.

local ByteQueue = {}
ByteQueue.__index = ByteQueue

function ByteQueue.new()
  return setmetatable({length = 0}, ByteQueue):clear()
end

function ByteQueue:clear()
  self.pieces, self.first, self.last, self.offset, self.length = {}, 1, 0, 0, 0
  self.searched = 1 -- the pieces before this one hold no newline
  return self
end

function ByteQueue:push(s)
  if s == "" then return end
  self.last = self.last + 1
  self.pieces[self.last] = s
  self.length = self.length + #s
end

--- The first n bytes, which stay.
function ByteQueue:peek(n)
  n = math.min(n or self.length, self.length)
  local parts, index, offset = {}, self.first, self.offset
  while n > 0 do
    local piece = self.pieces[index]
    local part = piece
    if offset > 0 or #piece > n then part = piece:sub(offset + 1, offset + n) end
    parts[#parts + 1] = part
    n, index, offset = n - #part, index + 1, 0
  end
  return table.concat(parts)
end

function ByteQueue:take(n)
  local taken = self:peek(n)
  local left = #taken
  self.length = self.length - left
  while left > 0 do
    local here = #self.pieces[self.first] - self.offset
    if left < here then
      self.offset = self.offset + left
      return taken
    end
    self.pieces[self.first] = nil
    self.first, self.offset, left = self.first + 1, 0, left - here
  end
  return taken
end

--- How many bytes there are up to and with the first newline; nil if there is none.
function ByteQueue:line_length()
  local index = math.max(self.searched, self.first)
  while index <= self.last do
    local from = index == self.first and self.offset or 0
    local at = self.pieces[index]:find("\n", from + 1, true)
    if at then
      local length = at - from
      for i = self.first, index - 1 do
        length = length + #self.pieces[i] - (i == self.first and self.offset or 0)
      end
      self.searched = index
      return length
    end
    index = index + 1
  end
  self.searched = index
  return nil
end

return ByteQueue
