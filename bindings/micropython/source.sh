#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# source.sh FOLDER: gets MicroPython 1.25.0 into FOLDER/micropython-1.25.0, unless it is there:
# Debian's source package, from the mirror that this machine's apt uses, checked by its SHA-256.
# Exits with 1 where it cannot be had, and leaves nothing half done.
set -eu

if [ $# -ne 1 ]; then
  sed -n 's/^# \(source.sh\)/usage: \1/p' "$0" >&2
  exit 2
fi
mkdir -p "$1"
cd "$1"
tree=micropython-1.25.0
[ ! -d "$tree" ] || exit 0
tarball=micropython_1.25.0+ds.orig.tar.xz
sum=7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea

# apt with a list of sources and a state of its own: the machine's stay as they are.
fetch() {
  command -v apt-get >/dev/null || return 1
  mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' | sed -n 's/^Debian //p' | head -n 1)
  [ -n "$mirror" ] || return 1
  mkdir -p apt/lists/partial
  cat >apt/list.sources <<END
Types: deb-src
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  set -- -qq -o "Dir::Etc::SourceList=$PWD/apt/list.sources" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$PWD/apt/lists" -o "Dir::Cache::srcpkgcache=" -o "Dir::Cache::pkgcache=" \
    -o APT::Sandbox::User=root
  apt-get "$@" update &&
    apt-get "$@" source --download-only --tar-only micropython=1.25.0+ds-1
}

if [ ! -e "$tarball" ]; then
  fetch >source.log 2>&1 || :
  rm -rf apt
fi
if ! echo "$sum  $tarball" | sha256sum --check --status 2>/dev/null; then
  rm -f "$tarball"
  echo "MicroPython's source could not be had: see $PWD/source.log" >&2
  exit 1
fi
rm -rf unpacking
mkdir unpacking
tar -xf "$tarball" -C unpacking
mv "unpacking/$tree" "$tree"
rmdir unpacking
