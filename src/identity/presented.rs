//! Which identity was chosen inside the engine, which keeps it to itself.

use std::sync::Arc;

use rustls::sign::CertifiedKey;

use super::Identity;
use crate::observed::{self, Slot};

thread_local! {
    static CHOSEN: Slot<Arc<Identity>> = const { Slot::new() };
}

/// Runs `body` and returns with its result the identity that was chosen last inside it on this
/// thread, for the peer to see. Calls nest.
pub fn observe<R>(body: impl FnOnce() -> R) -> (R, Option<Arc<Identity>>) {
    observed::observe(&CHOSEN, body)
}

/// Gives the engine what was chosen, and tells the innermost `observe`, if there is one.
pub(super) fn present(identity: &Arc<Identity>) -> Arc<CertifiedKey> {
    observed::tell(&CHOSEN, identity.clone());
    identity.certified_key().clone()
}
