//! The name that a server must prove, where it is not the one that the connection is for.

use std::sync::atomic::Ordering;

use super::{Role, Socket};
use crate::error::{Error, Result};
use crate::trust::PeerName;

impl Socket {
    /// Checks the certificate for `name`; SNI stays, and nothing is resumed.
    /// [`crate::error::Code::State`] on a server, after the first input or output, and where
    /// certificates are not verified; [`crate::error::Code::Argument`] for what is no name.
    pub fn set_verify_name(&self, name: &str) -> Result<()> {
        let name = PeerName::parse(name)?;
        if self.role == Role::Server {
            return Err(Error::state("a server's peer has no name to check"));
        }
        if !self.verifies_peer.load(Ordering::Relaxed) {
            return Err(Error::state(
                "certificates are not verified, and hence no name in them",
            ));
        }
        if self.started.load(Ordering::Relaxed) {
            return Err(Error::state("the handshake has begun"));
        }
        self.core().engine.verify_name(name)
    }
}
