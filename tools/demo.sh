#!/bin/sh
# A TLS 1.3 client and server of c-examples on this machine: once as it should be, once with a name
# that the certificate does not have.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
work=$(mktemp -d)
server=

finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

show() {
  echo
  echo "\$ $*"
}

cmake -S . -B "$build" >"$work/log" || { cat "$work/log"; exit 1; }
cmake --build "$build"
cmake --build "$build" --target testca
build=$(cd "$build" && pwd)
"$(sed -n 's/^RSSL_TESTCA:INTERNAL=//p' "$build/CMakeCache.txt")" "$work/certs"

certs=$work/certs
: >"$work/server"
"$build/c-examples/https_server" 0 "$certs/server.pem" "$certs/server.key" >"$work/server" &
server=$!
tries=0
until port=$(sed -n 's/^listening on .*:\([0-9][0-9]*\)$/\1/p' "$work/server") && [ -n "$port" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "https_server did not start" >&2
    exit 1
  fi
  sleep 0.1
done

get=$build/c-examples/https_get
show https_get -v --cafile ca.pem localhost "$port" /
"$get" -v --cafile "$certs/ca.pem" localhost "$port" /

show https_get --cafile ca.pem --connect 127.0.0.1 wrong.rssl.test "$port" /
if "$get" --cafile "$certs/ca.pem" --connect 127.0.0.1 wrong.rssl.test "$port" /; then
  echo "demo: a certificate for another name was accepted" >&2
  exit 1
fi
echo
echo "The second connection was refused, as it must be: the certificate is for other names."
