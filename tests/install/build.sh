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
touch "$work/stamp"
"$CMAKE" --build "$work/build"
again=$(find "$work/build" -maxdepth 1 -newer "$work/stamp" \( -name 'librssl*' -o -name rssl.o \))
if [ -n "$again" ]; then
  echo "FAILED: a second build makes anew: $again" >&2
  exit 1
fi
"$CMAKE" --install "$work/build" --prefix "$work/prefix" --strip

wanted=aws-lc-rs
case "$*" in
  *RSSL_CRYPTO=ring*) wanted=ring ;;
esac
sh "$here/use.sh" "$work/prefix" "$wanted"
