//! Encrypted ClientHello, of clients.

use super::Context;
use crate::engine::ech::Ech;
use crate::error::{Error, Result};

impl Context {
    /// The server's ECHConfigList; empty: none.
    pub fn set_ech_configs(&self, list: &[u8]) -> Result<()> {
        self.change_ech(|ech| ech.set_configs(list))
    }

    /// Whether to send the extension with random contents where nothing is configured.
    pub fn set_ech_grease(&self, on: bool) -> Result<()> {
        self.change_ech(|ech| ech.set_grease(on))
    }

    fn change_ech(&self, change: impl FnOnce(&mut Ech) -> Result<()>) -> Result<()> {
        if !self.roles().client {
            return Err(Error::state(
                "a server's context sends no ClientHello to encrypt",
            ));
        }
        self.change(|settings| {
            change(&mut settings.protocol.ech)?;
            settings.protocol.usable_versions().map(drop)
        })
    }
}
