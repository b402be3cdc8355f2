#!/bin/sh
# pgo.sh SOURCE_DIR: what RSSL_PGO says where rustc's llvm-profdata is not there, and of a word that it
# does not know.
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/none/lib"
touch "$work/none/lib/libprofiler_builtins-0.rlib"
cat >"$work/rustc" <<END
#!/bin/sh
case "\$*" in
  *target-libdir*) echo "$work/none/lib" ;;
  *) exec "$RUSTC" "\$@" ;;
esac
END
chmod +x "$work/rustc"

configure() { # VALUE
  "$CMAKE" -S "$source" -B "$work/$1" -DRSSL_BUILD_TESTS=OFF -DRSSL_BUILD_EXAMPLES=OFF \
    "-DCMAKE_C_COMPILER=$CC" "-DRSSL_CARGO=$CARGO" "-DRSSL_RUSTC=$work/rustc" "-DRSSL_PGO=$1" \
    >"$work/said" 2>&1
}

says() { # TEXT
  tr -s ' \n' '  ' <"$work/said" | grep -q "$1" || {
    echo "FAILED: CMake does not say \"$1\"" >&2
    cat "$work/said" >&2
    exit 1
  }
}

refuses() { # VALUE
  if configure "$1"; then
    echo "FAILED: CMake takes RSSL_PGO=$1" >&2
    exit 1
  fi
}

configure AUTO
says 'That needs .*llvm-profdata: run `rustup component add llvm-tools`'
configure OFF
refuses ON
says 'RSSL_PGO needs .*llvm-profdata: run `rustup component add llvm-tools`'
refuses YES
says 'RSSL_PGO is "YES"'
