//! 0-RTT data.

use super::Context;
use crate::engine::early_data::MOST;
use crate::error::{Error, Result};

impl Context {
    /// The most early data that a server accepts, and whether a client may send any; 0: none.
    pub fn set_early_data(&self, most: usize) -> Result<()> {
        if most > MOST {
            return Err(Error::argument(format!(
                "{most} bytes of early data; at most {MOST}"
            )));
        }
        self.change(|settings| {
            settings.protocol.early_data = most as u32;
            Ok(())
        })
    }
}
