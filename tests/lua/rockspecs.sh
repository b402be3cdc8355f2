#!/bin/sh
# rockspecs.sh SOURCE LIBRARY-DIRECTORY: LuaRocks builds and installs what the rockspecs say, which is
# every module there is, and Lua loads it.
set -eu
source=$1
library=$2
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
export HOME="$work"
cp -r "$source/bindings/lua" "$work/lua"
cd "$work/lua"

for rock in rssl rssl-luasec; do
  luarocks --lua-version=5.4 --tree="$work/tree" make --deps-mode=none "$rock"-0*.rockspec \
    RSSL_INCDIR="$source/include" RSSL_LIBDIR="$library" >"$work/log" 2>&1 || {
      cat "$work/log"
      exit 1
    }
done

installed=$(cd "$work/tree/share/lua/5.4" && find rssl -name '*.lua' | sort)
[ "$installed" = "$(find rssl -name '*.lua' | sort)" ] || {
  echo "a rockspec does not list every module, or lists one that is gone"
  exit 1
}

export LUA_PATH="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$work/tree/lib/lua/5.4/?.so;;"
export LD_LIBRARY_PATH="$library"
cd /
lua5.4 -e 'require "rssl.https" require "rssl.net" require("rssl.compat.luasec").install()
  require "ssl.https"'
