//! The `user` pointer of a callback, and the function that gives it back.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use super::results::{RSSL_OK, rssl_result};

/// Gives user back: called once, when no context or socket can use it any more, from any thread; not
/// when the call that takes it fails.
pub type rssl_drop_cb = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// A `user` pointer that is given back when this is dropped.
pub(super) struct DropUser {
    user: *mut c_void,
    drop: rssl_drop_cb,
    released: AtomicBool,
}

// SAFETY: the caller promises, in the header, that a callback's `user` may be used, and given back,
// on any thread.
unsafe impl Send for DropUser {}
// SAFETY: as above; this type itself only reads the pointer.
unsafe impl Sync for DropUser {}

impl DropUser {
    pub(super) fn new(user: *mut c_void, drop: rssl_drop_cb) -> Self {
        DropUser {
            user,
            drop,
            released: AtomicBool::new(false),
        }
    }

    pub(super) fn get(&self) -> *mut c_void {
        self.user
    }

    /// Passes on the result of the call that took this: when it failed, `user` stays the caller's.
    pub(super) fn taken(&self, result: rssl_result) -> rssl_result {
        if result != RSSL_OK {
            self.release();
        }
        result
    }

    /// Leaves `user` to the caller after all.
    pub(super) fn release(&self) {
        self.released.store(true, Ordering::Relaxed);
    }
}

impl Drop for DropUser {
    fn drop(&mut self) {
        if let (Some(give_back), false) = (self.drop, *self.released.get_mut()) {
            // SAFETY: called once, with the pointer that the caller gave together with it.
            unsafe { give_back(self.user) };
        }
    }
}
