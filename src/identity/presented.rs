//! Which identity was chosen inside the engine, which keeps it to itself.

use std::cell::RefCell;
use std::sync::Arc;

use rustls::sign::CertifiedKey;

use super::Identity;

type Chosen = Option<Arc<Identity>>;

thread_local! {
    /// `None`: nobody observes. Otherwise the last choice since the innermost `observe`.
    static OBSERVED: RefCell<Option<Chosen>> = const { RefCell::new(None) };
}

/// Puts back what an enclosing `observe` had, on unwinding too.
struct Enclosing(Option<Chosen>);

impl Drop for Enclosing {
    fn drop(&mut self) {
        OBSERVED.set(self.0.take());
    }
}

/// Runs `body` and returns with its result the identity that was chosen last inside it on this
/// thread, for the peer to see. Calls nest.
pub fn observe<R>(body: impl FnOnce() -> R) -> (R, Chosen) {
    let enclosing = Enclosing(OBSERVED.replace(Some(None)));
    let result = body();
    let chosen = OBSERVED.take().flatten();
    drop(enclosing);
    (result, chosen)
}

/// Gives the engine what was chosen, and tells the innermost `observe`, if there is one.
pub(super) fn present(identity: &Arc<Identity>) -> Arc<CertifiedKey> {
    OBSERVED.with_borrow_mut(|observed| {
        if let Some(last) = observed {
            *last = Some(identity.clone());
        }
    });
    identity.certified_key().clone()
}
