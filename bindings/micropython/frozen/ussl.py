# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The module `ussl`: wrap_socket by the names and the order of its own manual page.

import ssl
from ssl import CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED


def wrap_socket(
    sock,
    server_side=False,
    keyfile=None,
    certfile=None,
    cert_reqs=CERT_NONE,
    ca_certs=None,
    server_hostname=None,
    do_handshake=True,
):
    # Each file is a name, or what would be in it.
    if (keyfile is None) != (certfile is None):
        raise ValueError("keyfile and certfile go together")
    return ssl.wrap_socket(
        sock,
        server_side,
        keyfile,
        certfile,
        cert_reqs,
        ssl._data(ca_certs),
        server_hostname,
        do_handshake,
    )
