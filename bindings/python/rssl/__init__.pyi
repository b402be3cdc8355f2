# The names of ssl, as typeshed has them, and what rssl adds to them.
import os
import socket
import ssl
import sys
from collections.abc import Callable
from ssl import (
    ALERT_DESCRIPTION_ACCESS_DENIED as ALERT_DESCRIPTION_ACCESS_DENIED,
    ALERT_DESCRIPTION_BAD_CERTIFICATE as ALERT_DESCRIPTION_BAD_CERTIFICATE,
    ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE as ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE,
    ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE as ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE,
    ALERT_DESCRIPTION_BAD_RECORD_MAC as ALERT_DESCRIPTION_BAD_RECORD_MAC,
    ALERT_DESCRIPTION_CERTIFICATE_EXPIRED as ALERT_DESCRIPTION_CERTIFICATE_EXPIRED,
    ALERT_DESCRIPTION_CERTIFICATE_REVOKED as ALERT_DESCRIPTION_CERTIFICATE_REVOKED,
    ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN as ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN,
    ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE as ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE,
    ALERT_DESCRIPTION_CLOSE_NOTIFY as ALERT_DESCRIPTION_CLOSE_NOTIFY,
    ALERT_DESCRIPTION_DECODE_ERROR as ALERT_DESCRIPTION_DECODE_ERROR,
    ALERT_DESCRIPTION_DECOMPRESSION_FAILURE as ALERT_DESCRIPTION_DECOMPRESSION_FAILURE,
    ALERT_DESCRIPTION_DECRYPT_ERROR as ALERT_DESCRIPTION_DECRYPT_ERROR,
    ALERT_DESCRIPTION_HANDSHAKE_FAILURE as ALERT_DESCRIPTION_HANDSHAKE_FAILURE,
    ALERT_DESCRIPTION_ILLEGAL_PARAMETER as ALERT_DESCRIPTION_ILLEGAL_PARAMETER,
    ALERT_DESCRIPTION_INSUFFICIENT_SECURITY as ALERT_DESCRIPTION_INSUFFICIENT_SECURITY,
    ALERT_DESCRIPTION_INTERNAL_ERROR as ALERT_DESCRIPTION_INTERNAL_ERROR,
    ALERT_DESCRIPTION_NO_RENEGOTIATION as ALERT_DESCRIPTION_NO_RENEGOTIATION,
    ALERT_DESCRIPTION_PROTOCOL_VERSION as ALERT_DESCRIPTION_PROTOCOL_VERSION,
    ALERT_DESCRIPTION_RECORD_OVERFLOW as ALERT_DESCRIPTION_RECORD_OVERFLOW,
    ALERT_DESCRIPTION_UNEXPECTED_MESSAGE as ALERT_DESCRIPTION_UNEXPECTED_MESSAGE,
    ALERT_DESCRIPTION_UNKNOWN_CA as ALERT_DESCRIPTION_UNKNOWN_CA,
    ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY as ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY,
    ALERT_DESCRIPTION_UNRECOGNIZED_NAME as ALERT_DESCRIPTION_UNRECOGNIZED_NAME,
    ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE as ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE,
    ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION as ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION,
    ALERT_DESCRIPTION_USER_CANCELLED as ALERT_DESCRIPTION_USER_CANCELLED,
    AlertDescription as AlertDescription,
    CERT_NONE as CERT_NONE,
    CERT_OPTIONAL as CERT_OPTIONAL,
    CERT_REQUIRED as CERT_REQUIRED,
    CHANNEL_BINDING_TYPES as CHANNEL_BINDING_TYPES,
    CertificateError as CertificateError,
    DER_cert_to_PEM_cert as DER_cert_to_PEM_cert,
    DefaultVerifyPaths as DefaultVerifyPaths,
    HAS_ALPN as HAS_ALPN,
    HAS_ECDH as HAS_ECDH,
    HAS_NEVER_CHECK_COMMON_NAME as HAS_NEVER_CHECK_COMMON_NAME,
    HAS_NPN as HAS_NPN,
    HAS_SNI as HAS_SNI,
    HAS_SSLv2 as HAS_SSLv2,
    HAS_SSLv3 as HAS_SSLv3,
    HAS_TLSv1 as HAS_TLSv1,
    HAS_TLSv1_1 as HAS_TLSv1_1,
    HAS_TLSv1_2 as HAS_TLSv1_2,
    HAS_TLSv1_3 as HAS_TLSv1_3,
    MemoryBIO as MemoryBIO,
    OPENSSL_VERSION as OPENSSL_VERSION,
    OPENSSL_VERSION_INFO as OPENSSL_VERSION_INFO,
    OPENSSL_VERSION_NUMBER as OPENSSL_VERSION_NUMBER,
    OP_ALL as OP_ALL,
    OP_CIPHER_SERVER_PREFERENCE as OP_CIPHER_SERVER_PREFERENCE,
    OP_ENABLE_MIDDLEBOX_COMPAT as OP_ENABLE_MIDDLEBOX_COMPAT,
    OP_IGNORE_UNEXPECTED_EOF as OP_IGNORE_UNEXPECTED_EOF,
    OP_NO_COMPRESSION as OP_NO_COMPRESSION,
    OP_NO_RENEGOTIATION as OP_NO_RENEGOTIATION,
    OP_NO_SSLv2 as OP_NO_SSLv2,
    OP_NO_SSLv3 as OP_NO_SSLv3,
    OP_NO_TICKET as OP_NO_TICKET,
    OP_NO_TLSv1 as OP_NO_TLSv1,
    OP_NO_TLSv1_1 as OP_NO_TLSv1_1,
    OP_NO_TLSv1_2 as OP_NO_TLSv1_2,
    OP_NO_TLSv1_3 as OP_NO_TLSv1_3,
    OP_SINGLE_DH_USE as OP_SINGLE_DH_USE,
    OP_SINGLE_ECDH_USE as OP_SINGLE_ECDH_USE,
    Options as Options,
    PEM_FOOTER as PEM_FOOTER,
    PEM_HEADER as PEM_HEADER,
    PEM_cert_to_DER_cert as PEM_cert_to_DER_cert,
    PROTOCOL_SSLv23 as PROTOCOL_SSLv23,
    PROTOCOL_TLS as PROTOCOL_TLS,
    PROTOCOL_TLS_CLIENT as PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER as PROTOCOL_TLS_SERVER,
    PROTOCOL_TLSv1 as PROTOCOL_TLSv1,
    PROTOCOL_TLSv1_1 as PROTOCOL_TLSv1_1,
    PROTOCOL_TLSv1_2 as PROTOCOL_TLSv1_2,
    Purpose as Purpose,
    RAND_add as RAND_add,
    RAND_bytes as RAND_bytes,
    RAND_status as RAND_status,
    SOCK_STREAM as SOCK_STREAM,
    SOL_SOCKET as SOL_SOCKET,
    SO_TYPE as SO_TYPE,
    SSLCertVerificationError as SSLCertVerificationError,
    SSLEOFError as SSLEOFError,
    SSLError as SSLError,
    SSLErrorNumber as SSLErrorNumber,
    SSLSession as SSLSession,
    SSLSyscallError as SSLSyscallError,
    SSLWantReadError as SSLWantReadError,
    SSLWantWriteError as SSLWantWriteError,
    SSLZeroReturnError as SSLZeroReturnError,
    SSL_ERROR_EOF as SSL_ERROR_EOF,
    SSL_ERROR_INVALID_ERROR_CODE as SSL_ERROR_INVALID_ERROR_CODE,
    SSL_ERROR_SSL as SSL_ERROR_SSL,
    SSL_ERROR_SYSCALL as SSL_ERROR_SYSCALL,
    SSL_ERROR_WANT_CONNECT as SSL_ERROR_WANT_CONNECT,
    SSL_ERROR_WANT_READ as SSL_ERROR_WANT_READ,
    SSL_ERROR_WANT_WRITE as SSL_ERROR_WANT_WRITE,
    SSL_ERROR_WANT_X509_LOOKUP as SSL_ERROR_WANT_X509_LOOKUP,
    SSL_ERROR_ZERO_RETURN as SSL_ERROR_ZERO_RETURN,
    TLSVersion as TLSVersion,
    VERIFY_ALLOW_PROXY_CERTS as VERIFY_ALLOW_PROXY_CERTS,
    VERIFY_CRL_CHECK_CHAIN as VERIFY_CRL_CHECK_CHAIN,
    VERIFY_CRL_CHECK_LEAF as VERIFY_CRL_CHECK_LEAF,
    VERIFY_DEFAULT as VERIFY_DEFAULT,
    VERIFY_X509_PARTIAL_CHAIN as VERIFY_X509_PARTIAL_CHAIN,
    VERIFY_X509_STRICT as VERIFY_X509_STRICT,
    VERIFY_X509_TRUSTED_FIRST as VERIFY_X509_TRUSTED_FIRST,
    VerifyFlags as VerifyFlags,
    VerifyMode as VerifyMode,
    _DEFAULT_CIPHERS as _DEFAULT_CIPHERS,
    _OPENSSL_API_VERSION as _OPENSSL_API_VERSION,
    cert_time_to_seconds as cert_time_to_seconds,
    get_default_verify_paths as get_default_verify_paths,
    get_protocol_name as get_protocol_name,
    get_server_certificate as get_server_certificate,
)
from typing import Any, Protocol, Union, type_check_only

