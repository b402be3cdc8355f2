//! What is known of the peer: in the verify callback what is being verified, after the handshake
//! what it led to.

use std::sync::{Arc, TryLockError};

use super::{Socket, driven};
use crate::trust::{PeerChain, observed_peer};
use crate::x509::Certificate;

impl Socket {
    /// `None` before there is something to show.
    fn peer(&self) -> Option<Arc<PeerChain>> {
        match self.agreed() {
            Some(agreed) => Some(agreed.peer.clone()),
            None if self.engine_calls() => observed_peer(),
            None => None,
        }
    }

    /// Whether the engine of this very connection runs the callback that asks. While the transport
    /// runs one, what is observed on this thread is another connection's.
    fn engine_calls(&self) -> bool {
        driven::is_innermost(self) && matches!(self.core.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Certificate `i` of the chain that the peer sent; 0 is the leaf.
    pub fn peer_certificate(&self, i: usize) -> Option<Arc<Certificate>> {
        self.peer()?.sent.get(i).cloned()
    }

    /// Certificate `i` of the path that was built; 0 is the leaf.
    pub fn verified_certificate(&self, i: usize) -> Option<Arc<Certificate>> {
        self.peer()?.path.get(i).cloned()
    }

    /// The OCSP response that the peer stapled, unchecked.
    pub fn ocsp(&self) -> Option<&[u8]> {
        let shown = self.kept.get().and_then(|kept| kept.ocsp.get());
        if let Some(ocsp) = shown {
            return Some(ocsp);
        }
        let peer = self.peer()?;
        if peer.ocsp.is_empty() {
            return None;
        }
        Some(self.kept().ocsp.get_or_init(|| peer.ocsp.clone()))
    }
}
