#!/bin/sh
# build.sh CMAKE BUILD FOLDER: installs librssl from the CMake build BUILD, and builds MicroPython's
# unix port on it in FOLDER, where the set-up has put its source. Exits with 77 where it has not.
set -eu
cmake=$1
build=$2
folder=$3
port=$(cd "$(dirname "$0")/../../bindings/micropython" && pwd)
source=$folder/micropython-1.25.0

if [ ! -d "$source" ]; then
  echo "skipped: no $source; bindings/micropython/source.sh gets it"
  exit 77
fi
DESTDIR= "$cmake" --install "$build" --prefix "$folder/prefix" >/dev/null
libdir=$(dirname "$(find "$folder/prefix" -name pkgconfig)")
export PKG_CONFIG_PATH="$libdir/pkgconfig"
"$port/build.sh" "$source" standard "$folder"
"$port/build.sh" "$source" coverage "$folder"
# What earlier runs of another build have counted would be warned about in the tests' output.
find "$folder/coverage" -name '*.gcda' -delete
