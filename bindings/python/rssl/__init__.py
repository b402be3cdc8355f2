# The names of this module are those of the interpreter's own ssl.py, which is executed below with
# the extension rssl._ssl in place of _ssl; then come a few of ours.

from . import _ssl, _stdlib

_stdlib.execute(globals(), _ssl)

from . import _additions
from ._install import install

if "wrap_socket" not in globals():
    from ._legacy import wrap_socket
