//! What only one thread at a time may hold, and none waits for. It guards no data, and what a panic
//! leaves behind is the connection's to end.

use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Default)]
pub struct Baton(AtomicBool);

/// The baton, for as long as this lives.
pub struct Held<'a>(&'a Baton);

impl Baton {
    /// `None` while somebody holds it.
    #[inline]
    pub fn take(&self) -> Option<Held<'_>> {
        let taken = self
            .0
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed);
        taken.is_ok().then_some(Held(self))
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_until_it_is_given_back_on_unwinding_too() {
        let baton = Baton::default();
        let held = baton.take();
        assert!(held.is_some() && baton.take().is_none());
        drop(held);
        let panic = std::panic::catch_unwind(|| {
            let _held = baton.take();
            panic!("on purpose");
        });
        assert!(panic.is_err() && baton.take().is_some());
    }
}
