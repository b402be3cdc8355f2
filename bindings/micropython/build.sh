#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# build.sh SOURCE standard|coverage OUTPUT [MAKE_ARGUMENT...]: builds MicroPython's unix port on
# librssl, from the MicroPython tree SOURCE, which it leaves as it is, into the folder OUTPUT. The
# program is OUTPUT/VARIANT/micropython. PKG_CONFIG_PATH must have the folder of rssl.pc.
set -eu

if [ $# -lt 3 ]; then
  sed -n 's/^# \(build.sh\)/usage: \1/p' "$0" >&2
  exit 2
fi
source=$(cd "$1" && pwd)
variant=$2
mkdir -p "$3"
output=$(cd "$3" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
libdir=$(pkg-config --variable=libdir rssl)
shift 3
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

cross=$output/mpy-cross
make -C "$source/mpy-cross" -j "$jobs" BUILD="$cross" >"$output/mpy-cross.log" 2>&1 || {
  tail -n 30 "$output/mpy-cross.log" >&2
  exit 1
}

# What the source package of Debian lacks is off: Berkeley DB and mbedTLS. It lacks micropython-lib
# too, from which nothing is frozen: make only looks for the README.md of that folder.
make -C "$source/ports/unix" -j "$jobs" VARIANT="$variant" BUILD="$output/$variant" \
  MICROPY_MPYCROSS="$cross/mpy-cross" MICROPY_MPYCROSS_DEPENDENCY="$cross/mpy-cross" \
  MPY_LIB_DIR="$source" MICROPY_PY_BTREE=0 MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0 \
  USER_C_MODULES="$here" FROZEN_MANIFEST="$here/manifest.py" \
  LDFLAGS_EXTRA="-Wl,-rpath,$libdir" "$@" >"$output/$variant.log" 2>&1 || {
  tail -n 40 "$output/$variant.log" >&2
  exit 1
}
