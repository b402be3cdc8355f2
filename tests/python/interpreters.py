"""Lists the Pythons of this machine that the binding is tested with, the one that runs this first:
VERSION;EXECUTABLE;DIRECTORY OF Python.h, one of each version from 3.8 on."""

import glob
import os
import subprocess
import sys

PYENV = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
ASK = """
import os, sys, sysconfig
include = sysconfig.get_path("include")
print("%d.%d" % sys.version_info[:2], sys.implementation.name,
      include if os.path.exists(include + "/Python.h") else "")
"""


def candidates():
    yield sys.executable
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        yield from named(directory)
    for directory in sorted(glob.glob(os.path.join(PYENV, "versions", "*", "bin"))):
        yield from named(directory)


def named(directory):
    """Not python3.11-config and its like."""
    return sorted(path for path in glob.glob(os.path.join(directory, "python3.*"))
                  if os.path.basename(path)[len("python3."):].isdigit())


found = {}
for candidate in candidates():
    try:
        said = subprocess.run([candidate, "-c", ASK], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True, timeout=30).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        continue
    version, implementation, include = said.rstrip("\n").split(" ", 2)
    if implementation == "cpython" and tuple(map(int, version.split("."))) >= (3, 8):
        found.setdefault(version, f"{version};{candidate};{include}")
print("\n".join(found.values()))
