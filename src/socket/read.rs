//! Ciphertext on its way in, and the plaintext that it holds.

use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

use super::early_data::must_be_read_first;
use super::inbox::{End, Inbox};
use super::send::{Patience, interrupted};
use super::{Core, Pause, Socket, Step, Want, driven};
use crate::engine::record;
use crate::error::{Code, Error};
use crate::logging;
use crate::transport::{Direction, Obstacle, Transfer, Transport};

/// A body that is surely data's, and hence followed by another record: the header of that may be
/// received with it where nothing more may be.
const LONG_BODY: usize = 1024;

impl Socket {
    /// Returns plaintext: at least one byte, or 0 when the peer said close_notify.
    ///
    /// [`Code::Eof`] when the peer's stream ended without it. Before [`Want::Read`] everything
    /// received has been opened.
    pub fn read(&self, buf: &mut [u8]) -> Step<usize> {
        self.read_with(buf, |socket, core, inbox, buf| {
            socket.take(core, inbox, buf)
        })
    }

    /// As [`Socket::read`], but leaves the plaintext where it is.
    pub fn peek(&self, buf: &mut [u8]) -> Step<usize> {
        self.read_with(buf, |socket, core, inbox, buf| {
            // What opening cannot do is reported when there is nothing before it.
            match socket.open_records(core, inbox) {
                Ok(true) => core.engine.peek(buf),
                _ => 0,
            }
        })
    }

    fn read_with(
        &self,
        buf: &mut [u8],
        take: impl Fn(&Socket, &mut Core, &mut Inbox, &mut [u8]) -> usize,
    ) -> Step<usize> {
        let _driven = driven::enter(self)?;
        if buf.is_empty() {
            return Err(Error::argument("there is no room to read into").into());
        }
        let mut inbox = self.reader()?;
        self.check_poison()?;
        if !self.is_connected() {
            self.check_failure()?;
            let _writer = self.writer()?;
            self.handshake_with(&mut inbox)?;
        }
        loop {
            let clock = self.read_clock();
            let mut core = self.core();
            if core.engine.has_early() {
                return Err(must_be_read_first().into());
            }
            let taken = take(self, &mut core, &mut inbox, buf);
            let mut core = self.send_reply(core);
            if taken > 0 {
                if core.engine.available() == 0 && inbox.is_quiet() {
                    core.engine.rest();
                }
                self.settle(&core, &mut inbox, false);
                return Ok(taken);
            }
            if self.failure().is_some() || inbox.over.is_some() {
                self.settle(&core, &mut inbox, true);
                self.check_failure()?;
                return end_of(&inbox);
            }
            drop((core, clock));
            if let Err(pause) = self.fill(&mut inbox) {
                let mut core = self.core();
                core.engine.rest();
                self.settle(&core, &mut inbox, self.failure().is_some());
                return Err(pause);
            }
        }
    }

    /// Opens what has been received and returns how much plaintext waits.
    pub fn pending(&self) -> usize {
        let Ok(_driven) = driven::enter(self) else {
            return 0;
        };
        let Ok(mut inbox) = self.reader() else {
            return 0;
        };
        if !self.is_connected() || self.check_poison().is_err() {
            return 0;
        }
        let _clock = self.read_clock();
        let mut core = self.core();
        // A failure is reported by the next read.
        let _ = self.open_records(&mut core, &mut inbox);
        let core = self.send_reply(core);
        self.settle(&core, &mut inbox, false);
        core.engine.available()
    }

    /// Moves plaintext to `buf`, opening records until it is full or none is left.
    fn take(&self, core: &mut Core, inbox: &mut Inbox, buf: &mut [u8]) -> usize {
        let mut taken = 0;
        while taken < buf.len() {
            let room = &mut buf[taken..];
            taken += match core.engine.available() {
                0 => match self.open_records_into(core, inbox, room) {
                    Ok(0) if core.engine.available() == 0 => {
                        if taken == 0 || !self.goes_on(core, inbox, room.len()) {
                            break;
                        }
                        0
                    }
                    Ok(opened) => opened,
                    Err(_) => break,
                },
                _ => core.engine.take(room),
            };
        }
        taken
    }

    /// Receives more of the next record, if the descriptor has it and `room` takes it, where reading
    /// ahead of the caller is not allowed. It is data for certain: the end of the stream stays
    /// behind, for who polls the descriptor. What fails is reported by the next read.
    fn goes_on(&self, core: &Core, inbox: &mut Inbox, room: usize) -> bool {
        if self.read_ahead || room < record::FRAGMENT || inbox.missing() < LONG_BODY {
            return false;
        }
        match self.receive_now(core, inbox) {
            Ok(0) => inbox.over = Some(End::Truncated),
            Ok(_) => return true,
            Err(Obstacle::Failed(error)) => {
                self.set_failure(Error::io("receiving from the peer", &error));
            }
            Err(_) => {}
        }
        false
    }

    /// Opens records until plaintext waits, which `true` says. An error has ended the
    /// connection.
    pub(super) fn open_records(
        &self,
        core: &mut Core,
        inbox: &mut Inbox,
    ) -> crate::error::Result<bool> {
        self.open_records_into(core, inbox, &mut [])?;
        Ok(core.engine.available() > 0)
    }

