-- https_server.lua in processes of their own, for tests.

local loopback = require "loopback"

local https_process = {}

local running = {}

local function quoted(path) return "'" .. path .. "'" end

--- Starts one with a certificate of testca, which asks for certificates of the authority if it is given.
-- @return its port
function https_process.start(identity, ca)
  local command = { "echo $$; exec", quoted(assert(os.getenv "RSSL_LUA_INTERPRETER")),
                    quoted(assert(os.getenv "RSSL_LUA_TESTS") .. "/https_server.lua"),
                    quoted(loopback.certificate(identity .. ".pem")),
                    quoted(loopback.certificate(identity .. ".key")),
                    ca and quoted(loopback.certificate(ca)) or "" }
  local file = assert(io.popen(table.concat(command, " ")))
  running[#running + 1] = { pid = file:read "*l", file = file }
  return assert(file:read "*n", "the server does not start")
end

--- Ends all that were started.
function https_process.stop()
  for _, server in ipairs(running) do
    os.execute("kill " .. server.pid .. " 2>/dev/null")
    server.file:close()
  end
  running = {}
end

return https_process
