//! Plaintext on its way out.

use std::sync::MutexGuard;

use super::send::{CHUNK, Patience, Sent, interrupted};
use super::{Core, Pause, Socket, Step, Want, driven};
use crate::error::{Code, Error};
use crate::transport::{Direction, Transport};

impl Socket {
    /// Takes bytes from the beginning of `data`, which are the library's from then on, and
    /// returns how many.
    ///
    /// [`Want`] says that none was taken. [`Code::Closed`] after a shutdown, and when a TLS 1.2
    /// key has protected as much as it may.
    pub fn write(&self, data: &[u8]) -> Step<usize> {
        let _driven = driven::enter(self)?;
        let _writer = self.writer()?;
        self.check_failure()?;
        if data.is_empty() {
            return Ok(0);
        }
        if !self.is_connected() {
            let handshake = self
                .reader()
                .map_err(Pause::from)
                .and_then(|mut inbox| self.handshake_with(&mut inbox));
            match handshake {
                Ok(()) => {}
                // What the answer decides may bear on what to write.
                Err(pause @ Pause::Want(Want::Hello)) => return Err(pause),
                Err(Pause::Want(want)) => return self.queue(&mut self.core(), data, want),
                Err(failed) => return Err(failed),
            }
        }
        let core = self.core();
        if let Some(error) = &core.broken {
            return Err(error.clone().into());
        }
        if core.closing {
            return Err(closed("this side has said close_notify").into());
        }
        self.write_through(core, data)
    }

    fn write_through<'a>(&'a self, mut core: MutexGuard<'a, Core>, data: &[u8]) -> Step<usize> {
        let mut taken = 0;
        loop {
            let sent;
            (core, sent) = self.send(core, Patience::Wait);
            match sent {
                Sent::All => {}
                Sent::Waits(_) if taken > 0 => return Ok(taken),
                // A blocking transport has all that was taken when this returns, signal or not.
                Sent::Interrupted if taken > 0 => continue,
                Sent::Waits(direction) => return self.queue(&mut core, data, direction.into()),
                Sent::Interrupted => return Err(interrupted()),
                Sent::Failed(error) => {
                    drop(core);
                    return Err(self.sending_failed(&error, None).into());
                }
            }
            if taken == data.len() || (taken > 0 && !self.takes_more_than_a_chunk()) {
                return Ok(taken);
            }
            let chunk = &data[taken..data.len().min(taken + CHUNK)];
            match core.engine.seal(chunk) {
                0 if taken > 0 => return Ok(taken),
                0 => {
                    let _ = self.send(core, Patience::AtOnce);
                    return Err(key_is_used_up().into());
                }
                sealed => taken += sealed,
            }
        }
    }

    /// A blocking transport takes all of a write; what does not block takes one chunk at a time.
    fn takes_more_than_a_chunk(&self) -> bool {
        match self.transport() {
            Transport::Descriptor(descriptor) => descriptor.is_blocking(),
            Transport::Functions(_) => true,
            Transport::Memory => false,
        }
    }

    /// Keeps plaintext until it can be sent; `want` if there is no room for it.
    fn queue(&self, core: &mut Core, data: &[u8], want: Want) -> Step<usize> {
        let room = core.queue_limit.saturating_sub(core.queue.len());
        let taken = data.len().min(room);
        if taken == 0 {
            return Err(Pause::Want(want));
        }
        core.queue.extend(&data[..taken]);
        if self.is_connected() {
            self.note_output(core);
        }
        Ok(taken)
    }

    /// Lets [`Socket::write`] take up to `limit` bytes ahead of the handshake or the transport.
    /// What is queued already stays.
    pub fn set_write_queue(&self, limit: usize) -> crate::error::Result<()> {
        let _driven = driven::enter(self)?;
        if limit > isize::MAX as usize {
            return Err(Error::argument("the queue's length is over PTRDIFF_MAX"));
        }
        self.core().queue_limit = limit;
        Ok(())
    }
}

impl From<Direction> for Want {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Read => Want::Read,
            Direction::Write => Want::Write,
        }
    }
}

pub(super) fn key_is_used_up() -> Error {
    closed("the key has protected as much as it may")
}

fn closed(why: &str) -> Error {
    Error::new(
        Code::Closed,
        c"PROTOCOL_IS_SHUTDOWN",
        format!("nothing more can be written: {why}"),
    )
}
