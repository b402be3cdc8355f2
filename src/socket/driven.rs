//! Which sockets the calling thread is inside of, so that a callback that calls back into its
//! own socket gets an error and not a deadlock.

use std::cell::{Cell, RefCell};
use std::ptr;

use super::Socket;
use crate::error::{Error, Result};
use crate::logging::{self, Hold};

thread_local! {
    /// Most calls are inside of no other: this has no destructor to ask for.
    static OUTERMOST: Cell<*const Socket> = const { Cell::new(ptr::null()) };
    /// Those inside of the outermost, which are calls of its callbacks.
    static INNER: RefCell<Vec<*const Socket>> = const { RefCell::new(Vec::new()) };
}

/// A call on a socket in progress.
pub struct Driven {
    socket: *const Socket,
    is_outermost: bool,
    hold: Option<Hold>,
}

/// Marks `socket` as driven by this thread; [`crate::error::Code::State`] if it is already.
#[inline]
pub fn enter(socket: &Socket) -> Result<Driven> {
    let is_outermost = OUTERMOST.get().is_null();
    if is_outermost {
        OUTERMOST.set(socket);
    } else {
        enter_within(socket)?;
    }
    Ok(Driven {
        socket,
        is_outermost,
        hold: Some(logging::hold()),
    })
}

#[cold]
fn enter_within(socket: &Socket) -> Result<()> {
    if is_driven(socket) {
        return Err(Error::state(
            "called from a callback of the same connection",
        ));
    }
    // While the thread ends, and in atexit's functions, the list may be gone: calls are still good.
    let _ = INNER.try_with(|inner| inner.borrow_mut().push(socket));
    Ok(())
}

/// Whether this thread is inside a call on `socket`.
pub fn is_driven(socket: *const Socket) -> bool {
    let is_inner = || {
        INNER
            .try_with(|inner| inner.borrow().contains(&socket))
            .unwrap_or(false)
    };
    match OUTERMOST.get() {
        outermost if outermost.is_null() => false,
        outermost => outermost == socket || is_inner(),
    }
}

/// Whether `socket` is the one that this thread has entered last.
pub fn is_innermost(socket: *const Socket) -> bool {
    let innermost = INNER.try_with(|inner| inner.borrow().last().copied());
    let innermost = innermost.ok().flatten();
    innermost.unwrap_or_else(|| OUTERMOST.get()) == socket
}

impl Drop for Driven {
    #[inline]
    fn drop(&mut self) {
        // A sink that frees the socket is still inside the call.
        self.hold = None;
        if self.is_outermost {
            OUTERMOST.set(ptr::null());
            return;
        }
        leave(self.socket);
    }
}

#[cold]
fn leave(socket: *const Socket) {
    let _ = INNER.try_with(|inner| {
        let mut inner = inner.borrow_mut();
        // Calls end in the reverse of their order, on unwinding too.
        debug_assert_eq!(inner.last(), Some(&socket));
        inner.pop();
    });
}
