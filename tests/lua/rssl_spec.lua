-- rssl and rssl.https, against a server in another process.

local https_process = require "https_process"
local loopback = require "loopback"
local https = require "rssl.https"
local rssl = require "rssl"
local socket = require "socket"

local certificate, start, PATIENCE = loopback.certificate, https_process.start, loopback.PATIENCE

describe("rssl", function()
  after_each(https_process.stop)

  teardown(loopback.clean)

  local function trusting(options)
    options = options or {}
    options.ca_file = certificate "ca.pem"
    return assert(rssl.client(options))
  end

  describe("connect", function()
    it("verifies the server, and tells what was agreed on", function()
      local conn = assert(rssl.connect("localhost", start "server", trusting(), PATIENCE))
      assert.equal("TLSv1.3", conn:version())
      assert.truthy(conn:peer_certificate():matches "localhost")
      assert.equal(3, #conn:verified_chain())
      assert.equal(32, #conn:export("EXPORTER-test", 32))
      assert(conn:send "GET /close HTTP/1.0\r\n\r\n")
      assert.equal("HTTP/1.0 200 OK", conn:receive "*l")
      assert.equal("", conn:receive "*l")
      assert.equal(("x"):rep(10), conn:receive(10))
      assert.equal(100000, #conn:receive("*a", ("x"):rep(10)))
      local nothing, err = conn:receive()
      assert.is_nil(nothing)
      assert.equal("closed", err)
      conn:close()
      assert.equal(-1, conn:getfd())
    end)

    it("refuses a name that is not the certificate's", function()
      local conn, err = rssl.connect("localhost", start "wrong-name", trusting(), PATIENCE)
      assert.is_nil(conn)
      assert.truthy(err:find("wrong.rssl.test", 1, true))
    end)

    it("refuses an address that is not the certificate's", function()
      local conn, err = rssl.connect("127.0.0.1", start "second", trusting(), PATIENCE)
      assert.is_nil(conn)
      assert.truthy(err:find("127.0.0.1", 1, true))
    end)

    it("trusts the system's roots, and nobody else", function()
      local conn, err = rssl.connect("localhost", start "server", nil, PATIENCE)
      assert.is_nil(conn)
      assert.truthy(err:find("issuer", 1, true), err)
    end)

    it("refuses an expired certificate", function()
      local conn, err = rssl.connect("localhost", start "expired", trusting(), PATIENCE)
      assert.is_nil(conn)
      assert.truthy(err:find("expired", 1, true))
    end)

    it("verifies nobody when it is insecure by request", function()
      local ctx = assert(rssl.client { insecure = true })
      local conn = assert(rssl.connect("localhost", start "wrong-name", ctx, PATIENCE))
      assert.same({}, conn:verified_chain())
      conn:close()
    end)

    it("shows a certificate to a server that asks", function()
      local port = start("server", "ca.pem")
      local ctx = trusting { certificate = certificate "client.pem", key = certificate "client.key" }
      local conn = assert(rssl.connect("localhost", port, ctx, PATIENCE))
      assert(conn:send "GET /hello HTTP/1.0\r\n\r\n")
      assert.equal("HTTP/1.0 200 OK", conn:receive())
      conn:close()
      conn = assert(rssl.connect("localhost", port, trusting(), PATIENCE))
      local line, err = conn:receive()
      assert.is_nil(line)
      assert.truthy(err:find("certificate", 1, true))
      conn:close()
    end)

    it("gives up, and closes, when the server says nothing", function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local _, port = listener:getsockname()
      local began = socket.gettime()
      local conn, err = rssl.connect("localhost", port, trusting(), 0.3)
      assert.is_nil(conn)
      assert.equal("timeout", err)
      assert.is_true(socket.gettime() - began < PATIENCE)
      local peer = listener:accept()
      peer:settimeout(PATIENCE)
      assert(peer:receive(5))
      local _, reason = peer:receive "*a"
      assert.is_nil(reason) -- the end, not a time-out
      peer:close()
      listener:close()
    end)

    it("says what there is instead of TLS", function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local _, port = listener:getsockname()
      local object = assert(socket.connect("127.0.0.1", port))
      local peer = listener:accept()
      peer:send "220 mail.example.org ESMTP\r\n"
      local conn, err = rssl.wrap(object, "localhost", trusting(), PATIENCE)
      assert.is_nil(conn)
      assert.truthy(err:find("SMTP", 1, true) or err:find("not TLS", 1, true), err)
      peer:close()
      listener:close()
    end)
  end)

  it("is annotated for editors, all of it", function()
    local function functions(of)
      local names = {}
      for name, value in pairs(of) do
        if type(value) == "function" and not name:find "^__" then names[name] = true end
      end
      return names
    end
    local declared = { rssl = {}, https = {}, Connection = {} }
    local library = os.getenv "RSSL_LUA_TESTS" .. "/../../bindings/lua/library/"
    for _, file in ipairs { "rssl", "rssl/https" } do
      for line in io.lines(library .. file .. ".lua") do
        local owner, name = line:match "^function (%w+)[.:]([%w_]+)%("
        if owner then declared[owner][name] = true end
      end
    end
    assert.same(functions(rssl), declared.rssl)
    assert.same(functions(https), declared.https)
    local conn = assert(rssl.connect("localhost", start "server", trusting(), PATIENCE))
    assert.same(functions(getmetatable(conn)), declared.Connection)
    conn:close()
  end)

  describe("the example https_get.lua", function()
    local function prints(...)
      local command = { os.getenv "RSSL_LUA_INTERPRETER",
                        os.getenv "RSSL_LUA_TESTS" .. "/../../bindings/lua/examples/https_get.lua", ... }
      local file = assert(io.popen("'" .. table.concat(command, "' '") .. "' 2>&1"))
      local all = file:read "*a"
      file:close()
      return all
    end

    it("prints a page, or says why not", function()
      local url = ("https://localhost:%d/hello"):format(start "server")
      assert.equal("HTTP/1.0 200 OK\nhello", prints(url, certificate "ca.pem"))
      assert.truthy(prints(url, certificate "other-ca.pem"):find("issuer", 1, true))
      assert.truthy(prints(url, "/nonexistent.pem"):find("/nonexistent.pem", 1, true))
      assert.truthy(prints("http://localhost/"):find("not an https URL", 1, true))
    end)
  end)

  describe("client and server", function()
    it("refuse options that are none", function()
      assert.has_error(function() rssl.client { verify = false } end, "unknown option 'verify'")
      assert.has_error(function() rssl.server {} end, "a server needs a certificate")
    end)

    it("say which file cannot be used", function()
      local ctx, err = rssl.client { ca_file = "/nonexistent.pem" }
      assert.is_nil(ctx)
      assert.truthy(err:find("/nonexistent.pem", 1, true))
      ctx, err = rssl.server { certificate = certificate "server.pem", key = certificate "client.key" }
      assert.is_nil(ctx)
      assert.truthy(err:find("server.pem", 1, true), err)
    end)

    it("take a password", function()
      local files = { certificate = certificate "server.pem", key = certificate "server-encrypted.key" }
      assert.is_nil((rssl.server(files)))
      files.password = "rssl-test"
      assert.truthy(rssl.server(files))
      files.password = function() return "wrong" end
      assert.is_nil((rssl.server(files)))
    end)
  end)

  describe("https", function()
    local function request(port, path, more)
      local chunks = {}
      local all = { url = ("https://localhost:%d%s"):format(port, path), context = trusting(),
                    sink = require "ltn12".sink.table(chunks), timeout = PATIENCE }
      for name, value in pairs(more or {}) do all[name] = value end
      local result, code, headers = https.request(all)
      return result and table.concat(chunks), code, headers
    end

    it("gets bodies by length and until the end", function()
      local port = start "server"
      local body, code = request(port, "/hello")
      assert.equal("hello", body)
      assert.equal(200, code)
      assert.equal(100000, #request(port, "/close"))
    end)

    it("posts", function()
      local port = start "server"
      local body = "a=b"
      assert.equal(body, request(port, "/", { method = "POST",
        source = require "ltn12".source.string(body), headers = { ["content-length"] = #body } }))
    end)

    it("tells the server its name", function()
      assert.equal("localhost", (request(start "server", "/name")))
    end)

    it("verifies with a bare URL", function()
      local body, err = https.request(("https://localhost:%d/hello"):format(start "server"))
      assert.is_nil(body)
      assert.truthy(err:find("issuer", 1, true), err)
    end)

    it("never gives out a body that was cut", function()
      local body, err = request(start "server", "/cut")
      assert.is_nil(body)
      assert.truthy(err:find("close_notify", 1, true), err)
    end)

    it("gives up on a server that sends a byte now and then", function()
      local began = socket.gettime()
      local body, err = request(start "server", "/slow", { timeout = 0.7 })
      assert.is_nil(body)
      assert.equal("timeout", err)
      assert.is_true(socket.gettime() - began < PATIENCE)
    end)

    it("returns redirects, and refuses what would leave TLS", function()
      local _, code, headers = request(start "server", "/moved")
      assert.equal(302, code)
      assert.equal("http://127.0.0.1:9/", headers.location)
      assert.is_nil((https.request "http://localhost/"))
      assert.is_nil((https.request { url = "https://localhost/", proxy = "http://127.0.0.1:9" }))
      assert.is_nil((https.request { url = "https://localhost/", redirect = true }))
    end)
  end)
end)
