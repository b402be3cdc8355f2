//! What a connection agreed on with its peer, and what is known of it.

use std::ffi::c_char;
use std::ptr;

use super::bytes::rssl_bytes;
use super::cert::{self, rssl_cert};
use super::get;
use super::identity;
use super::results::RSSL_V_UNSPECIFIED;
use super::sock::{rssl_sock, sock};
use crate::socket::Agreed;

/// Reads a field of what was agreed, which is absent until the handshake is done.
///
/// # Safety
/// As for [`sock`].
unsafe fn agreed<T>(s: *const rssl_sock, absent: T, field: impl FnOnce(&Agreed) -> T) -> T {
    get(absent, || {
        // SAFETY: by this function's contract.
        Some(field(unsafe { sock(s) }.ok()?.socket.agreed()?))
    })
}

/// rssl_sock_is_connected returns whether the handshake is done; false if s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_is_connected(s: *const rssl_sock) -> bool {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, false, |_| true) }
}

/// rssl_sock_version returns the protocol version agreed, such as RSSL_TLS1_3; 0 until the handshake
/// is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_version(s: *const rssl_sock) -> u16 {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, 0, |agreed| agreed.agreement.version) }
}

/// rssl_sock_cipher returns the IANA number of the cipher agreed; 0 until the handshake is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_cipher(s: *const rssl_sock) -> u16 {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, 0, |agreed| agreed.agreement.cipher) }
}

/// rssl_sock_group returns the IANA number of the key exchange group; 0 until the handshake is done,
/// and when a resumed session needed none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_group(s: *const rssl_sock) -> u16 {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, 0, |agreed| agreed.agreement.group) }
}

/// rssl_sock_alpn returns the application protocol agreed; a NUL follows the bytes. Borrowed from s.
/// Absent: none was agreed, or the handshake is not done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_alpn(s: *const rssl_sock) -> rssl_bytes {
    // SAFETY: s is NULL or a live handle.
    unsafe {
        agreed(s, rssl_bytes::ABSENT, |agreed| match &agreed.alpn {
            Some(name) => rssl_bytes::from(&name[..name.len() - 1]),
            None => rssl_bytes::ABSENT,
        })
    }
}

/// rssl_sock_server_name returns the name that SNI carries: of a client, the one it was made for if
/// that is a DNS name and not RSSL_OPT_NO_SNI; of a server, the one that the client asked for.
/// Borrowed from s. NULL: none, or on a server the ClientHello has not come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_server_name(s: *const rssl_sock) -> *const c_char {
    get(ptr::null(), || {
        // SAFETY: s is NULL or a live handle.
        let name = unsafe { sock(s) }.ok()?.socket.server_name()?;
        Some(name.as_ptr())
    })
}

/// rssl_sock_resumed returns whether the handshake resumed an earlier session; false until it is
/// done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_resumed(s: *const rssl_sock) -> bool {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, false, |agreed| agreed.agreement.resumed) }
}

/// rssl_sock_verify_result returns the built-in verdict on the peer's certificate, an RSSL_V_ number;
/// after resumption that of the handshake it goes back to. RSSL_V_UNSPECIFIED when nothing was
/// verified: RSSL_CERT_NONE, no certificate, no handshake yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_verify_result(s: *const rssl_sock) -> i32 {
    // SAFETY: s is NULL or a live handle.
    unsafe {
        agreed(s, RSSL_V_UNSPECIFIED, |agreed| {
            agreed.verify.unwrap_or(RSSL_V_UNSPECIFIED)
        })
    }
}

/// rssl_sock_peer_signature returns the TLS SignatureScheme with which the peer signed this handshake.
/// 0: it signed nothing, because a session was resumed or, to a server, it showed no certificate; or
/// the handshake is not done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_peer_signature(s: *const rssl_sock) -> u16 {
    // SAFETY: s is NULL or a live handle.
    unsafe { agreed(s, 0, |agreed| agreed.agreement.peer_signature) }
}

