rockspec_format = "3.0"
package = "rssl"
version = "0.1.0-1"
source = {
  url = "file://rssl-0.1.0.tar.gz", -- beside this file
  dir = "rssl-0.1.0/bindings/lua",
}
description = {
  summary = "TLS 1.2 and 1.3 by librssl: verified connections for blocking programs and for libuv",
  license = "MIT OR Apache-2.0",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.1, < 5.5", "luasocket >= 3.0" } -- rssl.net needs luv too
external_dependencies = { RSSL = { header = "rssl.h", library = "rssl" } }
build = {
  type = "builtin",
  modules = {
    ["rssl.core"] = {
      sources = {
        "src/arguments.c", "src/callbacks.c", "src/certificate.c", "src/constants.c", "src/context.c",
        "src/context_callbacks.c", "src/errors.c", "src/handles.c", "src/hello.c", "src/identity.c",
        "src/module.c", "src/peer.c", "src/session.c", "src/socket.c", "src/stream.c",
        "src/transport.c",
      },
      defines = { "_GNU_SOURCE" },
      incdirs = { "$(RSSL_INCDIR)" },
      libdirs = { "$(RSSL_LIBDIR)" },
      libraries = { "rssl" },
    },
    ["rssl"] = "rssl/init.lua",
    ["rssl.https"] = "rssl/https.lua",
    ["rssl.net"] = "rssl/net/init.lua",
    ["rssl.net.byte_queue"] = "rssl/net/byte_queue.lua",
    ["rssl.net.class"] = "rssl/net/class.lua",
    ["rssl.net.events"] = "rssl/net/events.lua",
    ["rssl.net.socket_errors"] = "rssl/net/socket_errors.lua",
    ["rssl.net.ssl_certificate"] = "rssl/net/ssl_certificate.lua",
    ["rssl.net.ssl_configuration"] = "rssl/net/ssl_configuration.lua",
    ["rssl.net.ssl_encoding"] = "rssl/net/ssl_encoding.lua",
    ["rssl.net.ssl_error"] = "rssl/net/ssl_error.lua",
    ["rssl.net.ssl_key"] = "rssl/net/ssl_key.lua",
    ["rssl.net.ssl_server"] = "rssl/net/ssl_server.lua",
    ["rssl.net.ssl_socket"] = "rssl/net/ssl_socket.lua",
    ["rssl.net.stream"] = "rssl/net/stream.lua",
    ["rssl.net.tcp_server"] = "rssl/net/tcp_server.lua",
    ["rssl.net.tcp_socket"] = "rssl/net/tcp_socket.lua",
  },
}
