//! Settings of who we are.

use std::sync::Arc;

use super::Context;
use super::raw_key;
use super::settings::Settings;
use crate::error::Result;
use crate::identity::{ClientCertHook, Identity};

impl Context {
    pub fn add_identity(&self, identity: Identity) -> Result<()> {
        self.change_identities(|settings| settings.identities.push(Arc::new(identity)))
    }

    /// Replaces all identities.
    pub fn set_identities(&self, replacing: Vec<Arc<Identity>>) -> Result<()> {
        self.change_identities(|settings| settings.identities = replacing)
    }

    /// Asks the program what a client presents; `None`: one of the identities again.
    pub fn set_client_cert_hook(&self, hook: Option<ClientCertHook>) -> Result<()> {
        self.change_identities(|settings| settings.client_cert_hook = hook.map(Arc::new))
    }

    fn change_identities(&self, change: impl FnOnce(&mut Settings)) -> Result<()> {
        self.change(|settings| {
            change(settings);
            raw_key::check_not_mixed(&settings.identities)?;
            settings.forget_identities();
            Ok(())
        })
    }
}
