//! The error that a callback of the program leaves for the call in which it runs: the engine
//! between the two passes on only that something failed.

use std::cell::RefCell;

use crate::error::{Code, Error};

thread_local! {
    static REFUSAL: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Says that a callback gave up, and why. The engine must fail because of it.
pub fn refuse(why: impl Into<String>) {
    let error = Error::new(Code::Callback, c"CALLBACK_FAILED", why);
    // While the thread ends it may be gone: then the engine's own words must do.
    let _ = REFUSAL.try_with(|refusal| refusal.replace(Some(error)));
}

/// What the last callback on this thread refused with, once.
pub fn refusal() -> Option<Error> {
    REFUSAL.try_with(RefCell::take).ok().flatten()
}