/// A handshake with certificates.
pub const RSSL_HANDSHAKE_FULL: i32 = 1;
/// The same, and the server asked for another ClientHello first (HelloRetryRequest).
pub const RSSL_HANDSHAKE_RETRIED: i32 = 2;
/// An earlier session was resumed.
pub const RSSL_HANDSHAKE_RESUMED: i32 = 3;
/// The same, and the server asked for another ClientHello first.
pub const RSSL_HANDSHAKE_RESUMED_RETRIED: i32 = 4;

/// rssl_sock_handshake_kind returns how the handshake went: an RSSL_HANDSHAKE_ number; 0 until it is
/// done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_handshake_kind(s: *const rssl_sock) -> i32 {
    // SAFETY: s is NULL or a live handle.
    unsafe {
        agreed(s, 0, |agreed| {
            match (agreed.agreement.resumed, agreed.agreement.retried) {
                (false, false) => RSSL_HANDSHAKE_FULL,
                (false, true) => RSSL_HANDSHAKE_RETRIED,
                (true, false) => RSSL_HANDSHAKE_RESUMED,
                (true, true) => RSSL_HANDSHAKE_RESUMED_RETRIED,
            }
        })
    }
}

/// rssl_sock_traffic reads how many bytes were received from the transport and sent to it, TLS's own
/// included. rx and tx may be NULL. If s is NULL they become 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_traffic(s: *const rssl_sock, rx: *mut u64, tx: *mut u64) {
    get((), || {
        // SAFETY: s is NULL or a live handle.
        let (received, sent) = unsafe { sock(s) }.map_or((0, 0), |sock| sock.socket.traffic());
        // SAFETY: each is NULL or writable.
        unsafe {
            if let Some(rx) = rx.as_mut() {
                *rx = received;
            }
            if let Some(tx) = tx.as_mut() {
                *tx = sent;
            }
        }
        None
    });
}

/// rssl_sock_peer_cert_new returns a reference to certificate i of the chain that the peer sent, 0 is
/// the leaf, to be given back with rssl_cert_free. NULL: past the end, no certificate, the handshake
/// is not done and this is not the verify callback, or s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_peer_cert_new(s: *const rssl_sock, i: usize) -> *mut rssl_cert {
    get(ptr::null_mut(), || {
        // SAFETY: s is NULL or a live handle.
        let certificate = unsafe { sock(s) }.ok()?.socket.peer_certificate(i)?;
        Some(cert::into_handle(certificate))
    })
}

/// rssl_sock_verified_cert_new returns a reference to certificate i of the path that was built from
/// the leaf, 0, to the one in the trust store, which is last; to be given back with rssl_cert_free.
/// NULL: past the end, none was built (RSSL_CERT_NONE, a resumed session, a verdict other than
/// RSSL_V_OK), the handshake is not done and this is not the verify callback, or s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_verified_cert_new(
    s: *const rssl_sock,
    i: usize,
) -> *mut rssl_cert {
    get(ptr::null_mut(), || {
        // SAFETY: s is NULL or a live handle.
        let certificate = unsafe { sock(s) }.ok()?.socket.verified_certificate(i)?;
        Some(cert::into_handle(certificate))
    })
}

/// rssl_sock_ocsp returns the OCSP response that a server stapled to its certificate, DER, which
/// nobody has checked. Borrowed from s. Absent: none, a resumed session, the handshake is not done and
/// this is not the verify callback, or s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_ocsp(s: *const rssl_sock) -> rssl_bytes {
    get(rssl_bytes::ABSENT, || {
        // SAFETY: s is NULL or a live handle.
        let ocsp = unsafe { sock(s) }.ok()?.socket.ocsp()?;
        Some(rssl_bytes::from(ocsp))
    })
}

/// rssl_sock_own_cert_new returns a reference to certificate i of the chain that was sent to the peer,
/// 0 is the leaf, to be given back with rssl_cert_free. NULL: past the end, or nothing was sent: a
/// session was resumed, a client was not asked or had nothing to show, the handshake is not done, or
/// s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_own_cert_new(s: *const rssl_sock, i: usize) -> *mut rssl_cert {
    // SAFETY: s is NULL or a live handle.
    unsafe {
        agreed(s, ptr::null_mut(), |agreed| {
            let sent = agreed.agreement.presented.as_deref();
            sent.and_then(|sent| identity::certificate(sent, i))
                .unwrap_or(ptr::null_mut())
        })
    }
}
