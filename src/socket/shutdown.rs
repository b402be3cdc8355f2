//! close_notify: saying it, and waiting for the peer's.

use super::inbox::End;
use super::read::truncated;
use super::{Pause, Socket, Step, Want, driven};
use crate::error::{Error, Result};

/// How far a shutdown goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// This side says that it writes no more; reading goes on.
    Write,
    /// And waits until the peer has said so too.
    Both,
}

impl Socket {
    /// Says close_notify behind everything written, and sends it. [`How::Both`] then waits for
    /// the peer's: [`Want::Consume`] when data comes before it, [`crate::error::Code::Eof`] when
    /// the stream ends without it. [`crate::error::Code::State`] before the handshake is done.
    pub fn shutdown(&self, how: How) -> Step<()> {
        let _driven = driven::enter(self)?;
        let _writer = self.writer()?;
        self.check_failure()?;
        self.check_hello()?;
        if !self.is_connected() {
            return Err(Error::state("the handshake is not done").into());
        }
        let mut core = self.core();
        if let Some(error) = &core.broken {
            return Err(error.clone().into());
        }
        core.closing = true;
        drop(self.send_all(core, None)?);
        match how {
            How::Write => Ok(()),
            How::Both => self.await_close(),
        }
    }

    /// Gives the stream back: what was received behind the peer's close_notify.
    /// [`crate::error::Code::State`] before [`Socket::shutdown`] in both directions succeeded.
    pub fn detach(&self) -> Result<&[u8]> {
        let _driven = driven::enter(self)?;
        let (mut inbox, _writer) = (self.reader()?, self.writer()?);
        let core = self.core();
        let said = core.closing && !core.has_output();
        let heard = inbox.over == Some(End::CloseNotify) && core.engine.available() == 0;
        if !said || !heard || self.failure().is_some() {
            return Err(Error::state(
                "TLS has not ended: it does when both sides have said close_notify, and all \
                 before it was sent and read",
            ));
        }
        Ok(self.kept().detached.get_or_init(|| inbox.take_pending()))
    }

    fn await_close(&self) -> Step<()> {
        let mut inbox = self.reader()?;
        loop {
            let _clock = self.read_clock();
            let mut core = self.core();
            let opened = self.open_records(&mut core, &mut inbox);
            let core = self.send_reply(core);
            let over = inbox.over;
            // A program that shuts down both ways does not read again to learn of the end.
            self.settle(&core, &mut inbox, over.is_some() || opened.is_err());
            drop(core);
            if opened? {
                return Err(Pause::Want(Want::Consume));
            }
            match over {
                Some(End::CloseNotify) => return Ok(()),
                Some(End::Truncated) => {
                    return Err(
                        truncated("the peer ended the connection without close_notify").into(),
                    );
                }
                None => {}
            }
            if let Err(pause) = self.fill(&mut inbox) {
                self.settle(&self.core(), &mut inbox, self.failure().is_some());
                return Err(pause);
            }
        }
    }
}
