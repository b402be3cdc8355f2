--- The identifiers in a certificate's names, which librssl gives by name only.
-- @module rssl.compat.luasec.der

local der = {}

local SEQUENCE, SET, OID, CONTEXT_0 = 0x30, 0x31, 0x06, 0xa0

-- The element at position i of bytes: its tag, where its contents begin and end. nil: malformed.
local function element(bytes, i)
  local tag, len = bytes:byte(i, i + 1)
  if not len then return nil end
  local first = i + 2
  if len >= 0x80 then
    local n = len - 0x80
    if n < 1 or n > 3 or #bytes < first + n - 1 then return nil end
    len = 0
    for j = first, first + n - 1 do len = len * 256 + bytes:byte(j) end
    first = first + n
  end
  if first + len - 1 > #bytes then return nil end
  return tag, first, first + len - 1
end

-- The contents of an element that must be of this tag, and the position behind it.
local function contents(bytes, i, wanted)
  local tag, first, last = element(bytes, i)
  if tag ~= wanted then return nil end
  return bytes:sub(first, last), last + 1
end

local function dotted(bytes)
  local arcs, arc = {}, 0
  for i = 1, #bytes do
    local byte = bytes:byte(i)
    arc = arc * 128 + byte % 128
    if byte < 128 then
      if #arcs == 0 then
        arcs[1] = math.min(math.floor(arc / 40), 2)
        arc = arc - arcs[1] * 40
      end
      arcs[#arcs + 1] = ("%d"):format(arc)
      arc = 0
    end
  end
  return table.concat(arcs, ".")
end

--- The dotted identifiers of a Name's attributes, in their order.
function der.name_oids(name)
  local oids = {}
  local sets, i = contents(name, 1, SEQUENCE), 1
  while sets and i <= #sets do
    local attributes
    attributes, i = contents(sets, i, SET)
    if not attributes then break end
    local j = 1
    while j and j <= #attributes do
      local attribute
      attribute, j = contents(attributes, j, SEQUENCE)
      local oid = attribute and contents(attribute, 1, OID)
      if oid then oids[#oids + 1] = dotted(oid) end
    end
  end
  return oids
end

--- The identifier and the value of a GeneralName that is an otherName; nil of another.
function der.other_name(name)
  local inside = contents(name, 1, CONTEXT_0)
  if not inside then return nil end
  local oid, behind = contents(inside, 1, OID)
  local explicit = oid and contents(inside, behind, CONTEXT_0)
  if not explicit then return nil end
  local _, first, last = element(explicit, 1)
  if not first then return nil end
  return dotted(oid), explicit:sub(first, last)
end

return der
