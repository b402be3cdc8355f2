---@meta _
-- For editors: what all streams of rssl.net have.

---@class rssl.net.Stream
---@field NOT_OPEN_MODE integer 0
---@field READ_ONLY_MODE integer 1
---@field WRITE_ONLY_MODE integer 2
---@field READ_WRITE_MODE integer 3
---@field APPEND_MODE integer 4
---@field TRUNCATE_MODE integer 8
---@field READ_MODE integer 1
---@field WRITE_MODE integer 2
---@field is_open boolean
---@field open_mode integer
---@field bytes_available integer
---@field bytes_to_write integer
---@field at_end boolean
---@field readable boolean
---@field writable boolean
---@field writeable boolean
---@field sequential boolean
---@field can_read_line boolean
---@field pos integer
---@field error_string string
---@field ready_read_handler? fun(stream: rssl.net.Stream)
---@field bytes_written_handler? fun(stream: rssl.net.Stream, bytes: integer)
---@field about_to_close_handler? fun(stream: rssl.net.Stream)
local Stream = {}

---@param max? integer
---@return string
function Stream:read_string(max) end

---@param max? integer
---@return integer[]
function Stream:read_bytes(max) end

---@param max? integer
---@return string
function Stream:read_line_string(max) end

---@param max? integer
---@return integer[]
function Stream:read_line_bytes(max) end

---@return string
function Stream:read_all_string() end

---@return integer[]
function Stream:read_all_bytes() end

---@param max? integer
---@return string
function Stream:peek_string(max) end

---@param max? integer
---@return integer[]
function Stream:peek_bytes(max) end

---@param s string
---@return integer
function Stream:write_string(s) end

---@param bytes integer[]
---@return integer
function Stream:write_bytes(bytes) end

---@param max? integer
---@return string
function Stream:read(max) end

---@param s string
---@return integer
function Stream:write(s) end

---@return string
function Stream:read_all() end

---@param max? integer
---@return string
function Stream:read_line(max) end

---@param max? integer
---@return string
function Stream:peek(max) end

---@param pos integer
---@return boolean
function Stream:seek(pos) end

---@return boolean
function Stream:reset() end

---@param mode integer
---@return boolean
function Stream:open(mode) end

function Stream:close() end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_string_async(max, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: integer[], error: string?)
function Stream:read_bytes_async(max, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_line_string_async(max, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: integer[], error: string?)
function Stream:read_line_bytes_async(max, callback) end

---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_all_string_async(callback) end

---@param callback fun(self: rssl.net.Stream, result: integer[], error: string?)
function Stream:read_all_bytes_async(callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:peek_string_async(max, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: integer[], error: string?)
function Stream:peek_bytes_async(max, callback) end

---@param s string
---@param callback fun(self: rssl.net.Stream, result: integer, error: string?)
function Stream:write_string_async(s, callback) end

---@param bytes integer[]
---@param callback fun(self: rssl.net.Stream, result: integer, error: string?)
function Stream:write_bytes_async(bytes, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_async(max, callback) end

---@param s string
---@param callback fun(self: rssl.net.Stream, result: integer, error: string?)
function Stream:write_async(s, callback) end

---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_all_async(callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:read_line_async(max, callback) end

---@param max? integer
---@param callback fun(self: rssl.net.Stream, result: string, error: string?)
function Stream:peek_async(max, callback) end

---@param pos integer
---@param callback fun(self: rssl.net.Stream, result: boolean, error: string?)
function Stream:seek_async(pos, callback) end

---@param callback fun(self: rssl.net.Stream, result: boolean, error: string?)
function Stream:reset_async(callback) end

---@param mode integer
---@param callback fun(self: rssl.net.Stream, result: boolean, error: string?)
function Stream:open_async(mode, callback) end

---@param callback fun(self: rssl.net.Stream, result: nil, error: string?)
function Stream:close_async(callback) end
