//! The transport that is the caller: received ciphertext is fed, ciphertext to send is drained.

use std::sync::atomic::Ordering;

use super::{Core, Socket, driven};
use crate::error::{Code, Error, Result};
use crate::transport::Transport;

impl Socket {
    /// Stores received ciphertext and returns how much it took: all, unless the inbox is full.
    /// On another transport, only before the first input or output.
    pub fn feed(&self, data: &[u8]) -> Result<usize> {
        let _driven = driven::enter(self)?;
        let mut inbox = self.reader()?;
        if inbox.fed_eof {
            return Err(Error::state("the end of the stream was fed already"));
        }
        if self.detached.get().is_some() {
            return Err(Error::state("the connection has been detached"));
        }
        if self.started.load(Ordering::Relaxed) {
            self.must_be_memory()?;
        }
        let taken = inbox.feed(data);
        self.received.fetch_add(taken as u64, Ordering::Relaxed);
        self.settle(&self.core(), &mut inbox, false);
        Ok(taken)
    }

    /// Says that the peer's stream ended.
    pub fn feed_eof(&self) -> Result<()> {
        let _driven = driven::enter(self)?;
        self.must_be_memory()?;
        let mut inbox = self.reader()?;
        inbox.fed_eof = true;
        self.input_ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Moves ciphertext to send to the beginning of `buf` and returns how much.
    pub fn drain(&self, buf: &mut [u8]) -> Result<usize> {
        let _driven = driven::enter(self)?;
        self.must_be_memory()?;
        let _writer = self.writer()?;
        self.begin()?;
        let mut core = self.core();
        let mut drained = 0;
        while drained < buf.len() && self.refill(&mut core) {
            let mut room = &mut buf[drained..];
            // Writing to a slice fails only when it is full.
            drained += core.engine.send_to(&mut room).unwrap_or(0);
        }
        self.transmitted
            .fetch_add(drained as u64, Ordering::Relaxed);
        self.agree(&mut core);
        self.refill(&mut core);
        self.note_output(&core);
        Ok(drained)
    }

    /// Makes ciphertext of the queue when there is none; whether there is some.
    fn refill(&self, core: &mut Core) -> bool {
        match self.failure() {
            None => core.engine.has_output() || core.seal_queued(),
            // An alert is left; behind a panic, nothing that can be trusted.
            Some(error) => error.code() != Code::Internal && core.engine.has_output(),
        }
    }

    /// How much [`Socket::drain`] has now. As that does, it makes a client's ClientHello, which
    /// can call the program's functions. 0 inside a callback of this socket.
    pub fn drain_pending(&self) -> usize {
        if self.must_be_memory().is_err() || self.check_poison().is_err() {
            return 0;
        }
        let Ok(_driven) = driven::enter(self) else {
            return 0;
        };
        // Why it cannot begin is told by the handshake.
        let _ = self.begin();
        self.core().engine.output_len()
    }

    fn must_be_memory(&self) -> Result<()> {
        match self.transport() {
            Transport::Memory => Ok(()),
            _ => Err(Error::state("the connection has a transport of its own")),
        }
    }
}
