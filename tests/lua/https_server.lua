-- A server of HTTP/1.0 for tests: lua https_server.lua CERTIFICATE KEY [CA]. It says its port and its
-- process, and answers one client after the other until it is ended.

local rssl = require "rssl"
local socket = require "socket"

local certificate, key, ca = arg[1], arg[2], arg[3]
local ctx = assert(rssl.server { certificate = certificate, key = key, ca_file = ca })
local listener = assert(socket.bind("127.0.0.1", 0))
local _, port = listener:getsockname()
print(port)
io.stdout:flush()

local function head(status, ...)
  return table.concat({ "HTTP/1.0 " .. status, ... }, "\r\n") .. "\r\n\r\n"
end

local answers = {
  ["/hello"] = function(conn) conn:send(head("200 OK", "Content-Length: 5") .. "hello") end,
  ["/close"] = function(conn) conn:send(head "200 OK" .. ("x"):rep(100000)) end,
  ["/name"] = function(conn) conn:send(head "200 OK" .. tostring(conn.socket:server_name())) end,
  ["/moved"] = function(conn) conn:send(head("302 Found", "Location: http://127.0.0.1:9/")) end,
  -- The process ends before it can say close_notify.
  ["/cut"] = function(conn)
    conn:send(head "200 OK" .. "half of the bo")
    os.exit(0)
  end,
  ["/slow"] = function(conn)
    conn:send(head("200 OK", "Content-Length: 1000"))
    while conn:send "." do socket.sleep(0.1) end
  end,
}

local function serve(conn)
  local request = conn:receive "*l"
  if not request then return end
  local length = 0
  for line in function() return conn:receive "*l" end do
    if line == "" then break end
    length = tonumber(line:lower():match "^content%-length: (%d+)") or length
  end
  local method, path = request:match "^(%u+) (%S+)"
  if method == "POST" then
    conn:send(head "200 OK" .. conn:receive(length))
  else
    answers[path](conn)
  end
end

while true do
  local conn = rssl.accept(listener:accept(), ctx)
  if conn then
    serve(conn)
    conn:close()
  end
end
