-- Other programs, on libuv's loop.

local uv = require "luv"

local event_loop = require "event_loop"

local child_process = {}

local Process = {}
Process.__index = Process

local function collect(process, pipe, name)
  pipe:read_start(function(_, chunk)
    if not chunk then
      process[name .. "_ended"] = true
      return
    end
    local on_chunk = process["on_" .. name]
    if on_chunk then return on_chunk(chunk) end
    process[name] = process[name] .. chunk
  end)
end

--- Starts a program, found in PATH. What it writes is collected in `output` and `errors`, or given to
-- `on_output` and `on_errors`; `code` is its exit status once it has ended.
function child_process.start(program, arguments)
  local process = setmetatable({output = "", errors = ""}, Process)
  local input, output, errors = uv.new_pipe(false), uv.new_pipe(false), uv.new_pipe(false)
  process.input = input
  local options = {args = arguments, stdio = {input, output, errors}}
  process.handle, process.pid = assert(uv.spawn(program, options, function(code)
    process.code = code
    process.handle:close()
  end))
  collect(process, output, "output")
  collect(process, errors, "errors")
  return process
end

function Process:write(data) self.input:write(data) end

--- Ends its input.
function Process:finish() self.input:shutdown() end

function Process:stop()
  if not self.code then
    self.handle:kill "sigkill"
    event_loop.run_until(function() return self.code end)
  end
end

return child_process
