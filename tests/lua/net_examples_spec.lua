-- The examples of rssl.net, as whole programs.

local child_process = require "child_process"
local event_loop = require "event_loop"
local loopback = require "loopback"
local net = require "rssl.net"
local ssl_ends = require "ssl_ends"

local run_until = event_loop.run_until
local certificate = loopback.certificate

describe("the example", function()
  local started, server

  before_each(function() started, server = {}, nil end)

  after_each(function()
    for _, process in ipairs(started) do process:stop() end
    if server then server:close() end
    event_loop.clear()
  end)

  teardown(loopback.clean)

  local function example(name, ...)
    local path = os.getenv "RSSL_LUA_TESTS" .. "/../../bindings/lua/examples/" .. name
    local process = child_process.start(os.getenv "RSSL_LUA_INTERPRETER", {path, ...})
    started[#started + 1] = process
    return process
  end

  it("encrypted_socket.lua talks to a server", function()
    server = ssl_ends.echo_server()
    local process = example("encrypted_socket.lua", "localhost", tostring(server.port), certificate "ca.pem")
    run_until(function() return process.code and process.output_ended end)
    assert.equal("hello\n", process.output)
    assert.truthy(process.errors:find "TLSv1.3")
    assert.equal(0, process.code)
  end)

  it("encrypted_socket.lua refuses a server that it does not trust", function()
    server = ssl_ends.echo_server "self-signed"
    local process = example("encrypted_socket.lua", "localhost", tostring(server.port), certificate "ca.pem")
    run_until(function() return process.code and process.errors_ended end)
    assert.equal(1, process.code)
    assert.truthy(process.errors:find "certificate")
  end)

  it("chat_server.lua passes on what two of chat_client.lua say", function()
    local chat = example("chat_server.lua", certificate "server.pem", certificate "server.key", "0",
      "127.0.0.1")
    run_until(function() return chat.output:find "\n" end)
    local port = chat.output:match "%d+"
    local function join(name)
      local client = example("chat_client.lua", "localhost", port, certificate "ca.pem")
      run_until(function() return client.output:find("you are " .. name, 1, true) end)
      return client
    end
    local one, two = join "guest 1", join "guest 2"
    run_until(function() return one.output:find "guest 2 joined" end)
    one:write "hello\n"
    run_until(function() return two.output:find "guest 1: hello\n" end)
    two:write "goodbye\n"
    two:finish()
    run_until(function() return two.code and one.output:find "guest 2: goodbye\nguest 2 left" end)
    assert.equal(0, two.code)
    assert.equal("", chat.errors)
  end)

  it("starttls_client.lua begins encryption when the server is ready", function()
    local plain = {}
    server = net.SslServer.new()
    server.configuration = ssl_ends.configuration "server"
    server.new_connection_handler = function()
      local s = server:next_pending_connection()
      s:write_string "220 ready\r\n"
      s.ready_read_handler = function()
        local line = s:read_line_string()
        if not s.encrypted then plain[#plain + 1] = line end
        if line:find "^EHLO" then
          s:write_string(s.encrypted and "250-here\r\n250 AUTH\r\n" or "250-here\r\n250 STARTTLS\r\n")
        elseif line:find "^STARTTLS" then
          s:write_string "220 go ahead\r\n"
          s:start_server_encryption()
        else
          s:write_string "221 bye\r\n"
        end
      end
    end
    assert(server:listen(0, "127.0.0.1"))
    local process = example("starttls_client.lua", "localhost", tostring(server.port), certificate "ca.pem")
    run_until(function() return process.code and process.output_ended end)
    assert.equal("250-here\r\n250 AUTH\r\n", process.output)
    assert.equal(0, process.code)
    assert.same({"EHLO localhost\r\n", "STARTTLS\r\n"}, plain)
  end)

  it("starttls_client.lua gives up when there is no STARTTLS", function()
    server = net.TcpServer.new()
    server.new_connection_handler = function()
      local s = server:next_pending_connection()
      s:write_string "220 ready\r\n"
      s.ready_read_handler = function() s:write_string "250 here\r\n" end
    end
    assert(server:listen(0, "127.0.0.1"))
    local process = example("starttls_client.lua", "localhost", tostring(server.port))
    run_until(function() return process.code and process.errors_ended end)
    assert.equal(1, process.code)
    assert.truthy(process.errors:find "STARTTLS")
  end)
end)
