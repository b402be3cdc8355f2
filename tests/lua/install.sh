#!/bin/sh
# install.sh BUILD VERSION ...: what CMake installs is found by Lua under a prefix, and finds librssl
# there without help.
set -eu
build=$1
shift
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
core=$(find "$work/prefix" -name core.so | head -n 1)
lib=${core%/lua/*}

for version; do
  command -v "lua$version" >/dev/null || continue
  LUA_PATH="$work/prefix/share/lua/$version/?.lua;$work/prefix/share/lua/$version/?/init.lua;;" \
  LUA_CPATH="$lib/lua/$version/?.so;;" \
    "lua$version" -e 'require "rssl.https" require "rssl.net" require("rssl.compat.luasec").install()
      require "ssl.https"'
done
