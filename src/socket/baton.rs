//! What only one thread at a time may hold, and none waits for. It guards no data, and what a panic
//! leaves behind is the connection's to end.

use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Default)]
pub struct Baton(AtomicBool);

/// The baton, for as long as this lives.
pub struct Held<'a>(&'a Baton);

impl Baton {
    #[inline]
    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// `None` while somebody holds it. `lock` is the one under which everybody takes it, which saves
    /// an exchange of its own.
    #[inline]
    pub fn take<T>(&self, _lock: &MutexGuard<'_, T>) -> Option<Held<'_>> {
        if self.is_held() {
            return None;
        }
        self.0.store(true, Ordering::Relaxed);
        Some(Held(self))
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
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn one_holds_it_until_it_is_given_back_on_unwinding_too() {
        let (baton, lock) = (Baton::default(), Mutex::new(()));
        let take = || baton.take(&lock.lock().unwrap());
        let held = take();
        assert!(held.is_some() && baton.is_held() && take().is_none());
        drop(held);
        let panic = std::panic::catch_unwind(|| {
            let _held = take();
            panic!("on purpose");
        });
        assert!(panic.is_err() && !baton.is_held() && take().is_some());
    }
}
