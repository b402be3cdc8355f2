-- Two ends on loopback in one process, for tests: certificates, connected sockets, handshakes.

local socket = require "socket"

local loopback = {
  --- Seconds that something may take that must happen: valgrind on a busy machine is slow.
  PATIENCE = 60,
}

local directory

--- The path of one of the files that testca writes.
function loopback.certificate(name)
  if not directory then
    directory = os.tmpname()
    os.remove(directory)
    local testca = assert(os.getenv "RSSL_TESTCA", "RSSL_TESTCA is not set")
    local status = os.execute(("mkdir '%s' && '%s' '%s'"):format(directory, testca, directory))
    assert(status == 0 or status == true, "testca failed")
  end
  return directory .. "/" .. name
end

--- Removes the certificates.
function loopback.clean()
  if directory then os.execute(("rm -r '%s'"):format(directory)) end
  directory = nil
end

--- Two LuaSocket objects that are connected: the client's and the server's.
function loopback.pair()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  local client = assert(socket.connect("127.0.0.1", port))
  local server = assert(listener:accept())
  listener:close()
  -- Or the first answer behind a handshake waits for the kernel to acknowledge it.
  client:setoption("tcp-nodelay", true)
  server:setoption("tcp-nodelay", true)
  return client, server
end

--- Handshakes of LuaSec's interface by turns, until both are done or one has failed.
-- @return what the two dohandshake returned last: true; or false and why not
function loopback.shake(client, server)
  local ends = { client, server }
  local results = { {}, {} }
  local deadline = socket.gettime() + loopback.PATIENCE
  client:settimeout(0)
  server:settimeout(0)
  repeat
    for i, conn in ipairs(ends) do
      local done = results[i]
      if not done.over then
        done.ok, done.err = conn:dohandshake()
        done.over = done.ok or (done.err ~= "wantread" and done.err ~= "wantwrite")
        if done.over and not done.ok then conn:close() end
      end
    end
    assert(socket.gettime() < deadline, "the handshake does not end")
  until results[1].over and results[2].over
  client:settimeout(loopback.PATIENCE)
  server:settimeout(loopback.PATIENCE)
  return results[1].ok, results[1].err, results[2].ok, results[2].err
end

return loopback
