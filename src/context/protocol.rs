//! Settings of the protocol that need more than a list of names.

use super::Context;
use crate::engine::record::{FRAGMENT, LEAST_FRAGMENT};
use crate::error::{Error, Result};

impl Context {
    /// The most plaintext in a record sent; 0 is the protocol's own bound.
    pub fn set_max_fragment(&self, plaintext: usize) -> Result<()> {
        let fragment = match plaintext {
            0 => FRAGMENT,
            LEAST_FRAGMENT..=FRAGMENT => plaintext,
            _ => {
                return Err(Error::argument(format!(
                    "{plaintext} bytes of plaintext in a record; {LEAST_FRAGMENT} to {FRAGMENT} \
                     are possible, and 0 for the default"
                )));
            }
        };
        self.change(|settings| {
            settings.protocol.fragment = fragment;
            Ok(())
        })
    }
}
