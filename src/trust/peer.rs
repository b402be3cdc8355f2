//! What a peer showed of itself, where callbacks and getters find it.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use rustls::SignatureScheme;
use rustls_pki_types::CertificateDer;

use super::{Verdict, raw_key};
use crate::observed::{self, Heard};
use crate::x509::Certificate;

/// The certificates of a peer and what goes with them.
#[derive(Debug, Default, PartialEq)]
pub struct PeerChain {
    /// As the peer sent them, leaf first. Empty if it showed a key alone.
    pub sent: Vec<Arc<Certificate>>,
    /// The path that was built, the certificate in the store last; empty when none was.
    pub path: Vec<Arc<Certificate>>,
    /// The SubjectPublicKeyInfo shown in place of a certificate.
    pub raw_key: Option<Box<[u8]>>,
    /// The OCSP response stapled to the leaf, unchecked; empty if none.
    pub ocsp: Box<[u8]>,
}

impl PeerChain {
    fn shows(&self, sent: &[CertificateDer<'static>]) -> bool {
        match &self.raw_key {
            Some(key) => matches!(sent, [only] if only.as_ref() == &key[..]),
            None => self.sent.iter().map(|one| one.der()).eq(sent),
        }
    }

    fn resumed(sent: &[CertificateDer<'static>]) -> PeerChain {
        if let [key] = sent
            && raw_key::is_key(key)
        {
            return PeerChain::of_key(key);
        }
        PeerChain {
            sent: sent.iter().cloned().map(shared).collect(),
            ..PeerChain::default()
        }
    }

    pub(super) fn of_key(spki: &[u8]) -> PeerChain {
        PeerChain {
            raw_key: Some(spki.into()),
            ..PeerChain::default()
        }
    }

    /// What a peer shows that shows nothing; the same for all of them.
    pub fn nobody() -> Arc<PeerChain> {
        static NOBODY: LazyLock<Arc<PeerChain>> = LazyLock::new(Arc::default);
        NOBODY.clone()
    }

    /// Whether the peer showed nothing.
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.raw_key.is_none()
    }
}

/// The form in which certificates go to the program.
pub(super) fn shared(der: CertificateDer<'static>) -> Arc<Certificate> {
    Arc::new(Certificate::deferred(der))
}

/// The peer of the resumed handshake before: connections that resume sessions of one server share what
/// it showed.
#[derive(Debug, Default)]
pub struct ResumedPeer(Mutex<Option<Arc<PeerChain>>>);

impl ResumedPeer {
    /// Of certificates that nobody looks at in this handshake.
    pub fn share(&self, sent: &[CertificateDer<'static>]) -> Arc<PeerChain> {
        if sent.is_empty() {
            return PeerChain::nobody();
        }
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = &*latest
            && latest.shows(sent)
        {
            return latest.clone();
        }
        latest.insert(Arc::new(PeerChain::resumed(sent))).clone()
    }
}

/// The peer that was shown last, while a connection holds on to it: connections to one server share
/// what it shows.
#[derive(Debug, Default)]
pub(super) struct LatestPeer(Mutex<Weak<PeerChain>>);

impl LatestPeer {
    /// `chain`, or the latest one if that holds the same bytes.
    pub(super) fn share(&self, chain: PeerChain) -> Arc<PeerChain> {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = latest.upgrade()
            && *latest == chain
        {
            return latest;
        }
        let chain = Arc::new(chain);
        *latest = Arc::downgrade(&chain);
        chain
    }
}

/// What verifiers left behind since an `observe` began.
#[derive(Debug, Default)]
pub struct Observed {
    /// The last verdict.
    pub verdict: Option<Verdict>,
    pub peer: Option<Arc<PeerChain>>,
    /// The scheme of the peer's handshake signature.
    pub scheme: Option<SignatureScheme>,
}

thread_local! {
    static OBSERVED: Heard<Observed> = const { RefCell::new(None) };
}

/// Runs `body` and returns with its result what verifiers deposited inside it on this thread. The
/// engine flattens a verifier's error; the verdict goes around it. Calls nest.
pub fn observe<R>(body: impl FnOnce() -> R) -> (R, Observed) {
    observed::observe(&OBSERVED, Observed::default(), body)
}

/// The peer that the innermost `observe` of this thread is about, from the moment of its
/// verification.
pub fn observed_peer() -> Option<Arc<PeerChain>> {
    observed::innermost(&OBSERVED, |observed| observed.peer.clone())?
}

/// Leaves a verdict for the innermost `observe`, if there is one.
pub(super) fn deposit(verdict: Verdict) {
    observed::innermost(&OBSERVED, |observed| observed.verdict = Some(verdict));
}

/// Leaves what the peer showed for the innermost `observe`, if there is one.
pub(super) fn deposit_peer(peer: Arc<PeerChain>) {
    observed::innermost(&OBSERVED, |observed| observed.peer = Some(peer));
}

/// Leaves the scheme of a handshake signature for the innermost `observe`, if there is one.
pub(super) fn deposit_scheme(scheme: SignatureScheme) {
    observed::innermost(&OBSERVED, |observed| observed.scheme = Some(scheme));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(verify: i32) -> Verdict {
        Verdict::refused(verify, Some(0), "facts")
    }

    #[test]
    fn connections_share_the_same_bytes_and_no_others() {
        let showing = |key: u8| PeerChain::of_key(&[key]);
        let latest = LatestPeer::default();
        let first = latest.share(showing(1));
        assert!(Arc::ptr_eq(&first, &latest.share(showing(1))));
        let stapled = PeerChain {
            ocsp: Box::new([1]),
            ..showing(1)
        };
        assert!(!Arc::ptr_eq(&first, &latest.share(stapled)));
        let other = latest.share(showing(2));
        assert_eq!(other.raw_key.as_deref(), Some(&[2][..]));
        drop(other);
        assert!(latest.0.lock().unwrap().upgrade().is_none());
    }

    #[test]
    fn resumed_connections_share_the_same_bytes_and_no_others() {
        let certificate = |byte| CertificateDer::from(vec![0x30, 0x03, 0x30, 0x01, byte]);
        let resumed = ResumedPeer::default();
        let first = resumed.share(&[certificate(1), certificate(2)]);
        assert_eq!(first.sent.len(), 2);
        let same = resumed.share(&[certificate(1), certificate(2)]);
        assert!(Arc::ptr_eq(&first, &same));
        for other in [&[certificate(1)][..], &[certificate(1), certificate(3)]] {
            assert!(!Arc::ptr_eq(&first, &resumed.share(other)));
        }
        assert!(resumed.share(&[]).is_empty());
    }

    #[test]
    fn a_peer_is_known_where_it_is_observed() {
        let (inner, outer) = observe(|| {
            deposit(refused(10));
            deposit_peer(Arc::default());
            let ((), inner) = observe(|| {
                assert!(observed_peer().is_none());
                deposit(refused(20));
            });
            assert!(observed_peer().is_some());
            inner
        });
        assert_eq!(inner.verdict.map(|verdict| verdict.verify()), Some(20));
        assert_eq!(outer.verdict.map(|verdict| verdict.verify()), Some(10));
        assert!(inner.peer.is_none() && outer.peer.is_some());
        let ((), none) = observe(|| ());
        assert!(none.verdict.is_none() && observed_peer().is_none());
    }
}
