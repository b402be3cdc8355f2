#!/bin/sh
# fetch.sh DIRECTORY: the sources whose programs the Lua tests run on LuaSec's interface, from where they
# are kept, or from Debian's archive. What cannot be fetched is left out, and so are its tests.
set -eu
mkdir -p "$1"
cd "$1"
from=${RSSL_FETCH_FROM:-https://github.com}
export GIT_TERMINAL_PROMPT=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Where one cannot be had the others cannot: asking for each would take a minute.
cloned() { # NAME REPOSITORY TAG
  [ ! -e "$work/unreachable" ] || return 1
  timeout 60 git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$3" \
    "$from/$2" "$work/$1" 2>>"$work/log" || {
      touch "$work/unreachable"
      return 1
    }
}

# The release that has them all, by lists of our own, so that it needs no root.
archive() {
  [ ! -e "$work/lists" ] || return 0
  mkdir -p "$work/lists/partial"
  awk 'BEGIN { RS = ""; ORS = "\n\n" } /Suites:[^\n]*updates/ {
      sub(/Types:[^\n]*/, "Types: deb-src"); sub(/Suites:[^\n]*/, "Suites: sid"); print }' \
    /etc/apt/sources.list.d/*.sources >"$work/list.sources" 2>>"$work/log"
  [ -s "$work/list.sources" ] && debian update
}

debian() { # WHAT ...
  timeout 120 apt-get -qq -oDir::Etc::sourcelist="$work/list.sources" -oDir::Etc::sourceparts=/dev/null \
    -oDir::State::lists="$work/lists" "$@" >>"$work/log" 2>&1
}

# The archive need not have Debian's own changes still: what its authors released is enough.
unpacked() { # NAME PACKAGE
  command -v apt-get >/dev/null && archive || return 1
  (cd "$work" && debian source --download-only "$2") || true
  for tarball in "$work/$2"_*.orig.tar.gz; do
    [ -e "$tarball" ] || return 1
    mkdir -p "$work/$1"
    tar -xzf "$tarball" -C "$work/$1" --strip-components=1
  done
}

fetch() { # NAME REPOSITORY TAG PACKAGE
  [ ! -d "$1" ] || return 0
  rm -rf "${work:?}/$1"
  if cloned "$1" "$2" "$3" || unpacked "$1" "$4"; then
    mv "$work/$1" "$1"
  else
    echo "$2 cannot be fetched: its programs are not tested" >&2
  fi
}

fetch luasec lunarmodules/luasec v1.2.0 lua-sec
fetch copas lunarmodules/copas v4_9_0 lua-copas
