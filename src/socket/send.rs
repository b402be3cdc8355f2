//! Ciphertext on its way out.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::inbox::Inbox;
use super::write::key_is_used_up;
use super::{Core, Pause, Socket, Step};
use crate::error::{Alert, Code, Error};
use crate::pool;
use crate::transport::fd::Waited;
use crate::transport::{Descriptor, Direction, Functions, Obstacle, Transport};

/// Plaintext sealed at a time: what a connection holds for a slow peer is bounded by it.
pub(super) const CHUNK: usize = pool::PLAINTEXT;

/// As [`CHUNK`], where the caller waits until all is sent: the fewer calls of the system, the fewer
/// times the receiver is woken.
pub(super) const LONG_CHUNK: usize = pool::LONG_PLAINTEXT;

/// How a call sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// As a writer: wait where the transport blocks.
    Wait,
    /// As a reader: only what goes at once.
    AtOnce,
}

/// Where sending ended. One byte, and why it failed is the core's to say: every write passes it on.
#[derive(Clone, Copy)]
pub(super) enum Sent {
    All,
    Waits(Direction),
    Interrupted,
    Failed,
}

impl Core {
    pub(super) fn has_ciphertext(&self) -> bool {
        !self.outgoing.is_empty() || self.engine.has_output()
    }

    /// Whether there is something to seal: the queue, or close_notify behind it.
    pub(super) fn has_unsealed(&self) -> bool {
        !self.queue.is_empty() || (self.closing && !self.close_sent)
    }

    pub(super) fn has_output(&self) -> bool {
        self.has_ciphertext() || self.has_unsealed()
    }

    /// Where sending ends at `obstacle`. A transport that failed is not waited for again.
    fn stopped(&mut self, obstacle: Obstacle) -> Sent {
        match obstacle {
            Obstacle::WouldBlock(direction) => Sent::Waits(direction),
            Obstacle::Interrupted => Sent::Interrupted,
            Obstacle::Failed(error) => {
                // Why nothing more is sealed is another matter.
                let known = self.broken.take().filter(|known| known.code() == Code::Io);
                self.broken =
                    Some(known.unwrap_or_else(|| Error::io("sending to the peer", &error)));
                self.engine.discard_output();
                self.outgoing = Vec::new();
                Sent::Failed
            }
        }
    }

    /// Seals the next piece of the queue, and close_notify behind its end. `false` when there
    /// was nothing to do.
    pub(super) fn seal_queued(&mut self) -> bool {
        if !self.has_unsealed() || self.engine.is_handshaking() {
            return false;
        }
        if self.queue.is_empty() {
            self.engine.close();
            self.close_sent = true;
            return true;
        }
        let (front, _) = self.queue.as_slices();
        let len = front.len().min(CHUNK);
        let sealed = self.engine.seal(&[&front[..len]]);
        if sealed == 0 {
            // What was taken cannot be sent any more: the next write says so.
            self.broken.get_or_insert_with(key_is_used_up);
            self.queue = VecDeque::new();
            return self.engine.has_output();
        }
        self.queue.drain(..sealed);
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
        true
    }
}

