#!/bin/sh
# use.sh PREFIX [BUILD_INFO]: builds and runs programs with the librssl installed in PREFIX, by
# CMake and by pkg-config, shared and static, and beside another Rust library. BUILD_INFO is a
# part of what rssl_build_info must say.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=$1
wanted=${2:-rustls}
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name rssl.pc)")
export PKG_CONFIG_PATH
libdir=$(dirname "$PKG_CONFIG_PATH")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

check() { # PROGRAM shared|static
  case $2 in
    shared) ldd "$1" | grep -qF "librssl.so.0 => $libdir/" || fail "$1 loads another librssl.so" ;;
    static) ! ldd "$1" | grep librssl || fail "$1 loads the shared library" ;;
  esac
  output=$("$1") || fail "$1 exits with $?"
  case $output in
    *"$wanted"*) echo "$2 ${1##*/}: $output" ;;
    *) fail "$1 prints \"$output\", which does not hold \"$wanted\"" ;;
  esac
}

# By CMake. The run path that CMake gives to what it builds finds the shared library.
"$CMAKE" -S "$here/consumer" -B "$work/cmake" "-DCMAKE_PREFIX_PATH=$prefix" \
  "-DCMAKE_C_COMPILER=$CC" >"$work/log" 2>&1 &&
  "$CMAKE" --build "$work/cmake" >>"$work/log" 2>&1 || { cat "$work/log"; fail "find_package"; }
check "$work/cmake/use_shared" shared
check "$work/cmake/use_static" static

# By pkg-config. It quotes for the shell, hence eval.
strict="-std=c99 -Wall -Wextra -Werror -pedantic"
eval "$CC $strict -o '$work/pc_shared' '$here/consumer/main.c' $(pkg-config --cflags --libs rssl)"
(
  export LD_LIBRARY_PATH="$libdir"
  check "$work/pc_shared" shared
)

# The archive by name, because the shared library lies beside it.
flags=$(pkg-config --static --cflags --libs rssl | sed 's/-lrssl/-l:librssl.a/')
eval "$CC $strict -o '$work/pc_static' '$here/consumer/main.c' $flags"
check "$work/pc_static" static

# Two copies of Rust's standard library in one program, in both orders.
"$RUSTC" -O --crate-type staticlib -o "$work/libother.a" "$here/consumer/other.rs"
for order in "'$work/libother.a' $flags" "$flags '$work/libother.a'"; do
  eval "$CC $strict -DWITH_OTHER -o '$work/pc_other' '$here/consumer/main.c' $order"
  check "$work/pc_other" static
done

pkg-config --modversion rssl | grep -qx '[0-9]*\.[0-9]*\.[0-9]*' || fail "rssl.pc has no version"
