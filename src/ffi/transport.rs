//! The transports of a connection: descriptors, the caller's functions, memory.

use std::ffi::c_void;
use std::sync::Arc;

use super::io::{CallerIo, rssl_io};
use super::sock::{drive_count, drive_result, rssl_sock, sock};
use super::{buffer, buffer_mut, result, rssl_result};

/// A connected descriptor.
pub type rssl_fd = std::ffi::c_int;

/// rssl_sock_set_fd uses a connected descriptor as transport (STARTTLS: after the plain-text
/// exchange). Borrowed, never closed. Whether calls block is the descriptor's own choice: librssl
/// never changes O_NONBLOCK, and a timeout set with SO_RCVTIMEO or SO_SNDTIMEO comes back as a WANT.
/// Writes do not raise SIGPIPE. RSSL_ERR_STATE: a transport is set already, input or output has
/// happened, or rssl_feed_eof was called. RSSL_ERR_ARGUMENT: fd is not open, or s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_fd(s: *mut rssl_sock, fd: rssl_fd) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    result(|| unsafe { sock(s) }?.socket.set_descriptors(fd, fd))
}

/// rssl_sock_set_fds is rssl_sock_set_fd with one descriptor to read from and one to write to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_fds(
    s: *mut rssl_sock,
    rfd: rssl_fd,
    wfd: rssl_fd,
) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    result(|| unsafe { sock(s) }?.socket.set_descriptors(rfd, wfd))
}

/// rssl_sock_set_io uses your functions as transport. *io is copied. io->drop is called when s no
/// longer needs io->user; not when this call fails. RSSL_ERR_STATE: a transport is set already,
/// input or output has happened, or rssl_feed_eof was called. RSSL_ERR_ARGUMENT: a NULL, or a size
/// that cannot be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_io(s: *mut rssl_sock, io: *const rssl_io) -> rssl_result {
    result(|| {
        // SAFETY: s is NULL or a live handle, io NULL or as its size says.
        let (sock, functions) = unsafe { (sock(s)?, Arc::new(CallerIo::new(io)?)) };
        let set = sock.socket.set_functions(Box::new(functions.clone()));
        if set.is_err() {
            functions.release();
        }
        set
    })
}

/// rssl_feed hands over len bytes of received ciphertext and returns how much it took: all, unless
/// 64 KiB are waiting unread; then less, or 0. It only stores; rssl_handshake, rssl_read and
/// rssl_write work. On another transport than memory it is allowed before the first input or output:
/// bytes that you have read already (STARTTLS, PROXY protocol); later it is RSSL_ERR_STATE, as it is
/// after rssl_feed_eof. RSSL_ERR_ARGUMENT: a NULL.
///
/// On memory, RSSL_WANT_READ says feed and RSSL_WANT_WRITE says drain; drain after every call, errors
/// and shutdown included, before you wait. While a hello is pending rssl_feed goes on to store, and
/// there is nothing to drain.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_feed(s: *mut rssl_sock, data: *const c_void, len: usize) -> isize {
    // SAFETY: s is NULL or a live handle, data NULL or readable for len bytes.
    unsafe { drive_count(s, |socket| Ok(socket.feed(buffer(data, len, "data")?)?)) }
}

/// rssl_feed_eof says that the peer's stream ended; feeding after it is RSSL_ERR_STATE, as is setting
/// another transport, and as is this call on another transport than memory. RSSL_ERR_ARGUMENT: s is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_feed_eof(s: *mut rssl_sock) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, |socket| Ok(socket.feed_eof()?)) }
}

/// rssl_drain moves ciphertext to send to buf and returns how much, 0 when there is none.
/// RSSL_ERR_STATE: s has another transport than memory. RSSL_ERR_ARGUMENT: a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_drain(s: *mut rssl_sock, buf: *mut c_void, cap: usize) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or writable for cap bytes.
    unsafe { drive_count(s, |socket| Ok(socket.drain(buffer_mut(buf, cap, "buf")?)?)) }
}

/// rssl_drain_pending returns how many bytes rssl_drain has now; 0 on another transport than memory,
/// or if s is NULL or the call comes from one of its callbacks. Queued plaintext becomes ciphertext as
/// it is drained. Of a client that has not begun it makes the ClientHello, which is first output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_drain_pending(s: *const rssl_sock) -> usize {
    if s.is_null() {
        return 0;
    }
    // SAFETY: a live handle.
    let pending = unsafe { drive_count(s.cast_mut(), |socket| Ok(socket.drain_pending())) };
    usize::try_from(pending).unwrap_or(0)
}
