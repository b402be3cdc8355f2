//! Which sockets the calling thread is inside of, so that a callback that calls back into its
//! own socket gets an error and not a deadlock.

use std::cell::RefCell;

use super::Socket;
use crate::error::{Error, Result};
use crate::logging::{self, Hold};

thread_local! {
    static DRIVEN: RefCell<Vec<*const Socket>> = const { RefCell::new(Vec::new()) };
}

/// A call on a socket in progress.
pub struct Driven {
    socket: *const Socket,
    hold: Option<Hold>,
}

/// Marks `socket` as driven by this thread; [`crate::error::Code::State`] if it is already.
pub fn enter(socket: &Socket) -> Result<Driven> {
    if is_driven(socket) {
        return Err(Error::state(
            "called from a callback of the same connection",
        ));
    }
    // While the thread ends, and in atexit's functions, the list may be gone: calls are still good.
    let _ = DRIVEN.try_with(|driven| driven.borrow_mut().push(socket));
    Ok(Driven {
        socket,
        hold: Some(logging::hold()),
    })
}

/// Whether this thread is inside a call on `socket`.
pub fn is_driven(socket: *const Socket) -> bool {
    DRIVEN
        .try_with(|driven| driven.borrow().contains(&socket))
        .unwrap_or(false)
}

/// Whether `socket` is the one that this thread has entered last.
pub fn is_innermost(socket: *const Socket) -> bool {
    DRIVEN
        .try_with(|driven| driven.borrow().last() == Some(&socket))
        .unwrap_or(false)
}

impl Drop for Driven {
    fn drop(&mut self) {
        // A sink that frees the socket is still inside the call.
        self.hold = None;
        let _ = DRIVEN.try_with(|driven| {
            let mut driven = driven.borrow_mut();
            // Calls end in the reverse of their order, on unwinding too.
            debug_assert_eq!(driven.last(), Some(&self.socket));
            driven.pop();
        });
    }
}
