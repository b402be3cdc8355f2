//! The numbers that functions return.

/// What a function returns that can fail: RSSL_OK, or a negative RSSL_WANT_ or RSSL_ERR_ code.
pub type rssl_result = i32;

/// Done.
pub const RSSL_OK: rssl_result = 0;

/// Not an error: wait until the transport is readable, then call again.
pub const RSSL_WANT_READ: rssl_result = -2;
/// Not an error: wait until the transport is writable, then call again.
pub const RSSL_WANT_WRITE: rssl_result = -3;
/// Not an error: a server must decide about a ClientHello, then call again.
pub const RSSL_WANT_HELLO: rssl_result = -4;
/// Not an error: data came during a shutdown; rssl_read it, then call again.
pub const RSSL_WANT_CONSUME: rssl_result = -5;

/// NULL, a bad flag, a bad name: see the message.
pub const RSSL_ERR_ARGUMENT: rssl_result = -16;
/// Not now: wrong role, before the handshake, called again from a callback.
pub const RSSL_ERR_STATE: rssl_result = -17;
/// This build or this platform cannot.
pub const RSSL_ERR_UNSUPPORTED: rssl_result = -18;
/// Your callback refused.
pub const RSSL_ERR_CALLBACK: rssl_result = -19;
/// A bug in librssl; please report the message.
pub const RSSL_ERR_INTERNAL: rssl_result = -20;

/// The transport failed: see rssl_error_errno.
pub const RSSL_ERR_IO: rssl_result = -32;
/// The peer vanished without close_notify.
pub const RSSL_ERR_EOF: rssl_result = -33;
/// Written after shutdown, or used after a fatal error.
pub const RSSL_ERR_CLOSED: rssl_result = -34;
/// EINTR before any progress; calling again is safe.
pub const RSSL_ERR_INTERRUPTED: rssl_result = -35;

/// A file cannot be opened or read: see rssl_error_errno.
pub const RSSL_ERR_FILE: rssl_result = -48;
/// Not PEM or DER of the kind expected.
pub const RSSL_ERR_FORMAT: rssl_result = -49;
/// The key is encrypted: the password is missing or wrong.
pub const RSSL_ERR_PASSWORD: rssl_result = -50;
/// The type, size or encryption of the key is not supported.
pub const RSSL_ERR_KEY: rssl_result = -51;
/// The private key does not belong to the certificate.
pub const RSSL_ERR_MISMATCH: rssl_result = -52;
/// The name of a cipher, group or protocol is unknown.
pub const RSSL_ERR_NAME: rssl_result = -53;

/// The peer's certificate was refused: see rssl_error_verify.
pub const RSSL_ERR_VERIFY: rssl_result = -64;
/// The peer sent no certificate and one is required.
pub const RSSL_ERR_NO_CERT: rssl_result = -65;
/// The peer sent a fatal alert: see rssl_error_alert.
pub const RSSL_ERR_ALERT: rssl_result = -66;
/// The peer broke the protocol.
pub const RSSL_ERR_PROTOCOL: rssl_result = -67;
/// No common version, cipher, group or signature.
pub const RSSL_ERR_NO_SHARED: rssl_result = -68;
/// No common application protocol.
pub const RSSL_ERR_NO_ALPN: rssl_result = -69;
/// The first bytes are not TLS (plain HTTP, SSH, ...).
pub const RSSL_ERR_NOT_TLS: rssl_result = -70;

/// Why a certificate was refused. The numbers are OpenSSL's X509_V_ERR_, so that programs that
/// compare them keep working; others than those below can appear.
pub const RSSL_V_OK: i32 = 0;
/// Nothing was verified, or no number says why not.
pub const RSSL_V_UNSPECIFIED: i32 = 1;
/// No list of revoked certificates covers the certificate.
pub const RSSL_V_CRL_UNAVAILABLE: i32 = 3;
/// The signature of a certificate is wrong.
pub const RSSL_V_CERT_SIGNATURE: i32 = 7;
/// A certificate is not valid yet.
pub const RSSL_V_CERT_NOT_YET_VALID: i32 = 9;
/// A certificate has expired.
pub const RSSL_V_CERT_EXPIRED: i32 = 10;
/// A list of revoked certificates has expired.
pub const RSSL_V_CRL_EXPIRED: i32 = 12;
/// The certificate is self-signed and not among the trust roots.
pub const RSSL_V_SELF_SIGNED: i32 = 18;
/// The issuer of a certificate was not found.
pub const RSSL_V_UNKNOWN_ISSUER: i32 = 20;
/// A certificate was revoked.
pub const RSSL_V_REVOKED: i32 = 23;
/// An issuer is not a certificate authority, or not for a path of this length.
pub const RSSL_V_INVALID_CA: i32 = 24;
/// A certificate is not for this use.
pub const RSSL_V_INVALID_PURPOSE: i32 = 26;
/// A critical extension is not understood.
pub const RSSL_V_UNHANDLED_CRITICAL: i32 = 34;
/// The program refused the certificate.
pub const RSSL_V_APPLICATION: i32 = 50;
/// The certificate is not for the name.
pub const RSSL_V_HOSTNAME: i32 = 62;
/// The certificate is not for the IP address.
pub const RSSL_V_IP_ADDRESS: i32 = 64;
/// The signature algorithm of a certificate is not supported.
pub const RSSL_V_UNSUPPORTED_SIGNATURE: i32 = 76;
/// The stapled OCSP response is not valid.
pub const RSSL_V_OCSP_INVALID: i32 = 96;
