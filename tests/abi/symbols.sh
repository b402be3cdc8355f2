#!/bin/sh
# symbols.sh SHARED STATIC MAP UNWANTED ORDERED: the libraries export what the version script names, under
# the version that it gives, and nothing else; the shared one is hardened, needs no library whose name
# matches UNWANTED, and has ORDERED bytes of functions or more in the order of cmake/order.ld.
set -eu
LC_ALL=C
export LC_ALL
shared=$1 static=$2 map=$3 unwanted=$4 ordered=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

fail() {
  echo "FAILED: $*" >&2
  status=1
}

compare() { # WHAT EXPECTED FOUND
  diff "$2" "$3" >"$work/diff" || {
    fail "$1: lines with < are missing, lines with > are too many"
    cat "$work/diff" >&2
  }
}

has() { # FILE PATTERN WHAT
  grep -Eq -- "$2" "$1" || fail "$3"
}

awk '/ {$/ { version = $1 } /^ +[A-Za-z0-9_]+;/ { sub(";", "", $1); print $1 "@@" version }' "$map" |
  sort >"$work/expected"
[ -s "$work/expected" ] || fail "$map names no function"

# The version itself is an absolute symbol (type A) of its own name.
"$NM" -D --defined-only "$shared" | awk '$2 != "A" { print $3 }' | sort >"$work/exported"
compare "symbols of $shared" "$work/expected" "$work/exported"

sed 's/@@.*//' "$work/expected" | sort >"$work/names"
"$NM" -g --defined-only "$static" | awk 'NF == 3 { print $3 }' | sort >"$work/global"
compare "symbols of $static" "$work/names" "$work/global"

"$READELF" -dW "$shared" >"$work/dynamic"
has "$work/dynamic" '\(SONAME\).*\[librssl\.so\.0\]' "the SONAME is not librssl.so.0"
has "$work/dynamic" 'NODELETE' "the library may be unloaded"
has "$work/dynamic" 'BIND_NOW|FLAGS_1.*NOW' "symbols are bound lazily"
! grep -Eq 'TEXTREL|RPATH|RUNPATH' "$work/dynamic" || fail "there are text relocations or a run path"

! grep -E "NEEDED.*\[($unwanted)\.so" "$work/dynamic" || fail "each process has to map a library more"

"$READELF" -lW "$shared" >"$work/segments"
has "$work/segments" 'GNU_RELRO' "there is no RELRO segment"
has "$work/segments" 'GNU_STACK.* RW ' "the stack is executable"
! grep -Eq 'LOAD.* RWE ' "$work/segments" || fail "a segment is writable and executable"

used=$("$READELF" -SW "$shared" | sed -n 's/.* \.text\.used  *PROGBITS  *[^ ]* [^ ]* \([^ ]*\).*/\1/p')
[ "$((0x${used:-0}))" -ge "$ordered" ] ||
  fail "cmake/order.ld names few functions of this library: see tools/order.py"

exit $status
