std = "min"
max_line_length = 110
self = false
files["tests/lua/*_spec.lua"] = { std = "min+busted" }
-- Annotations for editors: declarations, of which nothing is used.
files["bindings/lua/library/**/*.lua"] = { ignore = { "211", "212", "241" } }
