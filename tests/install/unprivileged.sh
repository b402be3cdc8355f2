#!/bin/sh
# unprivileged.sh SOURCE_DIR CARGO_TARGET_DIR CMAKE_ARGUMENT...: build.sh as a user who owns
# neither the sources nor Rust and cannot write to them. Needs root to become that user; exits with
# 77 (skipped) without.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1
target=$2
shift 2
if [ "$(id -u)" -ne 0 ]; then
  echo "skipped: only root can become another user"
  exit 77
fi
nobody=65534
# The user may read everything, as where Rust lies in a directory of everybody's: here it can be
# in /root.
become() {
  setpriv --reuid=$nobody --regid=$nobody --clear-groups \
    --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search "$@"
}
if ! become test -r "$source/Cargo.toml"; then
  echo "skipped: this container does not let root hand on the right to read"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is compiled already, as the user's own.
mkdir -p "$work/cargo" "$work/home" "$work/tmp"
[ ! -d "$target/release" ] || cp -a "$target/release" "$work/cargo/"
chown -R $nobody:$nobody "$work"

: "${CARGO_HOME:=$HOME/.cargo}" "${RUSTUP_HOME:=$HOME/.rustup}"
export CARGO_HOME RUSTUP_HOME
become env "HOME=$work/home" "TMPDIR=$work/tmp" \
  sh "$here/build.sh" "$source" "-DRSSL_CARGO_TARGET_DIR=$work/cargo" "$@"
