#!/bin/sh
# run.sh PROGRAM COMMAND...: runs the command; exits with 77 where there is no PROGRAM, because
# MicroPython's source could not be had.
set -eu
if [ ! -x "$1" ]; then
  echo "skipped: no $1"
  exit 77
fi
shift
exec "$@"
