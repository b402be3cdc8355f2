//! What became of an Encrypted ClientHello.

use super::Socket;
use crate::engine::ech::Status;

impl Socket {
    /// `None` inside a callback of this socket.
    pub fn ech_status(&self) -> Option<Status> {
        Some(self.core_for_getter()?.engine.ech_status())
    }

    /// What came with a refusal, if it did.
    pub fn ech_retry_configs(&self) -> Option<&[u8]> {
        if self.ech_retry.get().is_none() {
            let core = self.core_for_getter()?;
            match core.engine.ech_retry_configs() {
                [] => return None,
                // A second thread that gets here brings the same.
                configs => drop(self.ech_retry.set(configs.into())),
            }
        }
        self.ech_retry.get().map(Box::as_ref)
    }
}
