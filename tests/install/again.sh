#!/bin/sh
# again.sh BUILD_DIR: a second build of the libraries finds nothing to do.
set -eu
build=$1
stamp=$(mktemp)
trap 'rm -f "$stamp"' EXIT

"$CMAKE" --build "$build" --target rssl rssl_static
again=$(find "$build" -maxdepth 1 -newer "$stamp" \( -name 'librssl*' -o -name rssl.o \))
if [ -n "$again" ]; then
  echo "FAILED: a second build makes anew: $again" >&2
  exit 1
fi
