//! Settings of the protocol that need more than a list of names.

use super::Context;
use crate::crypto::{self, cipher_string};
use crate::engine::record::{FRAGMENT, LEAST_FRAGMENT};
use crate::error::{Error, Result};

impl Context {
    /// The TLS 1.2 ciphers that a string in OpenSSL's language selects, in its order; those of TLS
    /// 1.3 stay and come first.
    pub fn set_cipher_string(&self, text: &str) -> Result<()> {
        let selected = cipher_string::select(text)?;
        let available = &crypto::provider().cipher_suites;
        let named = |number: &u16| {
            let mut built = available.iter();
            built.find(|suite| u16::from(suite.suite()) == *number)
        };
        self.change(|settings| {
            let suites = &mut settings.protocol.suites;
            suites.retain(|suite| suite.tls13().is_some());
            suites.extend(selected.iter().filter_map(named));
            settings.protocol.usable_versions().map(drop)
        })
    }

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
