//! With which scheme the peer signed its handshake, which the engine keeps to itself.

use rustls::SignatureScheme;

use crate::observed::{self, Slot};

thread_local! {
    static SCHEME: Slot<SignatureScheme> = const { Slot::new() };
}

/// Runs `body` and returns with its result the scheme of the handshake signature that was verified
/// inside it on this thread. Calls nest.
pub fn observe_scheme<R>(body: impl FnOnce() -> R) -> (R, Option<SignatureScheme>) {
    observed::observe(&SCHEME, body)
}

/// Tells the innermost [`observe_scheme`], if there is one.
pub(super) fn signed_with(scheme: SignatureScheme) {
    observed::tell(&SCHEME, scheme);
}
