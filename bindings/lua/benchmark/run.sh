#!/bin/sh
# run.sh TESTCA [ROUNDS]: LuaSec's interface by LuaSec and by librssl, in interleaved rounds; prints the
# medians. rssl.core must be where LUA_PATH and LUA_CPATH say; LUAS names interpreters.
set -eu
testca=$1
rounds=${2:-7}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
"$testca" "$work"

for lua in ${LUAS:-lua5.1 lua5.3 lua5.4 luajit}; do
  for what in handshakes messages bulk; do
    for _ in $(seq "$rounds"); do
      for library in luasec rssl; do
        "$lua" "$here/ends.lua" "$library" "$what" "$work" >> "$work/$library"
      done
    done
    for library in luasec rssl; do
      sort -g "$work/$library" | sed -n "$(((rounds + 1) / 2))p" > "$work/median"
      printf '%-8s %-12s %-7s %.1f\n' "$lua" "$what" "$library" "$(cat "$work/median")"
      rm "$work/$library"
    done
  done
done
