std = "min"
max_line_length = 110
self = false
files["tests/lua/*_spec.lua"] = { std = "min+busted" }