from typing_extensions import Buffer, Self

if sys.version_info >= (3, 12):
    from ssl import (
        OP_ENABLE_KTLS as OP_ENABLE_KTLS,
        OP_LEGACY_SERVER_CONNECT as OP_LEGACY_SERVER_CONNECT,
    )
else:
    from ssl import match_hostname as match_hostname

    OP_ENABLE_KTLS: ssl.Options
    OP_LEGACY_SERVER_CONNECT: ssl.Options
if sys.version_info >= (3, 13):
    from ssl import HAS_PSK as HAS_PSK

_Path = Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]
_Password = Union[Callable[[], Union[str, bytes, bytearray]], str, bytes, bytearray]

@type_check_only
class SessionStore(Protocol):
    """Keeps a server's sessions outside of the process. Ids and sessions are opaque, and secret."""

    def put(self, id: bytes, session: bytes, seconds: int, /) -> object: ...
    def get(self, id: bytes, /) -> bytes | None: ...
    def remove(self, id: bytes, /) -> bytes | None:
        """As get, and forgets the session in the same step."""

class SSLSocket(ssl.SSLSocket):
    context: SSLContext
    def group(self) -> str | None: ...
    def ocsp_response(self) -> bytes | None: ...
    def ech_status(self) -> str: ...
    def ech_retry_configs(self) -> bytes | None: ...
    def get_verified_chain(self) -> list[bytes]: ...
    def get_unverified_chain(self) -> list[bytes]: ...

