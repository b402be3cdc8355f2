//! `rssl_session`: resumption by hand.

use std::ptr;
use std::sync::Arc;

use super::sock::{rssl_sock, sock};
use super::{get, handle, result, rssl_result};
use crate::session::ClientSession;

/// What a client needs to resume: in this process only, there is no byte form. Any number of threads
/// may use it at once.
// A pointer to it is an `Arc<ClientSession>` turned raw: this type only names it.
pub struct rssl_session {
    _opaque: [u8; 0],
}

/// rssl_sock_session_new returns a reference to the newest session that a client got from the server
/// on s, or NULL: none yet, or s is NULL or a server's. TLS 1.3 sessions come behind the handshake:
/// read first. Works whatever rssl_ctx_set_session_cache says, and takes the session out of the
/// context's memory, so that no other connection uses it up. Give it back with rssl_session_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_session_new(s: *const rssl_sock) -> *mut rssl_session {
    get(ptr::null_mut(), || {
        // SAFETY: s is NULL or a live handle.
        let session = unsafe { sock(s) }.ok()?.socket.session()?;
        Some(Arc::into_raw(session).cast_mut().cast())
    })
}

/// rssl_sock_set_session makes s resume session, if the server agrees; else there is a full
/// handshake. A TLS 1.3 session is used up by it. Again replaces what was set. RSSL_ERR_STATE: input
/// or output has happened on s, s is a server's, or the session is used up. RSSL_ERR_ARGUMENT: the
/// session is from another context, from an earlier state of its trust or identity or of a
/// connection to another name, or a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_session(
    s: *mut rssl_sock,
    session: *mut rssl_session,
) -> rssl_result {
    result(|| {
        // SAFETY: s is NULL or a live handle, session NULL or a live one.
        let (sock, session) = unsafe {
            let session = handle(session.cast_const().cast::<ClientSession>(), "session");
            (sock(s)?, session?)
        };
        sock.socket.set_session(session)
    })
}

/// rssl_session_ref takes one more reference to session and returns session; NULL for NULL. Give it
/// back with rssl_session_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_session_ref(session: *mut rssl_session) -> *mut rssl_session {
    if !session.is_null() {
        // SAFETY: a live handle, hence a pointer made by Arc::into_raw with a count of 1 or more.
        unsafe { Arc::increment_strong_count(session.cast_const().cast::<ClientSession>()) };
    }
    session
}

/// rssl_session_free gives back one reference. session may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_session_free(session: *mut rssl_session) {
    get((), || {
        if !session.is_null() {
            // SAFETY: the caller gives up a reference that Arc::into_raw or
            // increment_strong_count made.
            drop(unsafe { Arc::from_raw(session.cast_const().cast::<ClientSession>()) });
        }
        None
    });
}
