"""Lists the Pythons of this machine that the binding is tested with, the one that runs this first:
VERSION;EXECUTABLE;DIRECTORY OF Python.h, one of each version from 3.8 on.

With the argument "builder" the first of all, in the same form, that can build the package offline.
"""

import glob
import os
import subprocess
import sys

PYENV = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
ASK = """
import importlib.util, os, sys, sysconfig
include = sysconfig.get_path("include")
builds = all(map(importlib.util.find_spec, ("setuptools", "wheel", "pip", "ensurepip")))
print("%d.%d" % sys.version_info[:2], sys.implementation.name, builds,
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


builder, found = "", {}
for candidate in candidates():
    try:
        said = subprocess.run([candidate, "-c", ASK], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True, timeout=30).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        continue
    version, implementation, builds, include = said.rstrip("\n").split(" ", 3)
    if implementation == "cpython" and tuple(map(int, version.split("."))) >= (3, 8):
        row = f"{version};{candidate};{include}"
        found.setdefault(version, row)
        if builds == "True" and include:
            builder = builder or row
print(builder if sys.argv[1:] == ["builder"] else "\n".join(found.values()))
