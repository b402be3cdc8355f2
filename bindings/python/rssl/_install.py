"""Makes `import ssl` mean rssl, for a whole process."""

import sys


def install():
    """Makes `ssl` and `_ssl` this module and its extension, for every import that follows.

    Call it before anything else is imported: RuntimeError if the standard `ssl` is loaded
    already, because what holds it would go on to use it. Calling it again does nothing.
    """
    ours = {"ssl": sys.modules[__package__], "_ssl": sys.modules[__package__ + "._ssl"]}
    for name, module in ours.items():
        if sys.modules.get(name, module) is not module:
            raise RuntimeError(
                f"rssl.install() must come first: {name} is loaded already{_held(name)}")
    sys.modules.update(ours)


def _held(name):
    """Which modules refer to the module of this name, for a message."""
    loaded = sys.modules[name]
    holders = sorted(module for module, content in list(sys.modules.items())
                     if any(value is loaded for value in list(_names(content))))
    return f", by {', '.join(holders[:5])}" if holders else ""


def _names(module):
    # What programs put into sys.modules need not be a module.
    return getattr(module, "__dict__", {}).values()