impl Socket {
    /// Sends ciphertext that waits, then the queue, until nothing is left or the transport
    /// takes no more.
    pub(super) fn send<'a>(
        &'a self,
        mut core: MutexGuard<'a, Core>,
        patience: Patience,
    ) -> (MutexGuard<'a, Core>, Sent) {
        loop {
            let sent;
            (core, sent) = self.send_ciphertext(core, patience);
            // Nothing may follow a fatal alert (RFC 8446 section 6.2).
            let ends = !matches!(sent, Sent::All) || self.failure().is_some();
            if ends || !core.seal_queued() {
                self.note_output(&core);
                return (core, sent);
            }
        }
    }

    fn send_ciphertext<'a>(
        &'a self,
        mut core: MutexGuard<'a, Core>,
        patience: Patience,
    ) -> (MutexGuard<'a, Core>, Sent) {
        if !core.has_ciphertext() {
            return (core, Sent::All);
        }
        match self.transport() {
            Transport::Memory => (core, Sent::Waits(Direction::Write)),
            Transport::Functions(functions) => self.send_by(&**functions, core, patience),
            Transport::Descriptor(descriptor) => loop {
                match self.send_now(descriptor, &mut core) {
                    Sent::Waits(_) if patience == Patience::Wait => {}
                    sent => return (core, sent),
                }
                drop(core);
                let waited = descriptor.wait_writable();
                core = self.core();
                match waited {
                    Waited::Writable => {}
                    Waited::NotNow => return (core, Sent::Waits(Direction::Write)),
                    Waited::Interrupted => return (core, Sent::Interrupted),
                }
            },
        }
    }

    fn send_now(&self, descriptor: &Descriptor, core: &mut Core) -> Sent {
        let mut wire = Wire {
            descriptor,
            obstacle: None,
        };
        while core.engine.has_output() {
            match core.engine.send_to(&mut wire) {
                Ok(sent) => self.count_sent(sent),
                Err(error) => {
                    return core.stopped(wire.obstacle.unwrap_or(Obstacle::Failed(error)));
                }
            }
        }
        Sent::All
    }

    /// The caller's function may block, so that it runs without the lock; `core.sending` keeps
    /// the records of a second thread behind its own.
    fn send_by<'a>(
        &'a self,
        functions: &dyn Functions,
        mut core: MutexGuard<'a, Core>,
        patience: Patience,
    ) -> (MutexGuard<'a, Core>, Sent) {
        while core.sending {
            if patience == Patience::AtOnce {
                // The thread that is sending takes along what waits now.
                return (core, Sent::All);
            }
            core = self.sent.wait(core).unwrap_or_else(PoisonError::into_inner);
        }
        core.sending = true;
        let sent = loop {
            while core.engine.has_output() {
                let Core {
                    engine, outgoing, ..
                } = &mut *core;
                // Writing to a Vec does not fail.
                let _ = engine.send_to(outgoing);
            }
            let data = mem::take(&mut core.outgoing);
            if data.is_empty() {
                break Sent::All;
            }
            drop(core);
            let (rest, obstacle) = self.write_out(functions, data);
            core = self.core();
            core.outgoing = rest;
            if let Some(obstacle) = obstacle {
                break core.stopped(obstacle);
            }
        };
        core.sending = false;
        self.sent.notify_all();
        (core, sent)
    }

    /// Returns what was not taken of `data`, and why.
    fn write_out(
        &self,
        functions: &dyn Functions,
        mut data: Vec<u8>,
    ) -> (Vec<u8>, Option<Obstacle>) {
        let mut done = 0;
        let obstacle = loop {
            if done == data.len() {
                break None;
            }
            match functions.write(&data[done..]) {
                Ok(0) => break Some(Obstacle::WouldBlock(Direction::Write)),
                Ok(taken) => {
                    let taken = taken.min(data.len() - done);
                    self.count_sent(taken);
                    done += taken;
                }
                Err(obstacle) => break Some(obstacle),
            }
        };
        data.drain(..done);
        (data, obstacle)
    }

    fn count_sent(&self, bytes: usize) {
        // One thread sends at a time.
        let before = self.transmitted.load(Ordering::Relaxed);
        self.transmitted
            .store(before + bytes as u64, Ordering::Relaxed);
    }

    /// Sends all that waits, as a call must that cannot go on before it is out.
    pub(super) fn send_all<'a>(
        &'a self,
        core: MutexGuard<'a, Core>,
        inbox: Option<&mut Inbox>,
    ) -> Step<MutexGuard<'a, Core>> {
        let sent = self.send(core, Patience::Wait);
        self.must_be_sent(sent, inbox)
    }

    /// Sends what the handshake made, and leaves the queue: a peer that does the same with a
    /// full queue of its own would never read.
    pub(super) fn send_flight<'a>(
        &'a self,
        core: MutexGuard<'a, Core>,
        inbox: &mut Inbox,
    ) -> Step<MutexGuard<'a, Core>> {
        let (core, sent) = self.send_ciphertext(core, Patience::Wait);
        self.note_output(&core);
        self.must_be_sent((core, sent), Some(inbox))
    }

    fn must_be_sent<'a>(
        &'a self,
        (core, sent): (MutexGuard<'a, Core>, Sent),
        inbox: Option<&mut Inbox>,
    ) -> Step<MutexGuard<'a, Core>> {
        match sent {
            Sent::All => Ok(core),
            Sent::Waits(direction) => Err(Pause::Want(direction.into())),
            Sent::Interrupted => Err(interrupted()),
            Sent::Failed => Err(self.sending_failed(core, inbox).into()),
        }
    }

    /// Ends the connection after a failure to send, with the alert that the peer sent before it
    /// went away, if it did. `inbox` is the reader's if this call is reading too.
    pub(super) fn sending_failed(
        &self,
        core: MutexGuard<'_, Core>,
        inbox: Option<&mut Inbox>,
    ) -> Error {
        let failed = core.broken.clone().expect("why sending failed");
        drop(core);
        let mut taken;
        let inbox = match inbox {
            Some(inbox) => inbox,
            None => match self.reader() {
                Ok(guard) => {
                    taken = guard;
                    &mut taken
                }
                // The reader will find what there is to find.
                Err(_) => return self.broken(failed),
            },
        };
        let error = self.find_alert(failed, inbox);
        self.settle(&self.core(), inbox, self.failure().is_some());
        error
    }

    /// Receives what is there, up to an alert or data; the error that counts.
    fn find_alert(&self, failed: Error, inbox: &mut Inbox) -> Error {
        loop {
            let _clock = self.read_clock();
            let mut core = self.core();
            match self.open_records(&mut core, inbox) {
                Err(found) if matches!(found.alert(), Some(Alert::Received(_))) => {
                    return self.set_failure(found);
                }
                Err(_) => break,
                Ok(true) => {
                    drop(core);
                    return self.broken(failed);
                }
                Ok(false) => {}
            }
            if !matches!(self.receive_now(&core, inbox), Ok(1..)) {
                break;
            }
        }
        self.set_failure(failed)
    }

    /// Keeps `failed` for the writer alone: there is still something to read. The error that counts.
    fn broken(&self, failed: Error) -> Error {
        let mut core = self.core();
        let failed = core.broken.get_or_insert(failed);
        self.failure().unwrap_or(failed).clone()
    }

    /// Ends the connection with `error` and tries to send the alert that belongs to it.
    pub(super) fn fail(&self, core: MutexGuard<'_, Core>, error: Error) -> Error {
        let error = self.set_failure(error);
        let _ = self.send(core, Patience::AtOnce);
        error
    }

    /// Sends all that waits inside.
    pub fn flush(&self) -> Step<()> {
        let _driven = super::driven::enter(self)?;
        let _writer = self.writer()?;
        self.check_poison()?;
        self.check_hello()?;
        self.begin()?;
        let mut core = self.send_all(self.core(), None)?;
        if let Some(error) = &core.broken {
            return Err(error.clone().into());
        }
        self.agree(&mut core);
        let needs_handshake = core.has_unsealed();
        drop(core);
        if needs_handshake {
            self.check_failure()?;
            let mut inbox = self.reader()?;
            self.handshake_with(&mut inbox)?;
            drop(self.send_all(self.core(), Some(&mut inbox))?);
        }
        Ok(())
    }
}

pub(super) fn interrupted() -> Pause {
    Pause::Failed(
        Error::new(
            Code::Interrupted,
            c"INTERRUPTED",
            "a signal arrived before anything was done",
        )
        .with_errno(libc::EINTR),
    )
}

/// Lets the engine write to a descriptor and keeps what stopped it.
struct Wire<'a> {
    descriptor: &'a Descriptor,
    obstacle: Option<Obstacle>,
}

impl Write for Wire<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.descriptor.send(slices).map_err(|obstacle| {
            self.obstacle = Some(obstacle);
            io::ErrorKind::Other.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
