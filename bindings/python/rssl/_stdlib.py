"""The running interpreter's own ssl.py, executed over another `_ssl`."""

import os
import sys
from importlib.machinery import PathFinder

_ABSENT = object()


def source():
    """The code object of the standard library's ssl.py."""
    # Not sys.path: a program's own file called ssl.py is not what is asked for.
    library = os.path.dirname(os.__file__)
    spec = PathFinder.find_spec("ssl", [library])
    if spec is None:
        raise ImportError(f"no ssl.py in {library}", name="ssl", path=library)
    return spec.loader.get_code("ssl")


def execute(namespace, extension):
    """Executes ssl.py in `namespace`, with `extension` where it imports `_ssl`.

    `_ssl` in sys.modules is what it was when this returns, and `ssl` is not touched.
    """
    code = source()
    before = sys.modules.get("_ssl", _ABSENT)
    sys.modules["_ssl"] = extension
    try:
        exec(code, namespace)
    finally:
        if before is _ABSENT:
            del sys.modules["_ssl"]
        else:
            sys.modules["_ssl"] = before