class SSLObject(ssl.SSLObject):
    context: SSLContext
    def group(self) -> str | None: ...
    def ocsp_response(self) -> bytes | None: ...
    def ech_status(self) -> str: ...
    def ech_retry_configs(self) -> bytes | None: ...
    def get_verified_chain(self) -> list[bytes]: ...
    def get_unverified_chain(self) -> list[bytes]: ...

class SSLContext(ssl.SSLContext):
    if sys.version_info >= (3, 10):
        def __new__(cls, protocol: int | None = None, *args: Any, **kwargs: Any) -> Self: ...
    else:
        def __new__(cls, protocol: int = ..., *args: Any, **kwargs: Any) -> Self: ...
    def set_groups(self, names: str, /) -> None:
        """The key exchange groups in order of preference, separated by ":"."""
    def set_ocsp_response(self, der: Buffer, /) -> None:
        """Staples it to the certificate loaded last."""
    def set_ech_configs(self, configs: Buffer | None, /) -> None:
        """The ECHConfigList that clients encrypt their ClientHello for."""
    def set_ech_grease(self, on: bool, /) -> None: ...
    def set_session_store(self, store: SessionStore | None, /) -> None: ...
    def load_cert_chain(
        self, certfile: _Path, keyfile: _Path | None = None, password: _Password | None = None
    ) -> None:
        """Each may be a path, or PEM itself."""
    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLSocket: ...
    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLObject: ...

def create_default_context(
    purpose: ssl.Purpose = ...,
    *,
    cafile: _Path | None = None,
    capath: _Path | None = None,
    cadata: str | Buffer | None = None,
) -> SSLContext: ...
def wrap_socket(
    sock: socket.socket,
    keyfile: _Path | None = None,
    certfile: _Path | None = None,
    server_side: bool = False,
    cert_reqs: int = ...,
    ssl_version: int | None = ...,
    ca_certs: _Path | None = None,
    do_handshake_on_connect: bool = True,
    suppress_ragged_eofs: bool = True,
    ciphers: str | None = None,
) -> SSLSocket: ...
def install() -> None:
    """Makes `ssl` and `_ssl` this module and its extension. RuntimeError if `ssl` is loaded already."""
