#!/bin/sh
# pgo.sh OBJECT: the library was compiled with a profile, which tells the hot functions, and does not count.
set -eu
sections=$("$READELF" -SW "$1")
case $sections in
  *.text.hot.*) ;;
  *) echo "FAILED: no profile guided the compiler" >&2; exit 1 ;;
esac
case $sections in
  *__llvm_prf*) echo "FAILED: the library counts" >&2; exit 1 ;;
esac
