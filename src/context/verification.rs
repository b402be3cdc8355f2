//! How a context's sockets verify their peers.

use std::sync::Arc;

use super::Context;
use crate::error::Result;
use crate::trust::{CaNames, Signatures, VerifyHook};

impl Context {
    /// The numbers of TLS SignatureSchemes in order of preference; none: the default.
    pub fn set_verify_schemes(&self, numbers: &[u16]) -> Result<()> {
        let signatures = Signatures::select(numbers)?;
        self.change_trust(|settings| {
            settings.policy.signatures = signatures;
            Ok(())
        })
    }

    /// Lets the program have the last word about the peers of the connections to come.
    pub fn set_verify_hook(&self, hook: Option<VerifyHook>) -> Result<()> {
        self.change_trust(|settings| {
            settings.policy.hook = hook.map(Arc::new);
            Ok(())
        })
    }

    /// The authorities that a server names, DER Names; none: those of the roots.
    pub fn set_client_ca_names(&self, names: &[&[u8]]) -> Result<()> {
        let names = CaNames::these(names)?;
        self.change(|settings| {
            settings.policy.ca_names = names;
            Ok(())
        })
    }
}
