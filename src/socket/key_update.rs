//! New traffic keys, when the program asks for them.

use super::send::{Patience, Sent};
use super::{Socket, Step, driven};
use crate::crypto::versions;
use crate::error::Error;

impl Socket {
    /// Replaces this side's key and asks the peer to do the same. Sends first what waits inside;
    /// a [`super::Want`] says that nothing was replaced.
    ///
    /// [`crate::error::Code::State`] before the handshake is done,
    /// [`crate::error::Code::Unsupported`] in TLS 1.2, [`crate::error::Code::Closed`] after a
    /// shutdown.
    pub fn key_update(&self) -> Step<()> {
        let _driven = driven::enter(self)?;
        let _writer = self.writer()?;
        self.check_failure()?;
        self.check_hello()?;
        let Some(agreed) = self.agreed() else {
            return Err(Error::state("the handshake is not done").into());
        };
        if agreed.agreement.version != versions::TLS1_3 {
            return Err(Error::unsupported(
                "only TLS 1.3 updates keys, and this connection is of an older version",
            )
            .into());
        }
        let core = self.core();
        self.check_writable(&core)?;
        let mut core = self.send_all(core, None)?;
        // While this thread was sending, another one can have ended the connection.
        self.check_failure()?;
        core.engine.update_key()?;
        loop {
            let sent;
            (core, sent) = self.send(core, Patience::Wait);
            match sent {
                // As with a write, what does not go out waits inside, and the events say so.
                Sent::All | Sent::Waits(_) => return Ok(()),
                Sent::Interrupted => {}
                Sent::Failed => return Err(self.sending_failed(core, None).into()),
            }
        }
    }
}
