//! Which identity was chosen inside the engine, which keeps it to itself.

use std::cell::RefCell;
use std::sync::Arc;

use rustls::sign::CertifiedKey;

use super::Identity;
use crate::observed::{self, Heard};

type Chosen = Option<Arc<Identity>>;

thread_local! {
    static CHOSEN: Heard<Chosen> = const { RefCell::new(None) };
}

/// Runs `body` and returns with its result the identity that was chosen last inside it on this
/// thread, for the peer to see. Calls nest.
pub fn observe<R>(body: impl FnOnce() -> R) -> (R, Chosen) {
    observed::observe(&CHOSEN, None, body)
}

/// Gives the engine what was chosen, and tells the innermost `observe`, if there is one.
pub(super) fn present(identity: &Arc<Identity>) -> Arc<CertifiedKey> {
    observed::innermost(&CHOSEN, |last| *last = Some(identity.clone()));
    identity.certified_key().clone()
}
