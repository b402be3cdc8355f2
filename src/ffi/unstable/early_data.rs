//! 0-RTT data.

use std::ffi::c_void;

use crate::engine::early_data::Status;
use crate::ffi::ctx::{self, rssl_ctx};
use crate::ffi::sock::{drive_count, rssl_sock, sock};
use crate::ffi::{buffer, buffer_mut, get, rssl_result};

/// What became of early data.
pub type rssl_x_early_data_state = i32;

/// Client: none was taken. Server: none was accepted, as far as is known.
pub const RSSL_X_EARLY_DATA_NONE: rssl_x_early_data_state = 0;
/// Client: some was taken, and the server has not answered yet.
pub const RSSL_X_EARLY_DATA_SENT: rssl_x_early_data_state = 1;
/// The server accepted it.
pub const RSSL_X_EARLY_DATA_ACCEPTED: rssl_x_early_data_state = 2;
/// Client: the server did not look at it. Send it again with rssl_write, if it still matters.
pub const RSSL_X_EARLY_DATA_REJECTED: rssl_x_early_data_state = 3;
const _: () = assert!(
    RSSL_X_EARLY_DATA_NONE == Status::None as i32
        && RSSL_X_EARLY_DATA_SENT == Status::Sent as i32
        && RSSL_X_EARLY_DATA_ACCEPTED == Status::Accepted as i32
        && RSSL_X_EARLY_DATA_REJECTED == Status::Rejected as i32
);

/// rssl_x_set_early_data lets clients send data before the handshake is done (0-RTT), when they resume
/// a TLS 1.3 session, and servers accept up to max bytes of it for a connection (at most 64 KiB); of a
/// client's context any max but 0 means yes. 0 turns it off: the default.
///
/// REPLAY: early data is weaker than all other data, and neither side can tell. Whoever recorded a
/// client's first flight can send it to the server again, and a client whose connection broke sends the
/// same request again without knowing what became of the first. A server of librssl hands out each
/// session once, so that a copy is not accepted where the original was; but one that arrives before the
/// original is, and so is one that reaches a second server if the session store does not remove what it
/// returns in one step for all of them. It is also not protected by the new handshake's keys: who steals
/// the session's secret later can read it. Hence: send and act on early data only where doing it twice
/// does no harm, such as a GET without side effects; never for payments, counters or logins.
///
/// A server with early data on keeps its sessions, in this process the last 256 or in the store of
/// rssl_ctx_set_session_store: it sends no self-contained tickets, and ticket keys have no effect. Under
/// RSSL_OPT_NO_TICKETS there is none. It must read early data by rssl_x_read_early: rssl_read and
/// rssl_peek return RSSL_ERR_STATE while some waits. RSSL_ERR_ARGUMENT: ctx is NULL, or max is over
/// 65536.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_set_early_data(ctx: *mut rssl_ctx, max: usize) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { ctx::set(ctx, |context| context.set_early_data(max)) }
}

/// rssl_x_write_early takes 0 to len bytes to be sent with the ClientHello, before the server has
/// proved anything: see REPLAY at rssl_x_set_early_data. It sends nothing by itself: rssl_handshake,
/// rssl_flush or the first rssl_read does, or rssl_drain. 0: no more can be early, because there is no
/// session to resume, the server allowed none, or as much as it allowed
/// was taken; what is left is for rssl_write. The first call makes the ClientHello: transport and
/// session cannot be set behind it. After the handshake see rssl_x_early_data_status: a
/// server may refuse early data and go on, and then nothing of it has arrived.
///
/// RSSL_ERR_STATE: s is a server's, its handshake is done, or the call comes from a callback of s.
/// RSSL_ERR_ARGUMENT: a NULL. After an error that ended the connection: the same again.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_write_early(
    s: *mut rssl_sock,
    buf: *const c_void,
    len: usize,
) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or readable for len bytes.
    unsafe { drive_count(s, |socket| socket.write_early(buffer(buf, len, "buf")?)) }
}

/// rssl_x_read_early takes the handshake as far as it must and returns early data: 1 to len bytes. The
/// client is then not known to be there now: see REPLAY at rssl_x_set_early_data. 0: there is none, or
/// no more, and the handshake is done; rssl_read has the rest. len must not be 0.
///
/// A WANT or an error as of rssl_handshake. RSSL_ERR_STATE: s is a client's, another thread is inside a
/// call on s, or the call comes from a callback of s. RSSL_ERR_ARGUMENT: a NULL, or len is 0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_read_early(
    s: *mut rssl_sock,
    buf: *mut c_void,
    len: usize,
) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or writable for len bytes.
    unsafe { drive_count(s, |socket| socket.read_early(buffer_mut(buf, len, "buf")?)) }
}

/// rssl_x_early_data_status returns what became of the early data of s: one of RSSL_X_EARLY_DATA_. Of a
/// client it is final when the handshake is done. RSSL_X_EARLY_DATA_NONE inside a callback of s, and if
/// s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_early_data_status(s: *const rssl_sock) -> rssl_x_early_data_state {
    get(RSSL_X_EARLY_DATA_NONE, || {
        // SAFETY: s is NULL or a live handle.
        let status = unsafe { sock(s) }.ok()?.socket.early_status()?;
        Some(status as rssl_x_early_data_state)
    })
}
