#!/bin/sh
# profile.sh PROGRAM TESTCA PROFDATA OUT: has a benchmark's program whose librssl counts do what the
# library is made for, and writes the profile OUT, which the compiler optimizes the library by.
set -eu
program=$1 testca=$2 profdata=$3 out=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed() {
  echo "No profile could be taken. To build without one, configure with -DRSSL_PGO=OFF." >&2
  exit 1
}

run() {
  LLVM_PROFILE_FILE=$work/%m.profraw "$program" "$@" "certificates=$work" >/dev/null ||
    failed
}

LLVM_PROFILE_FILE=/dev/null "$testca" "$work" >/dev/null || failed

# Data for a moment, or the handshakes beside so many records would pass for what is never done.
run start
run handshakes version=13 ms=300
run handshakes version=13 known_chains=1 ms=100
run handshakes version=13 resume=1 ms=300
run handshakes version=13 rsa=1 ms=100
run handshakes version=12 ms=200
run handshakes version=12 resume=1 ms=100
for size in 64 1024 16384 65536; do
  run bulk size=$size ms=2
done
run bulk size=1024 chacha=1 ms=2
run bulk version=12 size=1024 ms=2

"$profdata" merge --output "$out.part" "$work"/*.profraw || failed
mv "$out.part" "$out"
