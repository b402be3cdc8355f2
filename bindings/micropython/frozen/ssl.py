# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The module `ssl`: files, and the function wrap_socket, over the module `tls`.

import tls
from tls import *


def _data(source):
    # A name of a file, or what would be in it.
    if isinstance(source, str):
        with open(source, "rb") as file:
            return file.read()
    return source


class SSLContext:
    def __init__(self, protocol):
        self._context = tls.SSLContext(protocol)

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    @property
    def verify_callback(self):
        return self._context.verify_callback

    @verify_callback.setter
    def verify_callback(self, callback):
        self._context.verify_callback = callback

    def load_cert_chain(self, certfile, keyfile):
        self._context.load_cert_chain(_data(certfile), _data(keyfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        if cafile is None and cadata is None:
            raise TypeError("cafile or cadata is needed")
        if cafile is not None:
            self._context.load_verify_locations(_data(cafile))
        if cadata is not None:
            self._context.load_verify_locations(cadata)

    def load_default_certs(self):
        self._context.load_default_certs()

    def get_ciphers(self):
        return self._context.get_ciphers()

    def set_ciphers(self, ciphers):
        self._context.set_ciphers(ciphers)

    def set_alpn_protocols(self, protocols):
        self._context.set_alpn_protocols(protocols)

    def wrap_socket(
        self, sock, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ):
        return self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    if key is not None or cert is not None:
        context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    context.verify_mode = cert_reqs
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=do_handshake,
        server_hostname=server_hostname,
    )
