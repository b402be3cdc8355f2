//! Sessions on their way out of this process: to the client as a ticket, or into a store.

use std::fmt;

use crate::crypto;
use crate::crypto::primitives::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use crate::crypto::primitives::hkdf::{HKDF_SHA256, Prk, Salt};

/// Bytes by which a sealed session is longer.
const TIME_LEN: usize = size_of::<u64>();

/// Keys for different purposes out of one secret.
pub(super) struct Secret(Prk);

impl Secret {
    pub fn new(secret: &[u8]) -> Self {
        Secret(Salt::new(HKDF_SHA256, &[]).extract(secret))
    }

    pub fn key(&self, purpose: &[&[u8]]) -> SealingKey {
        let key = self.0.expand(purpose, &AES_256_GCM);
        SealingKey(LessSafeKey::new(key.expect(WITHIN_BOUNDS).into()))
    }

    /// Tells nothing about the secret or its keys.
    pub fn identifier(&self, purpose: &[&[u8]]) -> [u8; 32] {
        let mut identifier = [0; 32];
        self.0
            .expand(purpose, HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut identifier))
            .expect(WITHIN_BOUNDS);
        identifier
    }
}

const WITHIN_BOUNDS: &str = "HKDF gives 32 bytes";

/// Seals sessions together with the time.
pub(super) struct SealingKey(LessSafeKey);

impl SealingKey {
    /// Opens only with the same `context`. `None` if there are no random numbers.
    pub fn seal(&self, context: &[u8], now: u64, session: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        crypto::random(&mut nonce).ok()?;
        let mut body = Vec::with_capacity(TIME_LEN + session.len() + AES_256_GCM.tag_len());
        body.extend(now.to_be_bytes());
        body.extend(session);
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut body,
            )
            .ok()?;
        Some([&nonce[..], &body].concat())
    }

    /// What was sealed with this key and `context` not longer than `lifetime` seconds ago.
    pub fn open(&self, context: &[u8], now: u64, lifetime: u32, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(context), &mut body)
            .ok()?;
        let (time, session) = opened.split_first_chunk()?;
        is_fresh(u64::from_be_bytes(*time), now, lifetime).then(|| session.to_vec())
    }
}

/// Whether what was made at `made` is still good. The clocks of a fleet differ a little, and a
/// clock that was set back must not make anything good for longer.
pub(super) fn is_fresh(made: u64, now: u64, lifetime: u32) -> bool {
    now.abs_diff(made) <= u64::from(lifetime)
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: u8, purpose: &[u8]) -> SealingKey {
        Secret::new(&[secret; 32]).key(&[purpose])
    }

    #[test]
    fn what_was_sealed_opens_under_the_same_key_and_context_only() {
        let sealed = key(1, b"a").seal(b"context", 1000, b"session").unwrap();
        let open = |key: SealingKey, context| key.open(context, 1000, 10, &sealed);
        assert_eq!(open(key(1, b"a"), b"context").unwrap(), b"session");
        assert!(open(key(2, b"a"), b"context").is_none());
        assert!(open(key(1, b"b"), b"context").is_none());
        assert!(open(key(1, b"a"), b"another").is_none());
    }

    #[test]
    fn what_was_changed_or_cut_does_not_open() {
        let key = key(1, b"a");
        let sealed = key.seal(b"", 0, b"session").unwrap();
        for len in 0..sealed.len() {
            assert!(key.open(b"", 0, 10, &sealed[..len]).is_none(), "{len}");
            let mut changed = sealed.clone();
            changed[len] ^= 1;
            assert!(key.open(b"", 0, 10, &changed).is_none(), "{len}");
        }
    }

    #[test]
    fn what_is_too_old_does_not_open() {
        let key = key(1, b"a");
        let sealed = key.seal(b"", 1000, b"session").unwrap();
        for (now, opens) in [(990, true), (1010, true), (1011, false), (989, false)] {
            assert_eq!(key.open(b"", now, 10, &sealed).is_some(), opens, "{now}");
        }
    }

    #[test]
    fn no_two_are_alike() {
        let key = key(1, b"a");
        let seal = || key.seal(b"", 0, b"session").unwrap();
        assert_ne!(seal(), seal());
    }
}
