"""Runs a Python program in which `import ssl` gives rssl."""

import os
import runpy
import sys

import rssl

USAGE = "usage: python -m rssl (PROGRAM | -m MODULE | -c COMMAND) [ARGUMENT ...]"


def run(arguments):
    """Runs what the arguments ask for as the interpreter itself would; returns when it has ended."""
    first, rest = arguments[0], arguments[1:]
    if first in ("-m", "-c") and not rest or first.startswith("-") and first not in ("-m", "-c"):
        usage()
    rssl.install()
    if first == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), vars(_fresh_main()))
    elif first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        # `python -m` has put the current directory first, where a program's own belongs.
        if not getattr(sys.flags, "safe_path", sys.flags.isolated):
            sys.path[0] = os.path.dirname(os.path.realpath(first))
        runpy.run_path(first, run_name="__main__")


def usage():
    print(USAGE, file=sys.stderr)
    sys.exit(2)


def _fresh_main():
    module = type(sys)("__main__")
    module.__builtins__ = __builtins__
    sys.modules["__main__"] = module
    return module


if __name__ == "__main__":
    if len(sys.argv) < 2:
        usage()
    run(sys.argv[1:])
