#!/bin/sh
# build.sh CMAKE FOLDER: compiles the module by micropython.cmake, where ../build.sh has built.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PKG_CONFIG_PATH=$(find "$2/prefix" -name pkgconfig)
export PKG_CONFIG_PATH
"$1" -S "$here" -B "$work" "-DMODULE=$here/../../../bindings/micropython/modtls_rssl" \
  "-DSOURCE=$2/micropython-1.25.0" "-DUNIX_BUILD=$2/standard"
"$1" --build "$work"
[ "$(find "$work" -name '*.o' | wc -l)" -eq "$(find "$here/../../../bindings/micropython/modtls_rssl" -name '*.c' | wc -l)" ]