    /// As [`Socket::open_records`], or until there is plaintext in `room`, and how much.
    fn open_records_into(
        &self,
        core: &mut Core,
        inbox: &mut Inbox,
        room: &mut [u8],
    ) -> crate::error::Result<usize> {
        while core.engine.available() == 0 {
            self.check_failure()?;
            match open_record(core, inbox, room) {
                None => return Ok(0),
                Some(Err(error)) => return Err(self.set_failure(error)),
                Some(Ok(0)) => {}
                Some(Ok(opened)) => return Ok(opened),
            }
        }
        Ok(0)
    }

    /// Sends what opening records caused, and the queue, as far as the transport takes it.
    pub(super) fn send_reply<'a>(&'a self, core: MutexGuard<'a, Core>) -> MutexGuard<'a, Core> {
        if !core.has_output() {
            return core;
        }
        // A failure shows when there is nothing left to read, or at the next write.
        self.send(core, Patience::AtOnce).0
    }

    /// Receives more, and notes the end of the stream.
    pub(super) fn fill(&self, inbox: &mut Inbox) -> Step<()> {
        self.start();
        logging::deliver();
        let received = match self.transport() {
            Transport::Descriptor(descriptor) => {
                let most = self.may_receive(&self.core(), inbox);
                inbox.fill(most, |buf| descriptor.receive(buf))
            }
            Transport::Functions(functions) => {
                inbox.fill(inbox.missing(), |buf| functions.read(buf))
            }
            Transport::Memory if inbox.fed_eof => Ok(0),
            Transport::Memory => Err(Obstacle::WouldBlock(Direction::Read)),
        };
        match received {
            Ok(0) => {
                inbox.over = Some(End::Truncated);
                Ok(())
            }
            Ok(bytes) => {
                self.received.fetch_add(bytes as u64, Ordering::Relaxed);
                Ok(())
            }
            Err(Obstacle::WouldBlock(Direction::Read)) => Err(Pause::Want(Want::Read)),
            Err(Obstacle::WouldBlock(Direction::Write)) => Err(Pause::Want(Want::Write)),
            Err(Obstacle::Interrupted) => Err(interrupted()),
            Err(Obstacle::Failed(error)) => {
                let error = Error::io("receiving from the peer", &error);
                Err(self.set_failure(error).into())
            }
        }
    }

    /// How much may be received. Once this side has said close_notify, what follows the peer's can
    /// be plain text, and stays in the descriptor for who reads that.
    fn may_receive(&self, core: &Core, inbox: &Inbox) -> usize {
        let missing = inbox.missing();
        if core.closing {
            missing
        } else if self.read_ahead {
            usize::MAX
        } else if missing >= LONG_BODY {
            missing + record::HEADER
        } else {
            missing
        }
    }

    /// Receives what is there, without waiting; of the caller's own transport, nothing.
    pub(super) fn receive_now(&self, core: &Core, inbox: &mut Inbox) -> Transfer {
        match self.transport() {
            Transport::Descriptor(descriptor) => {
                let most = self.may_receive(core, inbox);
                let received = inbox.fill(most, |buf| descriptor.receive_now(buf))?;
                self.received.fetch_add(received as u64, Ordering::Relaxed);
                Ok(received)
            }
            _ => Err(Obstacle::WouldBlock(Direction::Read)),
        }
    }

    /// Leaves the inbox as small as it can be and says what there is to do. `reported`: the
    /// caller learns from this call that the stream, or the connection, has ended.
    pub(super) fn settle(&self, core: &Core, inbox: &mut Inbox, reported: bool) {
        inbox.settle();
        if reported {
            self.input_over.store(true, Ordering::Relaxed);
        }
        let failed = self.failure().is_some();
        let ended = failed || inbox.over.is_some() || inbox.fed_eof;
        let end_waits = ended && !self.input_over.load(Ordering::Relaxed);
        // Behind a failure nothing is opened any more.
        let record_waits = !failed && inbox.has_record();
        let waits = core.engine.available() > 0 || record_waits || end_waits;
        self.input_ready.store(waits, Ordering::Relaxed);
    }
}

/// Gives the engine the next record, if it is there whole, and notes the peer's close_notify. Returns
/// how much plaintext of it is in `room`.
pub(super) fn open_record(
    core: &mut Core,
    inbox: &mut Inbox,
    room: &mut [u8],
) -> Option<crate::error::Result<usize>> {
    let opened = inbox.next_record(|record, next, is_tls| {
        if is_tls {
            core.engine.receive(record, next, room)
        } else {
            Err(core.engine.refuse(record))
        }
    })?;
    if opened.is_ok() && core.engine.peer_closed() {
        inbox.over = Some(End::CloseNotify);
    }
    Some(opened)
}

/// What reading at the end of the stream returns.
pub(super) fn end_of(inbox: &Inbox) -> Step<usize> {
    match inbox.over {
        Some(End::CloseNotify) => Ok(0),
        _ => Err(truncated("the peer ended the connection without close_notify").into()),
    }
}

pub(super) fn truncated(message: &str) -> Error {
    Error::new(Code::Eof, c"UNEXPECTED_EOF_WHILE_READING", message)
}
