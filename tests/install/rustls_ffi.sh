#!/bin/sh
# rustls_ffi.sh SOURCE_DIR CMAKE_ARGUMENT...: librssl with rustls-ffi inside exports the functions of
# both, serves a program written for rustls-ffi, and is installed with the two headers more.
set -eu
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$CMAKE" -S "$source" -B "$work/build" -DRSSL_BUILD_TESTS=ON -DRSSL_RUSTLS_FFI_INTEROP=ON \
  "-DCMAKE_C_COMPILER=$CC" "-DRSSL_CARGO=$CARGO" "-DRSSL_RUSTC=$RUSTC" "$@"
"$CMAKE" --build "$work/build" --target rssl rssl_static testca c_rustls_contexts c_rustls_sockets
(cd "$work/build" && ctest --output-on-failure -R '^(abi\.symbols|c\.certs|c\.rustls_(contexts|sockets))$')

"$CMAKE" --install "$work/build" --prefix "$work/prefix"
for header in rssl.h rssl_ffi.h rustls.h; do
  [ -f "$work/prefix/include/$header" ] || { echo "FAILED: $header is not installed" >&2; exit 1; }
done
"$CC" -fsyntax-only "-I$work/prefix/include" -include rustls.h -include rssl_ffi.h -x c /dev/null
