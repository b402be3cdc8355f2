"""What librssl has beyond the standard module, on the classes of ssl.py. What contexts have more comes
from the extension itself: set_groups, set_ocsp_response, set_session_store, set_ech_configs,
set_ech_grease, and load_cert_chain of PEM.
"""

import rssl
from rssl import _ssl


def group(self):
    """The name of the key exchange group agreed, such as "X25519MLKEM768"; None before the handshake."""
    return self._sslobj.group() if self._sslobj is not None else None


def ocsp_response(self):
    """The OCSP response that the server stapled, in DER and unchecked, or None."""
    return self._sslobj.ocsp_response() if self._sslobj is not None else None


def ech_status(self):
    """What became of the encrypted ClientHello: "not offered", "grease", "offered", "accepted" or
    "rejected"."""
    return self._sslobj.ech_status() if self._sslobj is not None else "not offered"


def ech_retry_configs(self):
    """The ECHConfigList that the server sent when it rejected the one offered, or None."""
    return self._sslobj.ech_retry_configs() if self._sslobj is not None else None


def get_verified_chain(self):
    """The path from the peer's certificate to the trust root, each in DER; [] if nothing was verified."""
    return _der(self._sslobj.get_verified_chain())


def get_unverified_chain(self):
    """The certificates that the peer sent, each in DER, as it sent them."""
    return _der(self._sslobj.get_unverified_chain())


def _der(chain):
    return [certificate.public_bytes(_ssl.ENCODING_DER) for certificate in chain or ()]


for _type in (rssl.SSLSocket, rssl.SSLObject):
    for _method in (group, ocsp_response, ech_status, ech_retry_configs, get_verified_chain,
                    get_unverified_chain):
        if not hasattr(_type, _method.__name__):  # ssl.py of 3.13 has two of them
            setattr(_type, _method.__name__, _method)

rssl.CHANNEL_BINDING_TYPES[:] = ["tls-exporter", "tls-server-end-point"]  # and not tls-unique
