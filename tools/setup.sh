#!/bin/sh
# setup.sh demo|test|bench|audit: sees that the tools for it are there. As root on Debian and its kin it
# installs what is missing; elsewhere it names it and fails. For test and bench it has rustup add llvm-tools.
set -eu

# command:package of Debian, for what a build needs and what the tests need beside it.
build="cmake:cmake cc:gcc ld:binutils"
tests="ninja:ninja-build c++:g++ pkg-config:pkg-config python3:python3 valgrind:valgrind
  curl:curl openssl:openssl gnutls-cli:gnutls-bin nginx:nginx-light setpriv:util-linux
  tshark:tshark redis-server:redis-server softhsm2-util:softhsm2
  lua5.1:lua5.1 lua5.3:lua5.3 lua5.4:lua5.4 luajit:luajit busted:lua-busted luacheck:lua-check
  ldoc:lua-ldoc luarocks:luarocks make:make xz:xz-utils unshare:util-linux ip:iproute2
  mosquitto:mosquitto"
# header:package, of the TLS libraries that librssl is measured beside.
peers="openssl/ssl.h:libssl-dev gnutls/gnutls.h:libgnutls28-dev wolfssl/ssl.h:libwolfssl-dev
  mbedtls/ssl.h:libmbedtls-dev"
# Headers, and modules that no command shows. Debian's Python is to build the binding, even where
# another python3 comes first on the path.
python_packages="python3-dev python3-pip python3-setuptools python3-wheel python3-venv"
lua_packages="liblua5.1-0-dev liblua5.3-dev liblua5.4-dev lua-socket lua-luv lua-sec
  lua-binaryheap lua-coxpcall"

missing=
rust=

need() { # COMMAND PACKAGE
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null || missing="$missing $2"
}

need_all() {
  for pair; do
    need "${pair%%:*}" "${pair#*:}"
  done
  # Debian recommends these beside gcc and valgrind, and slim images leave them out.
  [ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
}

need_headers() {
  for pair; do
    echo "#include <${pair%%:*}>" | cc -E - >/dev/null 2>&1 || missing="$missing ${pair#*:}"
  done
}

# What a build is guided by a profile with. It can do without.
want_llvm_tools() {
  if command -v rustup >/dev/null && ! rustup component add llvm-tools >/dev/null 2>&1; then
    echo "rustup could not add llvm-tools: librssl will be a few per cent slower" >&2
  fi
}

need_cargo() { # SUBCOMMAND HOW-TO-GET-IT
  cargo "$1" --version >/dev/null 2>&1 || rust="$rust
  cargo $1: $2"
}

command -v cargo >/dev/null || rust="
  cargo: the stable toolchain from https://rustup.rs"
case ${1:-} in
  demo) need_all $build ;;
  test)
    need_all $build $tests
    need_headers $peers
    want_llvm_tools
    if [ -d /var/lib/dpkg ] && ! dpkg -s libc6-dbg >/dev/null 2>&1; then
      missing="$missing libc6-dbg"
    fi
    [ -e /usr/include/p11-kit-1/p11-kit/pkcs11.h ] || missing="$missing libp11-kit-dev"
    [ -e /usr/include/hiredis/hiredis.h ] || missing="$missing libhiredis-dev"
    if [ -d /var/lib/dpkg ]; then
      for package in $python_packages $lua_packages; do
        dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
      done
    else
      python3 -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' \
        2>/dev/null || missing="$missing python3-dev"
      for module in pip setuptools wheel; do
        python3 -c "import $module" 2>/dev/null || missing="$missing python3-$module"
      done
      python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
    fi
    # MicroPython's unix port needs it.
    pkg-config --exists libffi 2>/dev/null || missing="$missing libffi-dev"
    # CPython's own tests and their certificates; Debian splits them off, others ship them.
    suite=$(python3 -c 'import os, sys; print("" if os.path.exists(os.path.dirname(os.__file__) +
      "/test/test_ssl.py") else "libpython%d.%d-testsuite" % sys.version_info[:2])' 2>/dev/null || :)
    if [ -n "$suite" ] && apt-cache show "$suite" >/dev/null 2>&1; then
      missing="$missing $suite"
    fi
    if [ -z "$rust" ]; then
      need_cargo fmt "rustup component add rustfmt"
      need_cargo clippy "rustup component add clippy"
    fi
    ;;
  bench)
    need_all $build python3:python3
    need_headers $peers
    want_llvm_tools
    ;;
  audit) need_cargo deny "cargo install --locked cargo-deny" ;;
  *)
    echo "usage: setup.sh demo|test|bench|audit" >&2
    exit 2
    ;;
esac

if [ -n "$rust" ]; then
  echo "Missing:$rust" >&2
  exit 1
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing, by the names of Debian's packages:$missing" >&2
  echo "Install them, as with: sudo apt-get install$missing" >&2
  exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
# A machine that has never looked has no lists to install from.
apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 || {
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends $missing >/dev/null
}
