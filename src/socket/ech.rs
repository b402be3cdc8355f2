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
        let shown = self.kept.get().and_then(|kept| kept.ech_retry.get());
        if let Some(configs) = shown {
            return Some(configs);
        }
        let core = self.core_for_getter()?;
        match core.engine.ech_retry_configs() {
            [] => None,
            configs => Some(self.kept().ech_retry.get_or_init(|| configs.into())),
        }
    }
}
