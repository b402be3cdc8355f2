std = "min"
max_line_length = 110
self = false
files["spec"] = {std = "min+busted"}
