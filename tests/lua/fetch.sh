#!/bin/sh
# fetch.sh DIRECTORY: the sources whose programs the Lua tests run on LuaSec's interface. What cannot be
# fetched is left out, and so are its tests.
set -eu
mkdir -p "$1"
cd "$1"
from=${RSSL_FETCH_FROM:-https://github.com}
export GIT_TERMINAL_PROMPT=0

fetch() { # REPOSITORY TAG
  name=${1#*/}
  [ ! -d "$name" ] || return 0
  rm -rf "$name.part"
  if timeout 60 git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$2" \
      "$from/$1" "$name.part"; then
    mv "$name.part" "$name"
  else
    echo "$1 cannot be fetched: its programs are not tested" >&2
    return 1
  fi
}

# Where one cannot be had the others cannot: asking for each would take a minute.
fetch lunarmodules/luasec v1.2.0 &&
  fetch lunarmodules/copas v4_9_0 &&
  fetch Tieske/timerwheel.lua 1.0.2 || true
