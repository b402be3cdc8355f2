-- net.Stream, net.TcpSocket and net.TcpServer.

local uv = require "luv"

local event_loop = require "event_loop"
local net = require "rssl.net"

local TcpSocket, TcpServer = net.TcpSocket, net.TcpServer
local run_until = event_loop.run_until

describe("net.Stream", function()
  it("has the documented values, also on its subclasses and instances", function()
    local values = {
      NOT_OPEN_MODE = 0, READ_ONLY_MODE = 1, WRITE_ONLY_MODE = 2, READ_WRITE_MODE = 3, APPEND_MODE = 4,
      TRUNCATE_MODE = 8, READ_MODE = 1, WRITE_MODE = 2,
    }
    local socket = TcpSocket.new()
    for name, value in pairs(values) do
      assert.equal(value, net.Stream[name], name)
      assert.equal(value, TcpSocket[name], name)
      assert.equal(value, socket[name], name)
    end
  end)
end)

describe("net.TcpSocket", function()
  local reports, server, accepted

  before_each(function()
    reports = {}
    net.set_error_reporter(function(message) reports[#reports + 1] = message end)
    server, accepted = TcpServer.new(), nil
    server.new_connection_handler = function() accepted = server:next_pending_connection() end
    assert.is_true(server:listen(0, "127.0.0.1"))
  end)

  after_each(function()
    server:close()
    event_loop.clear()
    assert.same({}, reports)
  end)

  local function connected()
    local socket = TcpSocket.new()
    socket:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
    run_until(function() return socket.state == TcpSocket.CONNECTED_STATE and accepted end)
    return socket
  end

  it("has the documented values", function()
    local states = {UNCONNECTED = 0, HOST_LOOKUP = 1, CONNECTING = 2, CONNECTED = 3, BOUND = 4, CLOSING = 6}
    for name, value in pairs(states) do
      assert.equal(value, TcpSocket[name], name)
      assert.equal(value, TcpSocket[name .. "_STATE"], name)
    end
    local errors = {
      CONNECTION_REFUSED = 0, REMOTE_HOST_CLOSED = 1, HOST_NOT_FOUND = 2, SOCKET_ACCESS = 3,
      SOCKET_RESOURCE = 4, SOCKET_TIMEOUT = 5, DATAGRAM_TOO_LARGE = 6, NETWORK = 7, ADDRESS_IN_USE = 8,
      SOCKET_ADDRESS_NOT_AVAILABLE = 9, UNSUPPORTED_SOCKET_OPERATION = 10,
      UNFINISHED_SOCKET_OPERATION = 11, SSL_HANDSHAKE_FAILED = 13, OPERATION = 19, SSL_INTERNAL = 20,
      SSL_INVALID_USERDATA = 21, TEMPORARY = 22, UNKNOWN = -1,
    }
    for name, value in pairs(errors) do assert.equal(value, TcpSocket[name .. "_ERROR"], name) end
  end)

  it("is unconnected at first", function()
    local socket = TcpSocket.new()
    assert.equal(TcpSocket.UNCONNECTED_STATE, socket.state)
    assert.equal(TcpSocket.UNKNOWN_ERROR, socket.error)
    assert.is_false(socket.valid)
    assert.is_false(socket.is_open)
    assert.is_false(socket.readable)
    assert.equal("", socket.local_address)
    assert.equal(0, socket.local_port)
    assert.equal(0, socket:write_string "x")
    assert.equal("", socket:read_string())
    assert.equal(net.Stream.NOT_OPEN_MODE, socket.open_mode)
    assert.is_false(socket:open(net.Stream.READ_WRITE_MODE))
    assert.has_error(function() socket:write_string {} end)
    assert.has_error(function() socket:read_string(-1) end)
    socket:disconnect()
    socket:abort()
    socket:close()
  end)

  it("connects, carries bytes both ways, and disconnects", function()
    local socket = connected()
    assert.equal("127.0.0.1", socket.remote_address)
    assert.equal(socket.local_port, accepted.remote_port)
    assert.equal("127.0.0.1", accepted.local_address)
    assert.equal(5, socket:write_string "hello")
    run_until(function() return accepted.bytes_available == 5 end)
    accepted:write_string(accepted:read_all_string():upper())
    run_until(function() return socket.bytes_available == 5 end)
    assert.equal("HELLO", socket:read_all_string())
    local seen = {}
    accepted.error_handler = function(s, e) seen[#seen + 1] = ("error %d %d"):format(e, s.state) end
    accepted.disconnected_handler = function() seen[#seen + 1] = "disconnected" end
    socket:disconnect()
    run_until(function() return #seen == 2 end)
    assert.same({"error 1 3", "disconnected"}, seen)
  end)

  it("reports what goes wrong with the documented codes", function()
    local function failure(host, port)
      local socket, code, state = TcpSocket.new(), nil, nil
      socket.error_handler = function(s, e) code, state = e, s.state end
      local disconnected = false
      socket.disconnected_handler = function() disconnected = true end
      socket:connect(host, port, net.Stream.READ_WRITE_MODE)
      run_until(function() return code and socket.state == TcpSocket.UNCONNECTED_STATE end)
      assert.is_false(disconnected)
      assert.truthy(socket.error_string:find(host, 1, true))
      assert.equal(code, socket.error)
      return code, state
    end
    local port = server.port
    server:close()
    assert.equal(TcpSocket.CONNECTION_REFUSED_ERROR, (failure("127.0.0.1", port)))
    local code, state = failure("no-such-host.invalid", port)
    assert.equal(TcpSocket.HOST_NOT_FOUND_ERROR, code)
    assert.equal(TcpSocket.HOST_LOOKUP_STATE, state)
  end)

  it("tries the next address of a name", function()
    local socket = TcpSocket.new()
    socket:connect("localhost", server.port, net.Stream.READ_WRITE_MODE) -- ::1 as well, where there is
    run_until(function() return socket.state == TcpSocket.CONNECTED_STATE end)
  end)

  it("binds", function()
    local socket = TcpSocket.new()
    assert.is_true(socket:bind(0))
    assert.equal(TcpSocket.BOUND_STATE, socket.state)
    local port = socket.local_port
    assert.is_true(port > 0)
    local other, code = TcpSocket.new(), nil
    other.error_handler = function(_, e) code = e end
    assert.is_false(socket:bind(0))
    other:bind(server.port)
    socket:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
    run_until(function() return accepted end)
    assert.equal(port, accepted.remote_port)
    assert.equal(code and TcpSocket.ADDRESS_IN_USE_ERROR or nil, code)
    local asynchronous, result = TcpSocket.new(), nil
    asynchronous:bind_async(0, function(s, done) result = {s == asynchronous, done} end)
    run_until(function() return result end)
    assert.same({true, true}, result)
  end)

  it("bound and idle can be let go", function()
    local socket = TcpSocket.new()
    socket:bind(0)
    socket:disconnect()
    assert.equal(TcpSocket.UNCONNECTED_STATE, socket.state)
    assert.equal(0, socket.local_port)
  end)

  it("disconnects once connected, if told to before that", function()
    local socket, over = TcpSocket.new(), false
    socket.disconnected_handler = function() over = true end
    socket:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
    socket:write_string "hello"
    socket:disconnect()
    assert.equal(TcpSocket.HOST_LOOKUP_STATE, socket.state)
    run_until(function() return over and accepted and accepted.bytes_available == 5 end)
  end)

  it("can be aborted when it is over, with what was not read", function()
    local socket = connected()
    accepted:write_string "unread"
    accepted:disconnect()
    run_until(function() return socket.state == TcpSocket.UNCONNECTED_STATE end)
    assert.is_true(socket.is_open and socket.readable)
    socket:abort()
    assert.is_false(socket.is_open)
    assert.equal("", socket:read_all_string())
  end)

  it("has twins that do nothing without a callback", function()
    local socket = connected()
    assert.has_error(function() socket:write_string_async "x" end, "the callback must be a function")
    assert.has_error(function() socket:close_async() end, "the callback must be a function")
    assert.equal(0, socket.bytes_to_write)
    assert.equal(TcpSocket.CONNECTED_STATE, socket.state)
  end)

  it("finds lines across the pieces in which they come", function()
    local socket = connected()
    for _, piece in ipairs {"a", "b\nc", "d", "\n\ne"} do
      accepted:write_string(piece)
      local before = socket.bytes_available
      run_until(function() return socket.bytes_available == before + #piece end)
      if piece == "a" then assert.is_false(socket.can_read_line) end
    end
    assert.equal("ab\n", socket:read_line())
    assert.equal("cd\n", socket:read_line())
    assert.equal("\n", socket:read_line())
    assert.is_false(socket.can_read_line)
    assert.equal("e", socket:read_line())
  end)

  describe("an error thrown inside a handler", function()
    for _, name in ipairs {
      "host_found", "connected", "state_changed", "ready_read", "bytes_written", "disconnected",
    } do
      it("in " .. name .. "_handler closes the socket, and leaves the loop alive", function()
        local socket = TcpSocket.new()
        socket[name .. "_handler"] = function() error("thrown in " .. name) end
        server.new_connection_handler = function()
          accepted = server:next_pending_connection()
          accepted:write_string "hello"
        end
        socket:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
        socket:write_string "hello"
        if name == "disconnected" then
          run_until(function() return accepted end)
          socket:disconnect()
        end
        run_until(function() return #reports > 0 and socket.state == TcpSocket.UNCONNECTED_STATE end)
        assert.truthy(reports[1]:find("thrown in " .. name, 1, true))
        assert.truthy(reports[1]:find("traceback", 1, true))
        assert.is_false(socket.valid)
        reports = {}
        socket[name .. "_handler"] = nil
        accepted = nil
        connected()
      end)
    end

    it("in about_to_close_handler closes the socket", function()
      local socket = connected()
      socket.about_to_close_handler = function() error "thrown" end
      socket:close()
      assert.equal(TcpSocket.UNCONNECTED_STATE, socket.state)
      assert.is_false(socket.is_open)
      assert.equal(1, #reports)
      reports = {}
    end)

    it("in error_handler closes the socket", function()
      local socket = connected()
      socket.error_handler = function() error {} end
      accepted:abort()
      run_until(function() return socket.state == TcpSocket.UNCONNECTED_STATE end)
      assert.equal(1, #reports)
      reports = {}
    end)

    it("in a callback of a twin closes the socket", function()
      local socket = connected()
      socket:read_string_async(1, function() error "thrown" end)
      run_until(function() return socket.state == TcpSocket.UNCONNECTED_STATE end)
      assert.equal(1, #reports)
      reports = {}
    end)

    it("is written to stderr by default", function()
      local code = [[
        local net = require "rssl.net"
        local socket = net.TcpSocket.new()
        socket.state_changed_handler = function() error "thrown" end
        socket:connect("127.0.0.1", 1, 3)
        net.run()
        print "the loop ended"]]
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(code)
      file:close()
      local output = io.popen(("'%s' '%s' 2>&1"):format(os.getenv "RSSL_LUA_INTERPRETER", path))
      local text = output:read "*a"
      output:close()
      os.remove(path)
      assert.truthy(text:find("rssl.net: .*thrown"))
      assert.truthy(text:find("the loop ended", 1, true))
    end)
  end)
end)

describe("net.TcpServer", function()
  local server

  before_each(function() server = TcpServer.new() end)

  after_each(function()
    server:close()
    event_loop.clear()
  end)

  local function connect(n)
    local sockets = {}
    for i = 1, n or 1 do
      sockets[i] = TcpSocket.new()
      sockets[i]:connect("127.0.0.1", server.port, net.Stream.READ_WRITE_MODE)
    end
    return sockets
  end

  it("listens, and tells its port", function()
    assert.is_false(server.listening)
    assert.equal(0, server.port)
    assert.is_true(server:listen(0))
    assert.is_true(server.listening)
    assert.is_true(server.port > 0)
    assert.is_false(server:listen(0))
    assert.truthy(server.error_string:find "already")
    local other = TcpServer.new()
    assert.is_false(other:listen(server.port))
    assert.truthy(other.error_string:find "EADDRINUSE")
    assert.is_false(other.listening)
    assert.has_error(function() other:listen(-1) end)
    assert.has_error(function() server.port = 1 end)
    server:close()
    assert.is_false(server.listening)
    local result
    server:listen_async(0, function(s, done) result = {s == server, done} end)
    run_until(function() return result end)
    assert.same({true, true}, result)
  end)

  it("keeps connections until they are asked for, so many and no more", function()
    assert.equal(30, server.max_pending_connections)
    server.max_pending_connections = 2
    local announced = 0
    server.new_connection_handler = function() announced = announced + 1 end
    assert.is_true(server:listen(0, "127.0.0.1"))
    assert.is_nil(server:next_pending_connection())
    connect(4)
    run_until(function() return announced == 2 end)
    event_loop.run_for(100)
    assert.equal(2, announced)
    assert.is_true(server.has_pending_connections)
    assert.equal("127.0.0.1", server:next_pending_connection().remote_address)
    run_until(function() return announced == 3 end)
    local passed
    server:next_pending_connection_async(function(s, socket) passed = {s == server, socket.state} end)
    run_until(function() return passed and announced == 4 end)
    assert.same({true, TcpSocket.CONNECTED_STATE}, passed)
    server.max_pending_connections = 5
    assert.has_error(function() server.max_pending_connections = 0 end)
  end)

  it("pauses accepting, and resumes", function()
    local announced = 0
    server.new_connection_handler = function() announced = announced + 1 end
    assert.is_true(server:listen(0, "127.0.0.1"))
    server:pause_accepting()
    connect(2)
    event_loop.run_for(100)
    assert.equal(0, announced)
    server:resume_accepting()
    run_until(function() return announced == 2 end)
  end)

  it("goes on when new_connection_handler throws, and closes the connection that it was about", function()
    local reports = 0
    net.set_error_reporter(function() reports = reports + 1 end)
    server.max_pending_connections = 1
    assert.is_true(server:listen(0, "127.0.0.1"))
    for _, take in ipairs {function() end, function() server:next_pending_connection() end} do
      reports = 0
      server.new_connection_handler = function()
        take()
        error "thrown"
      end
      local sockets = connect(3)
      run_until(function()
        for _, socket in ipairs(sockets) do
          if socket.error ~= TcpSocket.REMOTE_HOST_CLOSED_ERROR then return false end
        end
        return true
      end)
      assert.equal(3, reports)
      assert.is_false(server.has_pending_connections)
    end
    assert.is_true(server.listening)
  end)

  it("closes the connection whose callback throws", function()
    local reports, announced = 0, false
    net.set_error_reporter(function() reports = reports + 1 end)
    server.new_connection_handler = function() announced = true end
    assert.is_true(server:listen(0, "127.0.0.1"))
    local socket = connect()[1]
    run_until(function() return announced end)
    local passed
    server:next_pending_connection_async(function(s, accepted)
      passed = {s == server, accepted.state}
      error "thrown"
    end)
    run_until(function() return socket.error == TcpSocket.REMOTE_HOST_CLOSED_ERROR end)
    assert.same({true, TcpSocket.CONNECTED_STATE}, passed)
    assert.equal(1, reports)
    assert.is_true(server.listening)
    assert.has_error(function() server:next_pending_connection_async() end)
    assert.has_error(function() server:listen_async(0) end)
  end)

  it("drops the connections that wait when it is closed", function()
    local announced = false
    server.new_connection_handler = function() announced = true end
    assert.is_true(server:listen(0, "127.0.0.1"))
    local socket = connect()[1]
    run_until(function() return announced end)
    server:close()
    run_until(function() return socket.state == TcpSocket.UNCONNECTED_STATE end)
    assert.is_false(server.has_pending_connections)
  end)
end)

describe("net.run and net.stop", function()
  it("run libuv's loop, and end it", function()
    local timer = uv.new_timer()
    timer:start(1, 1, function() net.stop() end)
    net.run()
    timer:close()
    net.run()
  end)
end)
