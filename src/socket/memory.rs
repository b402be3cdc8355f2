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
        let kept = self.kept.get();
        if kept.is_some_and(|kept| kept.detached.get().is_some()) {
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

    /// Says that the peer's stream ended. The transport is memory from then on.
    pub fn feed_eof(&self) -> Result<()> {
        let _driven = driven::enter(self)?;
        let mut inbox = self.reader()?;
        let _ = self.transport.set(Transport::Memory);
        self.must_be_memory()?;
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

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use testca::{Authority, Leaf};

    use super::*;
    use crate::context::{Context, Roles};
    use crate::engine::hooks::Clock;
    use crate::identity::Identity;
    use crate::socket::Role;

    fn carry(from: &Socket, to: &Socket) {
        let mut flight = [0; 16_384];
        let _ = from.handshake();
        let _ = from.read(&mut [0]);
        let len = from.drain(&mut flight).unwrap();
        assert_eq!(to.feed(&flight[..len]).unwrap(), len);
    }

    /// The clock is asked whether a session is still good.
    #[test]
    fn asking_what_waits_calls_back_as_any_call_does() {
        static ASKED: OnceLock<Socket> = OnceLock::new();
        static DRIVEN: OnceLock<bool> = OnceLock::new();
        let context = |client: bool| {
            let server = !client;
            Context::new(Roles { client, server }).unwrap()
        };
        let credentials = Authority::root("root").issue(&Leaf::server(&["localhost"]));
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
        let (ours, theirs) = (context(true), context(false));
        theirs.add_identity(identity.unwrap()).unwrap();
        ours.load_verify_mem(chain.as_bytes()).unwrap();
        let clock = Clock::new(|| {
            if let Some(asked) = ASKED.get() {
                let _ = DRIVEN.set(asked.is_driven());
            }
            let since = std::time::UNIX_EPOCH.elapsed().unwrap();
            since.as_secs() as i64
        });
        ours.set_clock(Some(clock)).unwrap();
        let client = || {
            let setup = ours.setup().unwrap();
            Socket::new(&setup, Role::Client, Some("localhost")).unwrap()
        };
        let server = Socket::new(&theirs.setup().unwrap(), Role::Server, None).unwrap();
        let first = client();
        for _ in 0..3 {
            carry(&first, &server);
            carry(&server, &first);
        }
        let _ = first.read(&mut [0]);
        let session = first.session().unwrap();
        let second = ASKED.get_or_init(client);
        assert!(second.drain_pending() > 0);
        assert_eq!(DRIVEN.get(), Some(&true));
        assert_eq!(
            second.set_session(&session).unwrap_err().code(),
            Code::State
        );
    }
}
