-- OpenSSL's s_client and s_server as counterparts, on libuv's loop.

local uv = require "luv"

local child_process = require "child_process"
local event_loop = require "event_loop"

local openssl_process = {}

--- s_client, quiet: what the server sends is its output.
function openssl_process.client(port, ...)
  return child_process.start("openssl", {"s_client", "-connect", "127.0.0.1:" .. port, "-quiet", ...})
end

--- The port that a process listens on, from /proc: s_server says it only when it is not quiet.
local function listening_port(pid)
  local descriptors = uv.fs_scandir(("/proc/%d/fd"):format(pid))
  local inodes = {}
  while descriptors do
    local name = uv.fs_scandir_next(descriptors)
    if not name then break end
    local target = uv.fs_readlink(("/proc/%d/fd/%s"):format(pid, name)) or ""
    inodes[target:match "^socket:%[(%d+)%]$" or ""] = true
  end
  for line in io.lines "/proc/net/tcp" do
    local port, state, inode = line:match "^ *%d+: %x+:(%x+) %S+ (%x+) %S+ %S+ %S+ +%d+ +%d+ (%d+)"
    if state == "0A" and inodes[inode] then return tonumber(port, 16) end
  end
end

--- s_server with this identity's files; its port is in `port`.
function openssl_process.server(certificate, key, ...)
  local process = child_process.start("openssl",
    {"s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, ...})
  event_loop.run_until(function()
    process.port = process.code == nil and listening_port(process.pid) or nil
    return process.port or process.code
  end)
  assert(process.port, process.errors)
  return process
end

return openssl_process
