//! What other protocols tie to a connection: key material and channel bindings.

use std::ffi::{c_char, c_void};

use super::sock::{rssl_sock, sock};
use super::{buffer, buffer_mut, copy_out, count, result, rssl_result, string};

/// rssl_sock_export fills out with out_len bytes of key material that only the two ends of this
/// connection know: the exporter of RFC 5705 and RFC 8446 section 7.5. label says what for; context,
/// context_len bytes, may be NULL: absent, which differs from an empty one in TLS 1.2. (In TLS 1.3
/// they are the same.) Usable beside a reader and a writer.
///
/// RSSL_ERR_STATE: the handshake is not done, or called from a callback of s. RSSL_ERR_ARGUMENT: a
/// NULL; out_len is 0, or in TLS 1.3 over 255 hashes of the cipher (8160 or 12240 bytes); the label is
/// over 249 bytes or one that TLS 1.2 keeps for itself, the context over 65535. RSSL_ERR_CLOSED: the
/// connection has failed. RSSL_ERR_INTERNAL: as ever. After an error out may have been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_export(
    s: *const rssl_sock,
    label: *const c_char,
    context: *const c_void,
    context_len: usize,
    out: *mut c_void,
    out_len: usize,
) -> rssl_result {
    result(|| {
        // SAFETY: s is NULL or a live handle, label NULL or NUL-terminated, context NULL or readable
        // and out NULL or writable for their lengths.
        unsafe {
            let present = !context.is_null() || context_len > 0;
            let context = buffer(context, context_len, "context")?;
            sock(s)?.socket.export(
                string(label, "label")?,
                present.then_some(context),
                buffer_mut(out, out_len, "out")?,
            )
        }
    })
}

/// rssl_sock_channel_binding writes a channel binding to out and returns its length, at most 64: what
/// an authentication inside the connection (SCRAM-PLUS, GSS-API) signs, so that nobody stands between.
/// Both ends get the same bytes. kind is
///
/// "tls-exporter" (RFC 9266): 32 bytes, exported with an empty context. In TLS 1.2 it is defined with the extended master secret only:
/// RSSL_ERR_UNSUPPORTED unless the context has RSSL_OPT_REQUIRE_EMS.
///
/// "tls-server-end-point" (RFC 5929): a hash of the server's certificate, which on the server is our
/// own; the one that the certificate's signature uses, but SHA-256 instead of MD5 and SHA-1.
/// RSSL_ERR_UNSUPPORTED: the signature has no hash of its own (Ed25519), for which the RFC defines
/// nothing, or this build lacks it.
///
/// "tls-unique": RSSL_ERR_UNSUPPORTED, for the engine does not reveal Finished.
///
/// RSSL_ERR_STATE: the handshake is not done, or called from a callback of s. RSSL_ERR_NAME: another
/// kind. RSSL_ERR_ARGUMENT: a NULL, or cap is too small. RSSL_ERR_CLOSED: tls-exporter after the
/// connection has failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_channel_binding(
    s: *const rssl_sock,
    kind: *const c_char,
    out: *mut c_void,
    cap: usize,
) -> isize {
    count(|| {
        // SAFETY: s is NULL or a live handle, kind NULL or NUL-terminated, out NULL or writable.
        unsafe {
            let binding = sock(s)?.socket.channel_binding(string(kind, "kind")?)?;
            copy_out(&binding, buffer_mut(out, cap, "out")?)
        }
    })
}
