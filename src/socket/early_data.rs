//! 0-RTT data: written before the handshake, read in the middle of it.

use super::{Role, Socket, Step, driven};
use crate::engine::early_data::Status;
use crate::error::{Code, Error, Result};

impl Socket {
    /// Takes bytes that go out with the ClientHello, and returns how many: 0 where the session has
    /// no room for more, or there is none.
    ///
    /// [`Code::State`] for a server, and when the handshake is done.
    pub fn write_early(&self, data: &[u8]) -> Step<usize> {
        let _driven = driven::enter(self)?;
        let _writer = self.writer()?;
        self.check_failure()?;
        self.check_early_role(Role::Client)?;
        if self.is_connected() {
            return Err(
                Error::state("the handshake is done: nothing can be early any more").into(),
            );
        }
        self.begin()?;
        let mut core = self.core();
        let taken = core.engine.write_early(data);
        self.note_output(&core);
        Ok(taken)
    }

    /// Returns early data as soon as it is there: at least one byte, or 0 when there is none, or no
    /// more. The handshake is then done.
    ///
    /// [`Code::State`] for a client.
    pub fn read_early(&self, buf: &mut [u8]) -> Step<usize> {
        let _driven = driven::enter(self)?;
        if buf.is_empty() {
            return Err(Error::argument("there is no room to read into").into());
        }
        self.check_early_role(Role::Server)?;
        let mut inbox = self.reader()?;
        let _writer = self.writer()?;
        self.check_poison()?;
        match self.core().engine.take_early(buf) {
            0 => {}
            taken => return Ok(taken),
        }
        self.check_failure()?;
        if !self.is_connected() {
            self.handshake_up_to_early_data(&mut inbox)?;
        }
        Ok(self.core().engine.take_early(buf))
    }

    /// `None` inside a callback of this socket.
    pub fn early_status(&self) -> Option<Status> {
        Some(self.core_for_getter()?.engine.early_status())
    }

    fn check_early_role(&self, role: Role) -> Result<()> {
        match (self.role, role) {
            (Role::Server, Role::Client) => Err(Error::state("only clients send early data")),
            (Role::Client, Role::Server) => Err(Error::state("only servers receive early data")),
            _ => Ok(()),
        }
    }
}

/// Early data comes first, and only by its own call.
pub(super) fn must_be_read_first() -> Error {
    Error::new(
        Code::State,
        c"EARLY_DATA_WAITS",
        "early data waits to be read first",
    )
}
