//! `rssl_io`: a transport made of the caller's functions.

use std::ffi::c_void;
use std::io;

use super::drop_user::{DropUser, rssl_drop_cb};
use super::results::{RSSL_WANT_READ, RSSL_WANT_WRITE};
use crate::error::{Error, Result};
use crate::transport::{Direction, Functions, Obstacle, Transfer};

/// A transport made of your functions.
///
/// They return a count, 0 for end of stream (read only), RSSL_WANT_READ or RSSL_WANT_WRITE if it
/// would block, or RSSL_IO_ERROR(errno). read is never asked for more than the current record still
/// lacks (5 bytes of header, then its body), so that a transport whose reads wait until len bytes
/// are there works, and nothing behind the peer's close_notify is consumed. A size smaller than
/// version 0.1's is RSSL_ERR_ARGUMENT; members that this library does not know must be zero.
#[repr(C)]
pub struct rssl_io {
    /// sizeof(rssl_io): lets later versions add members.
    pub size: usize,
    /// Passed to the functions.
    pub user: *mut c_void,
    /// Reads up to len bytes into buf.
    pub read:
        Option<unsafe extern "C" fn(user: *mut c_void, buf: *mut c_void, len: usize) -> isize>,
    /// Writes up to len bytes from buf.
    pub write:
        Option<unsafe extern "C" fn(user: *mut c_void, buf: *const c_void, len: usize) -> isize>,
    /// Gives user back; or NULL.
    pub drop: rssl_drop_cb,
}

/// RSSL_IO_ERROR(0), from which errno counts down.
const IO_ERROR: isize = -0x1_0000;

/// The functions of an `rssl_io`, checked.
pub(super) struct CallerIo {
    read: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> isize,
    write: unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> isize,
    user: DropUser,
}

impl CallerIo {
    /// Checks `io` without taking charge of its `user`, which [`CallerIo::keep`] does.
    ///
    /// # Safety
    /// `io` is NULL or points to `size` readable bytes that begin like an `rssl_io`.
    pub(super) unsafe fn new(io: *const rssl_io) -> Result<CallerIo> {
        // SAFETY: by this function's contract.
        let io = unsafe { super::sized(io, "io") }?;
        Ok(CallerIo {
            read: io.read.ok_or_else(|| Error::argument("io->read is NULL"))?,
            write: io
                .write
                .ok_or_else(|| Error::argument("io->write is NULL"))?,
            user: DropUser::new(io.user, io.drop),
        })
    }

    /// For the case that the transport is not taken: `user` stays the caller's.
    pub(super) fn release(&self) {
        self.user.release();
    }
}

impl Functions for std::sync::Arc<CallerIo> {
    fn read(&self, buf: &mut [u8]) -> Transfer {
        // SAFETY: `buf` is writable for its length; `user` is what the caller gave for it.
        let n = unsafe { (self.read)(self.user.get(), buf.as_mut_ptr().cast(), buf.len()) };
        outcome(n, buf.len(), Direction::Read)
    }

    fn write(&self, data: &[u8]) -> Transfer {
        // SAFETY: `data` is readable for its length; `user` is what the caller gave for it.
        let n = unsafe { (self.write)(self.user.get(), data.as_ptr().cast(), data.len()) };
        outcome(n, data.len(), Direction::Write)
    }
}

/// What a caller's function returned for `len` bytes. What it must not return is an I/O error.
fn outcome(n: isize, len: usize, direction: Direction) -> Transfer {
    match usize::try_from(n) {
        Ok(n) if n <= len => return Ok(n),
        Ok(_) => return Err(Obstacle::Failed(io::ErrorKind::InvalidInput.into())),
        Err(_) => {}
    }
    if n == RSSL_WANT_READ as isize {
        return Err(Obstacle::WouldBlock(Direction::Read));
    }
    if n == RSSL_WANT_WRITE as isize {
        return Err(Obstacle::WouldBlock(Direction::Write));
    }
    let errno = n
        .checked_sub(IO_ERROR)
        .and_then(isize::checked_neg)
        .and_then(|errno| i32::try_from(errno).ok())
        .filter(|&errno| errno > 0);
    // A function that passes on errno as it is must not end the connection for nothing.
    Err(match errno {
        Some(libc::EINTR) => Obstacle::Interrupted,
        Some(errno) if errno == libc::EAGAIN || errno == libc::EWOULDBLOCK => {
            Obstacle::WouldBlock(direction)
        }
        Some(errno) => Obstacle::Failed(io::Error::from_raw_os_error(errno)),
        None => Obstacle::Failed(io::Error::other(format!(
            "the transport's function returned {n}"
        ))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(errno: i32) -> Obstacle {
        outcome(IO_ERROR - errno as isize, 10, Direction::Write).unwrap_err()
    }

    #[test]
    fn an_errno_that_passes_does_not_end_the_connection() {
        assert!(matches!(error(libc::EINTR), Obstacle::Interrupted));
        let waits = error(libc::EAGAIN);
        assert!(matches!(waits, Obstacle::WouldBlock(Direction::Write)));
        let Obstacle::Failed(failed) = error(libc::ECONNRESET) else {
            panic!("a reset is a failure");
        };
        assert_eq!(failed.raw_os_error(), Some(libc::ECONNRESET));
    }

    #[test]
    fn what_no_function_may_return_is_a_failure() {
        for n in [11, -1, isize::MIN] {
            let outcome = outcome(n, 10, Direction::Read);
            assert!(matches!(outcome, Err(Obstacle::Failed(_))), "{n}");
        }
    }
}
