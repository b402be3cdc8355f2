-- LuaSec's interface in a loop of socket.select and coroutines, as copas has it: every call returns at
-- once, and who gets "wantread" or "wantwrite" is resumed when the descriptor is ready.

require("rssl.compat.luasec").install()
local loopback = require "loopback"
local socket = require "socket"
local ssl = require "ssl"

local certificate = loopback.certificate

-- Runs functions as coroutines until all have returned.
local function run(tasks)
  local reading, writing, count = {}, {}, 0
  local function resume(thread)
    local ok, want, conn = coroutine.resume(thread)
    if not ok then error(debug.traceback(thread, want), 0) end
    if coroutine.status(thread) == "dead" then
      count = count - 1
    elseif want == "wantread" or want == "timeout" then
      reading[conn] = thread
    else
      assert(want == "wantwrite", want)
      writing[conn] = thread
    end
  end
  local function take(waiting, ready)
    for _, conn in ipairs(ready) do
      local thread = waiting[conn]
      waiting[conn] = nil
      if thread then resume(thread) end
    end
  end
  local function keys(waiting)
    local list = {}
    for conn in pairs(waiting) do list[#list + 1] = conn end
    return list
  end
  for _, task in ipairs(tasks) do
    count = count + 1
    resume(coroutine.create(task))
  end
  while count > 0 do
    local readable, writable, err = socket.select(keys(reading), keys(writing), loopback.PATIENCE)
    assert(not err, err)
    take(reading, readable)
    take(writing, writable)
  end
end

local function shake(conn)
  repeat
    local ok, err = conn:dohandshake()
    if ok then return true end
    if err ~= "wantread" and err ~= "wantwrite" then return false, err end
    coroutine.yield(err, conn)
  until false
end

local function send(conn, data)
  local from = 1
  repeat
    local last, err, index = conn:send(data, from)
    if last then return last end
    from = index + 1
    coroutine.yield(err, conn)
  until false
end

local function receive(conn, pattern)
  local data, err, partial
  repeat
    data, err, partial = conn:receive(pattern, partial)
    if data or err == "closed" then return data, err, partial end
    coroutine.yield(err, conn)
  until false
end

describe("a loop of select", function()
  local server_ctx, client_ctx

  setup(function()
    server_ctx = assert(ssl.newcontext {
      mode = "server", protocol = "any", verify = { "peer", "fail_if_no_peer_cert" },
      cafile = certificate "ca.pem", certificate = certificate "server.pem",
      key = certificate "server.key", options = "all" })
    client_ctx = assert(ssl.newcontext {
      mode = "client", protocol = "any", verify = { "peer", "fail_if_no_peer_cert" },
      cafile = certificate "ca.pem", certificate = certificate "client.pem",
      key = certificate "client.key", options = "all" })
  end)

  teardown(loopback.clean)

  local function wrapped()
    local client, server = loopback.pair()
    client, server = assert(ssl.wrap(client, client_ctx)), assert(ssl.wrap(server, server_ctx))
    client:settimeout(0)
    server:settimeout(0)
    return client, server
  end

  it("moves large bodies both ways at once, on several connections", function()
    local body = ("0123456789abcdef"):rep(512 * 1024) -- 8 MiB
    local whole = 0
    local tasks = {}
    for _ = 1, 3 do
      local client, server = wrapped()
      tasks[#tasks + 1] = function()
        assert(shake(server))
        assert.is_true(body == receive(server, #body))
        whole = whole + 1
        send(server, body)
        server:close()
      end
      tasks[#tasks + 1] = function()
        assert(shake(client))
        send(client, body)
        assert.is_true(body == receive(client, "*a"))
        whole = whole + 1
        client:close()
      end
    end
    run(tasks)
    assert.equal(6, whole)
  end)

  it("serves by name, and refuses other names", function()
    local said = {}
    for _, name in ipairs { "localhost", "other.rssl.test" } do
      local client, server = wrapped()
      client:sni(name)
      server:sni({ localhost = server_ctx }, true)
      run { function()
        if shake(server) then
          local line = receive(server, "*l")
          while line do
            send(server, line .. "!\n")
            line = receive(server, "*l")
          end
        end
        server:close()
      end, function()
        local ok, err = shake(client)
        if ok then
          send(client, "hello\n")
          said[#said + 1] = receive(client, "*l")
        else
          said[#said + 1] = err:match "unrecognized_name"
        end
        client:close()
      end }
    end
    assert.same({ "hello!", "unrecognized_name" }, said)
  end)
end)
