-- How many KiB of memory this process has, when the collector has done its work.

return function()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local kibibytes = line:match "^VmRSS:%s*(%d+)"
    if kibibytes then return tonumber(kibibytes) end
  end
end
