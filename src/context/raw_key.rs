//! Keys without certificates.

use std::sync::Arc;

use super::Context;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::trust::{Mode, PinnedKeys};

impl Context {
    /// Peers must show one of these keys; of none, certificates again.
    ///
    /// [`crate::error::Code::State`] where peers are not verified.
    pub fn pin_raw_keys(&self, keys: PinnedKeys) -> Result<()> {
        self.change_trust(|settings| {
            if settings.policy.mode == Mode::None && !keys.is_empty() {
                return Err(Error::state(
                    "peers are not verified; require their certificates before keys are pinned",
                ));
            }
            settings.policy.pinned_keys = keys;
            Ok(())
        })
    }
}

/// The engine shows keys or certificates, for all connections of a context.
pub(super) fn check_not_mixed(identities: &[Arc<Identity>]) -> Result<()> {
    let raw = |identity: &Arc<Identity>| identity.raw_key().is_some();
    if identities.iter().any(raw) && !identities.iter().all(raw) {
        return Err(Error::argument(
            "a context cannot have both certificates and raw public keys to show",
        ));
    }
    Ok(())
}
