"""The certificate functions of the C interface, through ctypes.

Environment: RSSL_LIBRARY, the shared library.
"""

import ctypes
import os
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_void_p

SUBJECT, ISSUER = 1, 2
DNS, IP, EMAIL, URI, DIRNAME, RID, OTHER = range(1, 8)
OCSP, CA_ISSUERS, CRL = range(1, 4)


class Bytes(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("len", c_size_t)]

    def value(self):
        """The bytes, or None if they are absent."""
        return None if self.data is None else ctypes.string_at(self.data, self.len)


LIBRARY = ctypes.CDLL(os.environ["RSSL_LIBRARY"])


def declare(name, result, *arguments):
    function = getattr(LIBRARY, name)
    function.restype, function.argtypes = result, arguments
    return function


_last_error = declare("rssl_last_error", c_void_p)
_error_message = declare("rssl_error_message", c_char_p, c_void_p)
_result_name = declare("rssl_result_name", c_char_p, c_int)
_new_mem = declare("rssl_cert_new_mem", c_int, c_char_p, c_size_t, POINTER(c_void_p))
_free = declare("rssl_cert_free", None, c_void_p)
_pem = declare("rssl_cert_pem", c_char_p, c_void_p)
_text = declare("rssl_cert_text", c_char_p, c_void_p)
_version = declare("rssl_cert_version", c_int, c_void_p)
_serial = declare("rssl_cert_serial", Bytes, c_void_p)
_not_before = declare("rssl_cert_not_before", c_int64, c_void_p)
_not_after = declare("rssl_cert_not_after", c_int64, c_void_p)
_key_type = declare("rssl_cert_key_type", c_char_p, c_void_p)
_key_bits = declare("rssl_cert_key_bits", c_int, c_void_p)
_signature_type = declare("rssl_cert_signature_type", c_char_p, c_void_p)
_matches = declare("rssl_cert_matches", c_bool, c_void_p, c_char_p)
_name_at = declare("rssl_cert_name_at", c_bool, c_void_p, c_uint32, c_size_t,
                   POINTER(c_size_t), POINTER(c_char_p), POINTER(Bytes))
_san_at = declare("rssl_cert_san_at", c_bool, c_void_p, c_size_t, POINTER(c_uint32),
                  POINTER(Bytes))
_uri_at = declare("rssl_cert_uri_at", c_char_p, c_void_p, c_uint32, c_size_t)
_extension = declare("rssl_cert_extension", Bytes, c_void_p, c_char_p, POINTER(c_bool))


class Refused(Exception):
    """A result under 0: its name and the message."""


class Certificate:
    """One rssl_cert, of PEM or DER."""

    def __init__(self, data):
        self._handle = c_void_p()
        result = _new_mem(data, len(data), byref(self._handle))
        if result < 0:
            raise Refused(_result_name(result).decode(), _error_message(_last_error()).decode())

    def __del__(self):
        _free(self._handle)

    def pem(self):
        return _pem(self._handle).decode()

    def text(self):
        return _text(self._handle).decode()

    def version(self):
        return _version(self._handle)

    def serial(self):
        return _serial(self._handle).value()

    def not_before(self):
        return _not_before(self._handle)

    def not_after(self):
        return _not_after(self._handle)

    def key(self):
        """The type and the bits."""
        return _key_type(self._handle).decode(), _key_bits(self._handle)

    def signature_type(self):
        return _signature_type(self._handle).decode()

    def matches(self, name):
        return _matches(self._handle, name.encode())

    def name(self, which):
        """(rdn, key, value) of each attribute."""
        attributes = []
        rdn, key, value = c_size_t(), c_char_p(), Bytes()
        while _name_at(self._handle, which, len(attributes), byref(rdn), byref(key), byref(value)):
            attributes.append((rdn.value, key.value.decode(), value.value().decode()))
        return attributes

    def alternative_names(self):
        """(kind, bytes) of each."""
        names = []
        kind, value = c_uint32(), Bytes()
        while _san_at(self._handle, len(names), byref(kind), byref(value)):
            names.append((kind.value, value.value()))
        return names

    def uris(self, which):
        uris = []
        while (uri := _uri_at(self._handle, which, len(uris))) is not None:
            uris.append(uri.decode())
        return uris

    def extension(self, oid):
        """(value, critical), or None."""
        critical = c_bool()
        value = _extension(self._handle, oid.encode(), byref(critical)).value()
        return None if value is None else (value, critical.value)
