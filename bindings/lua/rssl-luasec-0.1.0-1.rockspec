rockspec_format = "3.0"
package = "rssl-luasec"
version = "0.1.0-1"
source = {
  url = "file://rssl-0.1.0.tar.gz", -- beside this file
  dir = "rssl-0.1.0/bindings/lua",
}
description = {
  summary = "LuaSec's interface on librssl, for programs written for LuaSec and LuaSocket",
  license = "MIT OR Apache-2.0",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.1, < 5.5", "luasocket >= 3.0", "rssl == 0.1.0" }
build = {
  type = "builtin",
  modules = {
    ["rssl.compat.luasec"] = "rssl/compat/luasec.lua",
    ["rssl.compat.luasec.certificate"] = "rssl/compat/luasec/certificate.lua",
    ["rssl.compat.luasec.cipher"] = "rssl/compat/luasec/cipher.lua",
    ["rssl.compat.luasec.config"] = "rssl/compat/luasec/config.lua",
    ["rssl.compat.luasec.connection"] = "rssl/compat/luasec/connection.lua",
    ["rssl.compat.luasec.context"] = "rssl/compat/luasec/context.lua",
    ["rssl.compat.luasec.der"] = "rssl/compat/luasec/der.lua",
    ["rssl.compat.luasec.https"] = "rssl/compat/luasec/https.lua",
    ["rssl.compat.luasec.identities"] = "rssl/compat/luasec/identities.lua",
    ["rssl.compat.luasec.ssl"] = "rssl/compat/luasec/ssl.lua",
  },
}
