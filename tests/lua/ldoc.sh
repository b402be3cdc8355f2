#!/bin/sh
# ldoc.sh SOURCE: LDoc writes its pages without a warning, and what the annotations for editors declare of
# rssl.net is in them.
set -eu
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cp -r "$1/bindings/lua" "$work/lua"
cd "$work/lua"
ldoc --fatalwarnings . >log || {
  cat log
  exit 1
}

# Twins are described all at once, aliases and writeable beside what they stand for.
declared=$(sed -n -e 's/^---@field \([a-z_]*\)?\{0,1\} .*/\1/p' \
    -e 's/^function [A-Za-z]*[.:]\([a-z_]*\)(.*/\1/p' library/rssl/net_*.lua | sort -u |
  grep -v -e '_async$' -e '^read$' -e '^write$' -e '^read_all$' -e '^read_line$' -e '^peek$' -e '^writeable$')
missing=
for name in $declared; do
  grep -q "<a name = \"[A-Za-z]*[.:]$name\">" doc/classes/*.html || missing="$missing $name"
done
[ -z "$missing" ] || {
  echo "the pages do not describe$missing"
  exit 1
}
