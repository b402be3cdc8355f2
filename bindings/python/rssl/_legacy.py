"""What older versions of ssl.py had, and programs still call."""

import rssl


def wrap_socket(sock, keyfile=None, certfile=None, server_side=False, cert_reqs=rssl.CERT_NONE,
                ssl_version=None, ca_certs=None, do_handshake_on_connect=True,
                suppress_ragged_eofs=True, ciphers=None):
    """One call for a context and its socket. As in the `ssl` of old, a client that gives no
    cert_reqs=CERT_REQUIRED verifies nothing, and no host name is checked: new programs use
    create_default_context().
    """
    if server_side and not certfile:
        raise ValueError("certfile must be specified for server-side operations")
    if keyfile and not certfile:
        raise ValueError("certfile must be specified")
    if ssl_version is None:
        ssl_version = rssl.PROTOCOL_TLS_SERVER if server_side else rssl.PROTOCOL_TLS_CLIENT
    context = rssl.SSLContext(ssl_version)
    context.check_hostname = False
    context.verify_mode = cert_reqs
    if ca_certs:
        context.load_verify_locations(ca_certs)
    if certfile:
        context.load_cert_chain(certfile, keyfile)
    if ciphers:
        context.set_ciphers(ciphers)
    return context.wrap_socket(sock, server_side=server_side,
                               do_handshake_on_connect=do_handshake_on_connect,
                               suppress_ragged_eofs=suppress_ragged_eofs)
