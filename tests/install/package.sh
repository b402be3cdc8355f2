#!/bin/sh
# package.sh BUILD_DIR: installs the build, uses the package, moves it and uses it again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

prefix=$work/first
"$CMAKE" --install "$build" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }

for file in lib/librssl.so lib/librssl.so.0 lib/librssl.so.0.*.* lib/librssl.a include/rssl.h include/rssl_unstable.h \
  lib/pkgconfig/rssl.pc lib/cmake/rssl/rsslConfig.cmake \
  lib/cmake/rssl/rsslConfigVersion.cmake lib/cmake/rssl/rsslTargets.cmake; do
  # Debian's libdir below /usr has the machine's name in it.
  case $file in
    lib/*) set -- "$prefix"/$file "$prefix"/lib*/*/${file#lib/} "$prefix"/lib64/${file#lib/} ;;
    *) set -- "$prefix/$file" ;;
  esac
  for candidate; do
    [ ! -f "$candidate" ] || continue 2
  done
  fail "$file is not installed"
done
for path in "$prefix" "$build"; do
  ! grep -rIl --include='*.pc' --include='*.cmake' "$path" "$prefix" ||
    fail "the files above hold the path $path: the installation cannot be moved"
done

sh "$here/use.sh" "$prefix"
mv "$prefix" "$work/second place"
sh "$here/use.sh" "$work/second place"
