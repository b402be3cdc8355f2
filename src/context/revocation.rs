//! Revocation lists of a context.

use std::path::Path;

use super::Context;
use crate::error::Result;
use crate::trust::Crls;

impl Context {
    /// Adds lists: `add` fills a set of its own, without the lock.
    fn add_crls(&self, add: impl FnOnce(&mut Crls) -> Result<()>) -> Result<()> {
        let mut added = Crls::default();
        add(&mut added)?;
        self.change_trust(|settings| {
            settings.policy.revocation.crls.add_all(&added);
            Ok(())
        })
    }

    pub fn load_crl_file(&self, path: &Path) -> Result<()> {
        self.add_crls(|crls| crls.add_file(path))
    }

    pub fn load_crl_mem(&self, data: &[u8]) -> Result<()> {
        self.add_crls(|crls| crls.add_bytes(data))
    }

    /// The switches are `CrlSwitch` bits.
    pub fn set_crl_flags(&self, switches: u32) -> Result<()> {
        self.change_trust(|settings| settings.policy.revocation.set_switches(switches))
    }

    pub fn clear_crls(&self) -> Result<()> {
        self.change_trust(|settings| {
            settings.policy.revocation.crls = Crls::default();
            Ok(())
        })
    }
}
