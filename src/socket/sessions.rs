//! Resumption by hand.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Socket;
use crate::error::{Error, Result};
use crate::session::ClientSession;

impl Socket {
    /// The newest session that a client got, for a later connection; `None` if there is none yet.
    pub fn session(&self) -> Option<Arc<ClientSession>> {
        self.sessions.as_ref()?.hold()
    }

    /// Resumes `session` if the server agrees. [`crate::error::Code::State`] on a server, after
    /// the first input or output, and if the session is used up; [`crate::error::Code::Argument`]
    /// if it is of another context, name, or earlier state of trust or identity.
    pub fn set_session(&self, session: &ClientSession) -> Result<()> {
        let sessions = self
            .sessions
            .as_ref()
            .ok_or_else(|| Error::state("only a client chooses the session to resume"))?;
        if self.started.load(Ordering::Relaxed) {
            return Err(Error::state("the handshake has begun"));
        }
        sessions.offer(session)
    }
}
