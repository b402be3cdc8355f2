#!/bin/sh
# build.sh SOURCE_DIR CMAKE_ARGUMENT...: configures, builds, installs and uses librssl in a
# directory of its own. A second build must find nothing to do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$CMAKE" -S "$source" -B "$work/build" -DRSSL_BUILD_TESTS=OFF -DRSSL_BUILD_EXAMPLES=OFF \
  "-DCMAKE_C_COMPILER=$CC" "-DRSSL_CARGO=$CARGO" "-DRSSL_RUSTC=$RUSTC" -DRSSL_PGO=OFF "$@"
"$CMAKE" --build "$work/build"
sh "$here/again.sh" "$work/build"
"$CMAKE" --install "$work/build" --prefix "$work/prefix" --strip

wanted=aws-lc-rs
case "$*" in
  *RSSL_CRYPTO=ring*) wanted=ring ;;
esac
sh "$here/use.sh" "$work/prefix" "$wanted"
